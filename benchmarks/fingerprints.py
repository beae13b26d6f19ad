"""Fingerprints: CPU a second of sound, lookups among 10,000 utterances and 10 h, bytes a minute, resident memory.

The libraries are made of the peaks of the visit's clips, moved in time and frequency, so that their hashes are as
unevenly spread as those of speech.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import click
import numpy as np

from benchmarks._cpu import cpu_ms, in_turn
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.window import FRAMES_PER_SECOND, Windows
from edgevoice.recognition.constellation import HIGHEST_BIN, LOWEST_BIN, Peaks, constellation, pack, unpack
from edgevoice.recognition.landmarks import Landmarks, landmarks, of_peaks, pairs
from edgevoice.recognition.recordings import KEPT_PAIRS, Library, keep
from edgevoice.recognition.shelf import Recording
from edgevoice.visit import FOLDER

LIBRARIES = {"10,000 utterances of 3 s": (10_000, 3), "10 h in pieces of 60 s": (600, 60)}
_REPEATS = 15

Item = TypeVar("Item")


def clips() -> list[Samples]:
    """What is said in the visit."""
    return [read_sound(path) for path in sorted(FOLDER.glob("*.opus"))]


def hear(samples: Samples) -> Landmarks:
    """Samples -> landmarks."""
    return landmarks(Spectrum()(Windows().cut(samples)))


def made_library(heard: Sequence[Recording], count: int, seconds: int) -> list[Recording]:
    """So many recordings of that length: the peaks of random clips, one after the other, moved and jittered."""
    rng = np.random.default_rng(0)
    sources = [unpack(recording.peaks) for recording in heard]
    return [_made(sources, heard, seconds * FRAMES_PER_SECOND, rng) for _ in range(count)]


def _made(sources: Sequence[Peaks], heard: Sequence[Recording], length: int, rng: np.random.Generator) -> Recording:
    frames, bins, filled = [], [], 0
    while filled < length:
        chosen = int(rng.integers(len(sources)))
        source, stretch = sources[chosen], rng.uniform(0.7, 1.4)
        moved = source.bins + int(rng.integers(-20, 21)) + rng.integers(-3, 4, len(source))
        frames.append(np.rint(source.frames * stretch).astype(np.int64) + rng.integers(0, 4, len(source)) + filled)
        bins.append(np.clip(moved, LOWEST_BIN, HIGHEST_BIN))
        filled += round(heard[chosen].length * stretch)
    all_frames, all_bins = np.concatenate(frames), np.concatenate(bins)
    order = np.argsort(all_frames, kind="stable")
    order = order[all_frames[order] < length]
    nothing = np.zeros(len(order), dtype=np.int32)
    return Recording(
        "made", pack(Peaks(all_frames[order].astype(np.int32), all_bins[order].astype(np.int32), nothing)), length
    )


def sqlite_rows(recordings: Sequence[Recording], path: Path) -> Callable[[Landmarks], list[tuple[int, int]]]:
    """The same hashes as rows of SQLite -> what finds the ten places where most of a query's hashes agree."""
    database = sqlite3.connect(path)
    database.execute("create table landmarks (hash integer, time integer, primary key (hash, time)) without rowid")
    start = 0
    for recording in recordings:
        hashes, frames = pairs(unpack(recording.peaks), KEPT_PAIRS)
        rows = zip(hashes.tolist(), (frames + start).tolist(), strict=True)
        database.executemany("insert or ignore into landmarks values (?, ?)", rows)
        start += recording.length + 1500
    database.commit()
    database.execute("create temp table asked (hash integer, time integer)")

    def lookup(query: Landmarks) -> list[tuple[int, int]]:
        database.execute("delete from asked")
        rows = zip(query.hashes.tolist(), query.frames.tolist(), strict=True)
        database.executemany("insert into asked values (?, ?)", rows)
        return database.execute(
            "select l.time - a.time as begin, count(*) as agreeing from asked a join landmarks l using (hash)"
            " group by begin order by agreeing desc limit 10"
        ).fetchall()

    return lookup


@click.command(help=__doc__)
def main() -> None:
    sounds = [np.resize(clip, 3 * SAMPLE_RATE) for clip in clips()]
    heard = [hear(sound) for sound in sounds]
    kept = [keep("visit", each) for each in heard]
    _tell_speed(sounds)
    seconds = sum(each.length for each in kept) / FRAMES_PER_SECOND
    click.echo(f"kept of speech: {sum(len(each.peaks) for each in kept) / seconds * 60 / 1000:.2f} kB a minute")
    for name, (count, length) in LIBRARIES.items():
        _tell_library(name, made_library(kept, count, length), heard)


def _tell_speed(sounds: Sequence[Samples]) -> None:
    sound = np.concatenate(sounds[:5])
    seconds = len(sound) / SAMPLE_RATE
    power = Spectrum()(Windows().cut(sound))
    peaks = constellation(power)
    ways: dict[str, Callable[[], object]] = {
        "spectrum (the front end has it already)": lambda: Spectrum()(Windows().cut(sound)),
        "constellation": lambda: constellation(power),
        "pairs and hashes": lambda: of_peaks(peaks, len(power)),
    }
    for name, times in in_turn(ways, _REPEATS).items():
        click.echo(
            f"{name}: {min(times) / seconds:.2f} ms of CPU a second of sound (median {median(times) / seconds:.2f})"
        )


def _tell_library(name: str, recordings: list[Recording], heard: Sequence[Landmarks]) -> None:
    started = time.process_time()
    library = Library(recordings)
    loaded = time.process_time() - started
    strangers = heard[:_REPEATS]
    times = _cpu_of_each(library.best, strangers)
    (added,) = _cpu_of_each(library.add, [keep("new", heard[0])])
    size = sum(len(recording.peaks) for recording in recordings)
    click.echo(
        f"{name}: {library.hashes} hashes, {size / 1e6:.1f} MB stored, read in {loaded:.1f} s; a query of 3 s takes "
        f"{median(times):.1f} ms of CPU, at most {max(times):.1f}; to add one {added:.1f} ms"
    )
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "library.npz"
        np.savez(
            packed,
            peaks=np.frombuffer(b"".join(r.peaks for r in recordings), np.uint8),
            sizes=[len(r.peaks) for r in recordings],
            lengths=[r.length for r in recordings],
        )
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks._fingerprint_memory", packed],
            capture_output=True,
            text=True,
            check=True,
        )
        click.echo(f"  {told.stdout.strip()}")
        rows = sqlite_rows(recordings, Path(folder) / "rows.sqlite")
        in_rows = _cpu_of_each(rows, strangers)
        megabytes = (Path(folder) / "rows.sqlite").stat().st_size / 1e6
        click.echo(
            f"  the same hashes as SQLite rows: {median(in_rows):.1f} ms a query without the fit, {megabytes:.1f} MB"
        )


def _cpu_of_each(way: Callable[[Item], object], items: Sequence[Item]) -> list[float]:
    """Milliseconds of each item, after all of them once for nothing."""
    return [cpu_ms(partial(way, item)) for item in [*items, *items]][len(items) :]


if __name__ == "__main__":
    main()
