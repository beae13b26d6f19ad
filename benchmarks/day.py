"""A day of sound through the whole door, as fast as it goes: does its memory grow?

The real process, ``edgevoice run --fast``, hears hours of speech, noise, rain, knocks and silence; how much memory it
holds is read from outside. A day takes about fifteen minutes of one core. Growth is the slope of the last three
quarters with its 95 % interval. The plot alone needs matplotlib, which the device has not:
``.venv-tools/bin/python -m benchmarks.day --hours 24 --edgevoice .venv/bin/edgevoice --plot docs/memory.svg``.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
import numpy as np
import soundfile
from rich.console import Console
from rich.table import Table
from scipy import stats

from benchmarks._process import cpu_seconds, private_mb, resident_mb
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.visit import FOLDER, load_visit

VISITS_AN_HOUR = 60
DIFFERENT_HOURS = 4
SETTLED = 1 / 4  # of the time: caches and the allocator's reserves fill up first
PIECES = 18  # of the rest, hours of a day: one look depends on the last, their means hardly do
TELLING_H = 4  # in less, one step of the allocator looks like a slope
EVERY_S = 60.0  # of sound, between two looks at the memory


@dataclass(frozen=True)
class Sample:
    """Resident memory in MB when so much of the day was heard, and the part of it that no file stands behind.

    The kernel drops the other part, of libraries and models, when another program wants the room.
    """

    hour: float
    mb: float
    private_mb: float


@dataclass(frozen=True)
class Day:
    """What was seen of the process: its memory, CPU seconds, and how many decisions it made."""

    samples: list[Sample]
    cpu_s: float
    decisions: int
    opened: int


def hour_of_sound(seed: int) -> Samples:
    """Visits by people and strangers, and between them a stretch of some noise or of digital silence."""
    random = np.random.default_rng(seed)
    voices = [read_sound(path) for path in sorted(FOLDER.glob("*.opus"))]
    beds = [read_sound(path) for path in sorted(FOLDER.glob("*.flac"))]
    pieces: list[Samples] = []
    while sum(map(len, pieces)) < 3600 * SAMPLE_RATE:
        bed = beds[random.integers(len(beds))]
        seconds = random.uniform(0.5, 1.5) * (3600 / VISITS_AN_HOUR - 3)
        pieces += [np.resize(bed, int(seconds * SAMPLE_RATE)), voices[random.integers(len(voices))]]
    return np.concatenate(pieces)[: 3600 * SAMPLE_RATE]


def live(folder: Path, hours: int, edgevoice: list[str], keep_most: int | None = None) -> Day:
    """Let the door hear so many hours. edgevoice: the command that starts it; keep_most: of the replay guard."""
    if keep_most is not None:
        (folder / "edgevoice.toml").write_text(f"[replay]\nkeep_most = {keep_most}\n", encoding="utf-8")
    files = [folder / f"hour-{number}.wav" for number in range(min(hours, DIFFERENT_HOURS))]
    for seed, file in enumerate(files):
        soundfile.write(file, hour_of_sound(seed), SAMPLE_RATE)
    command = [*edgevoice, "--json", "--data", str(folder)]
    for name, takes in load_visit().enrolment.items():
        subprocess.run([*command, "enroll", name, *(FOLDER / take for take in takes)], check=True, capture_output=True)
    played = [argument for hour in range(hours) for argument in ("--wav", str(files[hour % len(files)]))]
    with subprocess.Popen([*command, "run", "--fast", *played], stdout=subprocess.PIPE, text=True) as door:
        assert door.stdout is not None
        return _watch(door.pid, (json.loads(line) for line in door.stdout))


def _watch(process: int, records: Iterator[dict[str, object]]) -> Day:
    samples: list[Sample] = []
    decisions, opened, cpu_s, next_s = 0, 0, 0.0, 0.0
    for record in records:
        decisions += "decision" in record
        opened += record.get("decision") == "open"
        heard_s = float(str(record.get("t_s", -1)))
        if heard_s >= next_s:
            try:
                samples.append(Sample(heard_s / 3600, resident_mb(process), private_mb(process)))
                cpu_s = cpu_seconds(process)
            except OSError:  # it has ended, and this is what it said last
                break
            next_s += EVERY_S
            click.echo(
                f"{samples[-1].hour:.3f} h  {samples[-1].mb:.2f} MB, {samples[-1].private_mb:.2f} MB private", err=True
            )
    return Day(samples, cpu_s, decisions, opened)


@dataclass(frozen=True)
class Growth:
    """kB an hour, and the interval that holds it with 95 %."""

    kb: float
    low_kb: float
    high_kb: float

    def __str__(self) -> str:
        return f"{self.kb:+.1f} kB an hour (95 %: {self.low_kb:+.1f} to {self.high_kb:+.1f})"


def growth(hours: Sequence[float], megabytes: Sequence[float]) -> Growth:
    """Slope of memory over time, once it has settled: the median of the slopes between any two of 18 means.

    P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau" (JASA 63, 1968). A step of the
    allocator moves it less than it would move least squares.
    """
    settled = hours[-1] * SETTLED
    number = ((np.asarray(hours) - settled) / (hours[-1] - settled) * PIECES).astype(np.int64).clip(max=PIECES - 1)
    pieces = [np.flatnonzero((number == piece) & (np.asarray(hours) >= settled)) for piece in range(PIECES)]
    middles = [(np.mean(np.take(hours, at)), np.mean(np.take(megabytes, at))) for at in pieces if len(at)]
    times, means = zip(*middles, strict=True)
    found = stats.theilslopes(means, times, 0.95)
    return Growth(*(1024 * float(slope) for slope in (found.slope, found.low_slope, found.high_slope)))


def draw(day: Day, file: Path) -> None:
    """Resident memory over the day, as SVG."""
    pyplot = import_module("matplotlib.pyplot")  # only here: the device has none
    pyplot.switch_backend("svg")
    pyplot.rcParams["svg.hashsalt"] = "edgevoice"
    figure, axes = pyplot.subplots(figsize=(8, 3))
    hours = [sample.hour for sample in day.samples]
    axes.plot(hours, [sample.mb for sample in day.samples], linewidth=1, label="resident")
    axes.plot(hours, [sample.private_mb for sample in day.samples], linewidth=1, label="of it private")
    axes.legend(loc="lower right")
    axes.axhline(100, color="tab:red", linestyle="--", linewidth=1)
    axes.set(xlabel="hours of sound heard", ylabel="resident memory, MB", ylim=(0, 110), xlim=(0, None))
    axes.set_title(f"{day.decisions} decisions, {day.opened} of them opened")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


def _first_largest_last(memory: list[float]) -> str:
    return f"{memory[0]:.1f} / {max(memory):.1f} / {memory[-1]:.1f} MB"


@click.command(help=__doc__)
@click.option("--hours", type=click.IntRange(1, 1000), default=1, show_default=True)
@click.option("--edgevoice", type=click.Path(exists=True), default=None, help="The command; none: this Python's.")
@click.option("--plot", type=click.Path(path_type=Path), default=None, help="An SVG of it.")
@click.option(
    "--keep-most", type=int, help="Attempts the replay guard keeps: a few are full at once, as 1,500 in a month."
)
def main(hours: int, edgevoice: str | None, plot: Path | None, keep_most: int | None) -> None:
    command = [edgevoice] if edgevoice else [sys.executable, "-m", "edgevoice"]
    with tempfile.TemporaryDirectory() as folder:
        day = live(Path(folder), hours, command, keep_most)
    memory = [sample.mb for sample in day.samples]
    table = Table("figure", "value", title=f"{day.samples[-1].hour:.1f} h of sound through the whole door")
    table.add_row("decisions", f"{day.decisions}, of which {day.opened} opened")
    table.add_row(
        "CPU", f"{day.cpu_s:.0f} s, {1000 * day.cpu_s / (3600 * day.samples[-1].hour):.1f} ms a second of sound"
    )
    table.add_row(
        "resident memory, first look / largest / last",
        _first_largest_last(memory),
    )
    table.add_row("the same of the private part", _first_largest_last([sample.private_mb for sample in day.samples]))
    if hours >= TELLING_H:
        at = [sample.hour for sample in day.samples]
        table.add_row("growth in the last three quarters", str(growth(at, memory)))
        table.add_row("the same of the private part", str(growth(at, [sample.private_mb for sample in day.samples])))
    Console().print(table)
    if plot:
        draw(day, plot)


if __name__ == "__main__":
    main()
