"""A day of sound through the whole door, as fast as it goes: does its memory grow?

The real process, ``edgevoice run --fast``, hears hours of speech, noise, rain, knocks and silence; how much memory it
holds is read from outside. A day takes about ten minutes of one core. The plot alone needs matplotlib, which the device
has not: ``.venv-tools/bin/python -m benchmarks.day --hours 24 --edgevoice .venv/bin/edgevoice --plot docs/memory.svg``.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
import numpy as np
import soundfile
from rich.console import Console
from rich.table import Table

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.visit import FOLDER, load_visit

VISITS_AN_HOUR = 60
DIFFERENT_HOURS = 4
SETTLED_H = 1.0  # caches and the database's pages fill up first
EVERY_S = 60.0  # of sound, between two looks at the memory


@dataclass(frozen=True)
class Sample:
    """Resident memory in MB when so much of the day was heard."""

    hour: float
    mb: float


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


def live(folder: Path, hours: int, edgevoice: list[str]) -> Day:
    """Let the door hear so many hours. edgevoice: the command that starts it."""
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
                samples.append(Sample(heard_s / 3600, _resident_mb(process)))
                cpu_s = _cpu_seconds(process)
            except OSError:  # it has ended, and this is what it said last
                break
            next_s += EVERY_S
            click.echo(f"{samples[-1].hour:.3f} h  {samples[-1].mb:.2f} MB", err=True)
    return Day(samples, cpu_s, decisions, opened)


def _resident_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    resident = [line.split()[1] for line in lines if line.startswith("VmRSS")]
    if not resident:
        raise ProcessLookupError(process)
    return int(resident[0]) / 1024


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100  # USER_HZ


def growth_kb_an_hour(samples: list[Sample]) -> float:
    """Slope of the straight line through everything after the first hour, or through the second half of less."""
    begin = min(SETTLED_H, samples[-1].hour / 2)
    settled = [sample for sample in samples if sample.hour >= begin]
    slope, _ = np.polyfit([sample.hour for sample in settled], [sample.mb for sample in settled], 1)
    return float(1024 * slope)


def draw(day: Day, file: Path) -> None:
    """Resident memory over the day, as SVG."""
    pyplot = import_module("matplotlib.pyplot")  # only here: the device has none
    pyplot.switch_backend("svg")
    pyplot.rcParams["svg.hashsalt"] = "edgevoice"
    figure, axes = pyplot.subplots(figsize=(8, 3))
    axes.plot([sample.hour for sample in day.samples], [sample.mb for sample in day.samples], linewidth=1)
    axes.axhline(100, color="tab:red", linestyle="--", linewidth=1)
    axes.set(xlabel="hours of sound heard", ylabel="resident memory, MB", ylim=(0, 110), xlim=(0, None))
    axes.set_title(f"{day.decisions} decisions; {growth_kb_an_hour(day.samples):+.0f} kB an hour after the first")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


@click.command(help=__doc__)
@click.option("--hours", type=click.IntRange(1, 1000), default=1, show_default=True)
@click.option("--edgevoice", type=click.Path(exists=True), default=None, help="The command; none: this Python's.")
@click.option("--plot", type=click.Path(path_type=Path), default=None, help="An SVG of it.")
def main(hours: int, edgevoice: str | None, plot: Path | None) -> None:
    command = [edgevoice] if edgevoice else [sys.executable, "-m", "edgevoice"]
    with tempfile.TemporaryDirectory() as folder:
        day = live(Path(folder), hours, command)
    memory = [sample.mb for sample in day.samples]
    table = Table("figure", "value", title=f"{day.samples[-1].hour:.1f} h of sound through the whole door")
    table.add_row("decisions", f"{day.decisions}, of which {day.opened} opened")
    table.add_row(
        "CPU", f"{day.cpu_s:.0f} s, {1000 * day.cpu_s / (3600 * day.samples[-1].hour):.1f} ms a second of sound"
    )
    table.add_row(
        "resident memory, first look / largest / last",
        f"{memory[0]:.1f} / {max(memory):.1f} / {memory[-1]:.1f} MB",
    )
    table.add_row("growth once settled", f"{growth_kb_an_hour(day.samples):+.1f} kB an hour")
    Console().print(table)
    if plot:
        draw(day, plot)


if __name__ == "__main__":
    main()
