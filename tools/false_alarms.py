"""False alarms an hour of the watch for beeps: it hears one clip after the other, none of them a known sound.

The library: the made smoke alarm and doorbell, and both again at other pitches, as a house may have other ones.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import numpy as np
from scipy.stats import gamma

from edgevoice.fixedpoint.exact import Integers
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.known_sounds import STEP
from edgevoice.recognition.tones import Tonal, Tones, beeps
from edgevoice.visit import FOLDER
from tools.hear import spectra
from tools.known_sounds import made
from tools.measure.conditions import noise_files
from tools.measure.page import markdown_option, markdown_table, publish
from tools.step import Step

MARKER = "false alarms of tones"
PERCENT = (80, 85, 87, 90)
_AGAIN_S = 10.0
_PITCHES = {"smoke-alarm.flac": (0.2, 0.3, 0.5, 0.7), "doorbell.flac": (0.75, 1.5, 2.0, 3.0)}
_KNOWN_HERE = ("doorbell.flac", "smoke-alarm.flac")  # of the visit: they are the doorbell and the alarm
_SPEECH = ("acted speech", "speech")
GROUPS = {
    "noise": ("noise",),
    "music": ("music",),
    "acted speech": ("emotion",),
    "speech": ("speech",),
}


def library() -> list[Tonal]:
    """Two sounds, each at five pitches."""
    sounds = []
    for name, sound in made()[0].items():
        spectrum = spectra(sound)
        kept = beeps(spectrum)
        for pitch in (1.0, *_PITCHES[name]):
            moved = np.column_stack([np.rint(kept[:, 0] * pitch).astype(np.int64), kept[:, 1:]])
            sounds.append(Tonal(f"{name} x {pitch:g}", moved, len(spectrum)))
    return sounds


def steps(files: Iterable[Path]) -> Iterator[Integers]:
    """The spectra of all files as one stream, half a second each."""
    rest: list[Integers] = []
    for file in files:
        rest.append(spectra(read_sound(file)))
        if sum(map(len, rest)) >= 60 * FRAMES_PER_SECOND:
            joined = np.concatenate(rest)
            whole = len(joined) // STEP * STEP
            yield from joined[:whole].reshape(-1, STEP, joined.shape[1])
            rest = [joined[whole:]]
    joined = np.concatenate(rest)
    yield from joined[: len(joined) // STEP * STEP].reshape(-1, STEP, joined.shape[1])


def count(files: Iterable[Path], sounds: Iterable[Tonal]) -> tuple[float, list[int]]:
    """Hours heard, and how many occurrences were told at each of PERCENT."""
    tones, looks = Tones(sounds, 0), []
    for spectrum in steps(files):
        tones.follow(spectrum)
        found = tones.look()
        looks.append(found[1] if found else 0)
    told = []
    for percent in PERCENT:
        at_s = np.flatnonzero(np.array(looks) >= percent) * STEP / FRAMES_PER_SECOND
        told.append(int((np.diff(at_s, prepend=-np.inf) > _AGAIN_S).sum()))
    return len(looks) * STEP / FRAMES_PER_SECOND / 3600, told


def rate(events: int, hours: float) -> str:
    """Events an hour and the bound that 95 % of Poisson counts keep below."""
    return f"{events} ({events / hours:.2f} an hour, below {gamma.ppf(0.95, events + 1) / hours:.2f})"


@click.command(cls=Step, help=__doc__)
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with all sound.")
@markdown_option
@click.option("--only", multiple=True, type=click.Choice(list(GROUPS)), help="Hear this group; may be repeated.")
@click.option("--every", default=1, show_default=True, help="Of speech, hear only every so many-th clip.")
def main(root: Path, page: Path | None, only: tuple[str, ...], every: int) -> None:
    sounds = library()
    heard: dict[str, list[Path]] = {
        what: [
            file for folder in GROUPS[what] for file in noise_files(root / folder)[:: every if what in _SPEECH else 1]
        ]
        for what in only or GROUPS
    }
    heard["the visit"] = [file for file in noise_files(FOLDER) if file.name not in _KNOWN_HERE]
    rows, hours_of_all, of_all = [], 0.0, np.zeros(len(PERCENT), dtype=int)
    for what, files in heard.items():
        hours, told = count(files, sounds)
        hours_of_all, of_all = hours_of_all + hours, of_all + told
        rows.append([what, f"{hours:.2f}", *(rate(events, hours) for events in told)])
        click.echo(rows[-1], err=True)
    rows.append(["all", f"{hours_of_all:.2f}", *(rate(int(events), hours_of_all) for events in of_all)])
    headings = ("heard", "hours", *(f"told at {percent} %" for percent in PERCENT))
    text = f"{markdown_table(headings, rows)}\n\n`python -m tools.false_alarms`, {len(sounds)} sounds in the library"
    publish(text, page, MARKER)


if __name__ == "__main__":
    main()
