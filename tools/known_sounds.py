"""How often the watch for known sounds names a sound within three seconds of its start, and how often wrongly.

Music: works longer than 6 s, each in two encodings of one recording; one is in the library, four seconds of the other
are heard, from six places on, at half the loudness, behind noise. Alarm and doorbell: made by tools.synthetic.sounds,
heard with another microphone noise than that of the recording in the library; and in a room, at three loudnesses, the
alarm from any place of its rhythm on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import numpy as np

from edgevoice.errors import SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.recognition.known_sounds import KnownSounds
from edgevoice.recognition.landmarks import landmarks
from edgevoice.recognition.recordings import Library, keep
from edgevoice.recognition.tones import Tonal, Tones, beeps
from tools.hear import spectra
from tools.measure.conditions import in_a_room, mix, noise_files
from tools.measure.page import markdown_option, markdown_table, publish
from tools.measure.shares import Share
from tools.step import Step
from tools.synthetic.sounds import FLOOR_DBFS, OTHERS, SOUNDS
from tools.synthetic.take import gain, generator, pink, to_int16

MARKER = "known sounds"
SNR_DB = (None, 20, 10, 5, 0)
MADE = ("smoke-alarm.flac", "doorbell.flac")
_PLACES, _HEARD_S, _WITHIN_S, _LEAD_S = 6, 4.0, 3.0, 1.0

Heard = Iterator[tuple[str, Samples]]
"""What is right, and four seconds of it."""


def named(library: Library, tonal: list[Tonal], sound: Samples) -> tuple[str, float] | None:
    """The first name that is told and how many seconds after the sound began; None where none is."""
    lead = np.rint(32768 * gain(FLOOR_DBFS) * pink(round(_LEAD_S * SAMPLE_RATE), np.random.default_rng(1_000)))
    found = KnownSounds(library, tones=Tones(tonal)).hear(spectra(np.concatenate([lead.astype(np.int16), sound])))
    return (found[0].name, found[0].at_s - _LEAD_S) if found else None


def music(root: Path) -> tuple[dict[str, Samples], Callable[[], Heard]]:
    """What is known, and what is heard: two files in turn are one recording; SettingsError where one is alone."""
    files = noise_files(root / "music")
    if len(files) % 2:
        raise SettingsError(f"{root / 'music'}: found {len(files)} files; wanted each work twice, one after the other")
    sounds = {path.stem: read_sound(path) for path in files}
    works = [pair for pair in zip(files[::2], files[1::2], strict=True) if len(sounds[pair[0].stem]) > 6 * SAMPLE_RATE]

    def heard() -> Heard:
        for one, other in works:
            sound = sounds[other.stem] // 2
            for start in np.linspace(0, len(sound) - _HEARD_S * SAMPLE_RATE, _PLACES).astype(int):
                yield one.stem, sound[start : start + round(_HEARD_S * SAMPLE_RATE)]

    return {one.stem: sounds[one.stem] for one, _ in works}, heard


def made() -> tuple[dict[str, Samples], Callable[[], Heard]]:
    """Alarm and doorbell, in the library with one noise and heard with others."""

    def sound(name: str, noise: int, level: float) -> Samples:
        clean = (SOUNDS | OTHERS)[name](generator(20, name)) * level
        return to_int16(clean + pink(clean.size, np.random.default_rng(noise)) * gain(FLOOR_DBFS))

    def heard() -> Heard:
        for name in MADE:
            for number in range(_PLACES):
                yield name, sound(name, 100 + number, 0.5)[: round(_HEARD_S * SAMPLE_RATE)]

    return {name: sound(name, 0, 1.0) for name in MADE}, heard


def in_rooms(root: Path, name: str) -> tuple[dict[str, Samples], Callable[[], Heard]]:
    """One of them through measured rooms and at other levels; the alarm from anywhere on, as it repeats itself."""
    rooms = [read_sound(path) for path in noise_files(root / "rooms")]

    def heard() -> Heard:
        for number in range(2 * _PLACES):
            rng = np.random.default_rng(200 + number)
            sound = (SOUNDS | OTHERS)[name](generator(20, name)) * (1.0, 0.5, 0.1)[number % 3]
            if name in OTHERS:
                sound = np.roll(sound, -int(rng.integers(sound.size // 2)))[: round(_HEARD_S * SAMPLE_RATE)]
            floor = pink(sound.size, rng) * gain(FLOOR_DBFS)
            yield name, in_a_room(to_int16(sound + floor), rooms[number % len(rooms)])

    return made()[0], heard


def there(room: Samples, first: int) -> tuple[dict[str, Samples], Callable[[], Heard]]:
    """Both as the device itself would have recorded them in a room, and heard there, at other levels."""

    def sound(name: str, noise: int, level: float) -> Samples:
        clean = (SOUNDS | OTHERS)[name](generator(20, name)) * level
        floor = pink(clean.size, np.random.default_rng(noise)) * gain(FLOOR_DBFS)
        return in_a_room(to_int16(clean + floor), room)

    def heard() -> Heard:
        for name in MADE:
            for number, level in enumerate((0.5, 0.1), first):
                yield name, sound(name, 300 + number, level)[: round(_HEARD_S * SAMPLE_RATE)]

    return {name: sound(name, 0, 1.0) for name in MADE}, heard


def groups(root: Path) -> list[tuple[str, tuple[dict[str, Samples], Callable[[], Heard]]]]:
    """What is heard, with the library of each; those of one name make one row."""
    alarm, bell = (in_rooms(root, name) for name in MADE)
    rooms = [read_sound(path) for path in noise_files(root / "rooms")]
    return [
        ("music", music(root)),
        ("alarm and doorbell", made()),
        ("alarm in a room", alarm),
        ("doorbell in a room", bell),
        *(("alarm and doorbell, recorded in that room", there(room, 2 * number)) for number, room in enumerate(rooms)),
    ]


def _row(what: str, found: list[tuple[str, tuple[str, float] | None]]) -> list[str]:
    soon = [told[1] for right, told in found if told and told[0] == right and told[1] <= _WITHIN_S]
    wrong = sum(told is not None and told[0] != right for right, told in found)
    after = f"{np.median(soon):.1f} s" if soon else "-"
    return [what, str(len(found)), str(Share(len(soon), len(found))), after, str(wrong)]


@click.command(cls=Step, help=__doc__)
@click.option(
    "--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with music and noise."
)
@markdown_option
def main(root: Path, page: Path | None) -> None:
    noises = noise_files(root / "noise" / "background")
    told: dict[tuple[str, str], list[tuple[str, tuple[str, float] | None]]] = defaultdict(list)
    for what, (known, heard) in groups(root):
        whole = {name: spectra(sound) for name, sound in known.items()}
        library = Library(keep(name, landmarks(spectrum)) for name, spectrum in whole.items())
        tonal = [Tonal(name, beeps(spectrum), len(spectrum)) for name, spectrum in whole.items()]
        for snr_db in SNR_DB:
            found = told[what, "clean" if snr_db is None else f"{snr_db} dB"]
            for right, sound in heard():
                noise, rng = read_sound(noises[len(found) % len(noises)]), np.random.default_rng(len(found))
                noisy = sound if snr_db is None else mix(sound, noise, snr_db, rng)
                found.append((right, named(library, tonal, noisy)))
    rows = [_row(f"{what}, {level}", found) for (what, level), found in told.items()]
    headings = ("heard", "times", "named within 3 s", "median", "wrongly")
    text = f"{markdown_table(headings, rows)}\n\n`python -m tools.known_sounds`"
    publish(text, page, MARKER)


if __name__ == "__main__":
    main()
