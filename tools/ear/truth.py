"""Speech in noise with the truth beside it: what the gate is fitted on and measured by.

The noise is split by the CRC-32 of a file's name: even ones to tune on, odd ones to measure on.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.window import HOP, WINDOW
from edgevoice.visit import FOLDER
from tools.hear import spectra
from tools.index import read_index

LEAD_S, TAIL_S = 2, 1
"""Seconds of noise alone before and after the speech."""
LEAD_FRAMES = LEAD_S * SAMPLE_RATE // HOP
QUIET_DB = 40.0
"""What "clean" means in a mixture: white noise so far below the speech."""
STEADY = ("white", "rain", "traffic")
_RANGE_DB = 30.0
_OVER_QUIETEST_DB = 9.0
_UNDER_LOUDEST_DB = 12.0
_GAP, _ISLAND = 6, 3  # frames
_LONGEST_S = 10

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Noise:
    """One file: its label and its sound."""

    path: str
    label: str
    samples: Samples


def read_noise(data: Path, measuring: bool) -> list[Noise]:
    """The files under ``noise`` of one half."""
    rows = [row for row in read_index(data) if row["kind"] == "noise" and is_measuring(row["path"]) == measuring]
    return [Noise(row["path"], row["label"], read_sound(data / row["path"])) for row in rows]


def is_measuring(path: str) -> bool:
    """Which half a file belongs to."""
    return crc32(Path(path).name.encode()) % 2 == 1


def steady_noise() -> list[Noise]:
    """White noise, rain and traffic of the visit."""
    return [Noise(name, name, read_sound(FOLDER / f"{name}.flac")) for name in STEADY]


def read_speech(data: Path, split: str, wanted: dict[str, int], seed: int) -> list[Samples]:
    """So many clips of each set, drawn at random, the first 10 s of each."""
    rng = np.random.default_rng(seed)
    paths: list[str] = []
    for name, count in wanted.items():
        listed = [r["path"] for r in read_index(data) if (r["kind"], r["split"], r["set"]) == ("speech", split, name)]
        paths += [listed[place] for place in rng.permutation(len(listed))[:count]]
    return [read_sound(data / path)[: _LONGEST_S * SAMPLE_RATE] for path in paths]


def true_speech(clip: Samples) -> Flags:
    """(n,) clean -> (frames,) where somebody speaks: the power above 78 Hz within 30 dB of the clip's loud frames
    (their 95th percentile) and 9 dB over its quiet ones (5th), or 12 dB under the loud ones where there is no quiet;
    gaps below 60 ms are closed, islands below 30 ms dropped.
    """
    power = spectra(clip)[:, 3:].sum(axis=1)
    level = 10 * np.log10(power + 1.0)
    loud, quiet = np.percentile(level, 95), np.percentile(level, 5)
    spoken = level >= max(loud - _RANGE_DB, min(quiet + _OVER_QUIETEST_DB, loud - _UNDER_LOUDEST_DB))
    return _without_runs(_without_runs(spoken, False, _GAP), True, _ISLAND)


def mix_in(clip: Samples, noise: Samples, snr_db: float, rng: np.random.Generator) -> Samples:
    """Noise from a random place on, two seconds ahead of the clip and one after it, at a peak of -30 to -1 dBFS."""
    lead, tail = LEAD_S * SAMPLE_RATE, TAIL_S * SAMPLE_RATE
    wave = clip.astype(np.float64)
    rolled = np.roll(noise, -int(rng.integers(len(noise))))
    bed = np.resize(rolled, lead + len(wave) + tail).astype(np.float64)
    bed *= np.sqrt((wave**2).mean() / max(float((bed**2).mean()), 1e-9)) * 10 ** (-snr_db / 20)
    bed[lead : lead + len(wave)] += wave
    bed *= 32767 * 10 ** (rng.uniform(-30, -1) / 20) / max(float(np.abs(bed).max()), 1e-9)
    return np.rint(bed).astype(np.int16)


def truth_in_mixture(clip: Samples, mixture: Samples) -> Flags:
    """(frames of the mixture,) the clip's truth where it stands in it."""
    truth = np.zeros(count_frames(mixture), dtype=np.bool_)
    spoken = true_speech(clip)[: len(truth) - LEAD_FRAMES]
    truth[LEAD_FRAMES : LEAD_FRAMES + len(spoken)] = spoken
    return truth


def count_frames(samples: Samples) -> int:
    """How many windows fit."""
    return max(0, (len(samples) - WINDOW) // HOP + 1)


def draw_bed(noises: list[Noise], steady: list[Noise], rng: np.random.Generator) -> Noise:
    """A steady noise in three of ten draws, else any file."""
    pool = steady if rng.random() < 0.3 else noises
    return pool[rng.integers(len(pool))]


def _without_runs(flags: Flags, value: bool, length: int) -> Flags:
    """The flags, with every run of ``value`` shorter than ``length`` that others enclose turned round."""
    kept = flags.copy()
    edges = np.flatnonzero(np.concatenate([[True], flags[1:] != flags[:-1], [True]]))
    for start, stop in pairwise(edges.tolist()):
        if flags[start] == value and stop - start < length and start > 0 and stop < len(flags):
            kept[start:stop] = not value
    return kept
