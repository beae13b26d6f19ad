"""Single sounds that are no speech, for the lessons of blind SNR: barks, sneezes, cries, blows, and rows of them.

From games among Debian's packages (GPL and kin: used, never passed on) and cut out of the tuning half of the noise.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from edgevoice.errors import AudioError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.ear.mixtures import Wave, rms
from tools.synthetic.packages import unpack

PACKAGES = (
    *("scratch", "qabcs-data", "megaglest-data", "lugaru-data", "scorched3d-data", "trophy-data", "minetest-data"),
    *("budgie-control-center-data", "etw-data", "searchandrescue-data", "tuxpaint-stamps-default", "wesnoth-1.16-data"),
)
_KINDS = {
    "dogs of games": r"lugaru.*/Bark|scorched3d.*/dog|trophy.*/dog|/all/noises/dog\.|scratch.*/Dog\d|budgie.*/bark"
    r"|tuxpaint.*/dogs/[a-z]+\.|megaglest.*(wolf|dog)|wesnoth.*/wolf|etw.*/dog",
    "people of games": r"scratch.*/Human/|lugaru|megaglest.*(die|hit)\d*\."
    r"|wesnoth.*(human|elf|dwarf|orc|goblin|ogre|troll|mermaid|lady|laugh|wail|groan)",
    "others of games": r"tuxpaint|wesnoth|/all/noises/|minetest|etw|scorched3d|trophy|megaglest|budgie|searchandrescue"
    r"|scratch.*/(Animal|Effects|Electronic|Percussion|Instruments)/",
}
"""Kind -> files; the first that fits counts."""
_SPOKEN = re.compile(r"_ack|_select|usic|/intro|_desc|PartyNoise|tuxpaint.*_[a-z]{2}(_[A-Z]{2})?\.ogg$")
_SOUND = {".ogg", ".wav", ".flac"}
SHARES = {
    "dogs of games": 0.13,
    "dog bark": 0.13,
    "person sneeze": 0.17,
    "people of games": 0.15,
    "rooster": 0.10,
    "baby cry": 0.06,
    "others of games": 0.26,
}
"""Of the rows, by kind; kinds of the noise among them."""
_SECONDS = 8
_LONGEST_S, _SHORTEST = 6, 800
_SPEEDS = (0.7, 1.4)

Events = dict[str, list[Wave]]


def read_events(folder: Path, noise: Mapping[str, Sequence[Samples]]) -> Events:
    """Kind -> single sounds: of the packages, unpacked into ``folder``, and cut out of files of noise, by kind."""
    found: Events = {kind: [] for kind in SHARES}
    for path in sorted(unpack(PACKAGES, folder).rglob("*")):
        name = path.as_posix().removeprefix(folder.as_posix())
        kind = next((kind for kind, named in _KINDS.items() if re.search(named, name)), None)
        if kind and path.suffix in _SOUND and path.is_file() and not path.is_symlink() and not _SPOKEN.search(name):
            try:
                sound = read_sound(path).astype(np.float64)
            except AudioError:  # not every file of a game is sound
                continue
            found[kind] += [piece[: _LONGEST_S * SAMPLE_RATE] for piece in _loud(sound, 400, 45.0)[:1]]
    for kind in found.keys() & noise.keys():
        found[kind] += [piece for file in noise[kind] for piece in _loud(file.astype(np.float64), 800, 27.0, 1280)]
    return found


def _loud(sound: Wave, around: int, range_db: float, longest_gap: int | None = None) -> list[Wave]:
    """The parts of a sound that lie within a range of its loudest, gaps closed up to the longest: all where None."""
    level = np.convolve(sound**2, np.ones(around) / around, "same")
    edges = np.flatnonzero(np.diff(np.r_[0, (level > level.max() / 10 ** (range_db / 10)).astype(int), 0]))
    spans: list[list[int]] = []
    for start, stop in edges.reshape(-1, 2).tolist():
        if spans and (longest_gap is None or start - spans[-1][1] < longest_gap):
            spans[-1][1] = stop
        else:
            spans.append([start, stop])
    return [sound[max(start - 400, 0) : stop + 1600] for start, stop in spans if stop - start >= _SHORTEST]


def row_of_events(events: Events, rng: np.random.Generator) -> Wave:
    """(n,) 8 s: one sound of a kind again and again, or several, at one speed and gaps of like length; rms 1."""
    kinds = list(SHARES)
    pool = events[kinds[rng.choice(len(kinds), p=np.array(list(SHARES.values())) / sum(SHARES.values()))]]
    speed = rng.uniform(*_SPEEDS) if rng.random() < 0.7 else 1.0
    same, gap_s = rng.random() < 0.8, np.exp(rng.uniform(np.log(0.05), np.log(2.5)))
    row = np.zeros(_SECONDS * SAMPLE_RATE)
    start, event = int(rng.uniform(0, 2.5) * SAMPLE_RATE), _at_speed(pool, speed, rng)
    while start < len(row):
        part = event[: len(row) - start] * 10 ** (rng.uniform(-8, 0) / 20)
        row[start : start + len(part)] += part
        start += len(part) + int(gap_s * rng.uniform(0.4, 1.6) * SAMPLE_RATE)
        event = event if same else _at_speed(pool, speed, rng)
    return row / rms(row)


def _at_speed(pool: Sequence[NDArray[np.float64]], speed: float, rng: np.random.Generator) -> Wave:
    """One of them, now and then backwards; rms 1."""
    wave = soxr.resample(pool[int(rng.integers(len(pool)))], SAMPLE_RATE * speed, SAMPLE_RATE)
    wave = wave[::-1] if rng.random() < 0.05 else wave
    return np.asarray(wave / rms(wave))
