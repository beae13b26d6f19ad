"""Step 1: sound -> features: every listed clip as several voices, clean and disturbed, through our own front end.

Writes ``OUTPUT/prepared/NNNN.npz``, one a hundred clips; a shard that exists is not made again, and an OUTPUT of other
clips or settings is refused.
"""

import multiprocessing
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.features import Cepstra
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP
from tools.hear import front_end, samples_of, spoken_parts
from tools.index import read_index, sound_files
from tools.made_of import made_of, refuse_another, whole
from tools.step import Step
from tools.training.augment import Surroundings, change_speed, disturb, over_another
from tools.training.run_settings import PrepareSettings, read_run
from tools.training.shards import speech_arrays, stored_features
from tools.training.throat import Line, change_throat, draw_throat, mean_envelope

CLIPS_PER_SHARD = 100


@dataclass(frozen=True)
class Clip:
    """One row of the index: path, speaker ("" where unknown), how many voices to make of it, and how many of two people
    at once."""

    path: str
    speaker: str
    voices: int
    over_others: int


@dataclass(frozen=True)
class Job:
    """One shard: its number, the listed clips, and what to make of them; sounds: where rooms and noise lie."""

    number: int
    clips: tuple["Clip", ...]
    root: Path
    sounds: Path
    output: Path
    settings: PrepareSettings


class Shard:
    """What is made of a job's clips, voice by voice."""

    def __init__(self, settings: PrepareSettings, surroundings: Surroundings, rng: np.random.Generator) -> None:
        self._settings, self._surroundings, self._rng = settings, surroundings, rng
        self.speech: list[Samples] = []
        self.features: list[Cepstra] = []
        self.source: list[int] = []  # which speech a feature array belongs to
        self.speakers: list[str] = []

    def add(self, voice: Samples, speaker: str) -> None:
        """The voice clean and disturbed, if anybody speaks in it."""
        parts = spoken_parts(front_end(voice))
        if not parts:
            return
        noisy = [disturb(voice, self._surroundings, self._rng) for _ in range(self._settings.noisy_copies)]
        for copy in (voice, *noisy):
            mfcc = front_end(copy, draw_subtraction(self._settings, self._rng)).mfcc
            self.features.append(np.concatenate([mfcc[start:stop] for start, stop in parts]))
            self.source.append(len(self.speech))
        self.speech.append(samples_of(parts, voice))
        self.speakers.append(speaker)


def make_shard(job: Job) -> int:
    """Make one shard; returns its number."""
    rng = np.random.default_rng(job.number)
    shard = Shard(job.settings, surroundings(job.sounds, job.settings.noise_db), rng)
    for listed in job.clips:
        original = _read(job, listed)
        for number in range(listed.voices):
            voice = another_voice(original, job.settings, rng, _somebody(job, rng)) if number else original
            shard.add(voice, f"{listed.speaker}@{number}" if listed.speaker else "")
        for _ in range(listed.over_others):
            other = _somebody(job, rng)
            below_db = float(rng.uniform(*job.settings.other_below_db))
            one, two = (
                another_voice(each, job.settings, rng, to) for each, to in ((original, other), (other, original))
            )
            shard.add(over_another(one, two, below_db), "")
    _write(job, shard)
    return job.number


def _read(job: Job, listed: Clip) -> Samples:
    return read_sound(job.root / listed.path)[: int(job.settings.longest_s * HOP * FRAMES_PER_SECOND)]


def _somebody(job: Job, rng: np.random.Generator) -> Samples:
    return _read(job, job.clips[rng.integers(len(job.clips))])


def another_voice(samples: Samples, settings: PrepareSettings, rng: np.random.Generator, somebody: Samples) -> Samples:
    """At a drawn speed and, in a share of the draws, with another vocal tract, more or less like somebody's."""
    lowest, highest = np.log(settings.speeds)
    voice = change_speed(samples, float(np.exp(rng.uniform(lowest, highest))))
    if rng.random() < settings.throats:
        colour: Line | float = 0.0
        if rng.random() < settings.coloured:
            colour = rng.uniform(*settings.colour) * (mean_envelope(somebody) - mean_envelope(voice))
        voice = change_throat(voice, draw_throat(rng, settings.widest_throat, settings.bends_hz, colour))
    return voice


def draw_subtraction(settings: PrepareSettings, rng: np.random.Generator) -> SubtractionSettings:
    """One of those that a network is to hear with."""
    return SubtractionSettings(*settings.subtractions[rng.integers(len(settings.subtractions))])


def _write(job: Job, shard: Shard) -> None:
    with whole(job.output / "prepared" / f"{job.number:04d}.npz") as part:
        np.savez(
            part,
            allow_pickle=False,
            speaker=np.array(shard.speakers, dtype=str),
            **speech_arrays(shard.speech),
            **stored_features(shard.features, shard.source),
        )


@cache
def surroundings(root: Path, noise_db: tuple[float, float]) -> Surroundings:
    """All rooms and noise under the folder, read once."""
    return Surroundings.read(sound_files(root / "rooms"), sound_files(root / "noise"), noise_db)


def listed_clips(root: Path, settings: PrepareSettings) -> Iterator[Clip]:
    """Every speech clip of the wanted sets; never of ``dev``."""
    for row in read_index(root):
        if row["kind"] != "speech" or row["split"] == "dev" or row["speaker"] in settings.leave_out:
            continue
        voices, over_others = (
            wanted.get(f"{row['split']}/{row['set']}", wanted.get(row["split"], 0))
            for wanted in (settings.sets, settings.over_others)
        )
        if voices + over_others:
            speaker = row["speaker"] if row["split"] != "unlabelled" else ""
            yield Clip(row["path"], speaker, voices, over_others)


@click.command(cls=Step, help=__doc__)
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="Folder of this run.")
@click.option(
    "--sounds",
    type=click.Path(path_type=Path, exists=True),
    default=None,
    help="Folder with rooms/ and noise/ [default: ROOT].",
)
@click.option("--first-shard", default=0, show_default=True, help="Number of the first; for a second index in one run.")
@click.option("--workers", default=2, show_default=True)
@click.option("--limit", type=int, default=None, help="Only so many clips (for a trial).")
def main(
    run_file: Path, root: Path, output: Path, sounds: Path | None, first_shard: int, workers: int, limit: int | None
) -> None:
    settings = read_run(run_file).prepare
    clips = list(listed_clips(root, settings))
    random.Random(0).shuffle(clips)
    clips = clips[:limit]
    refuse_another(
        output / "prepared" / f"{first_shard:04d}.made-of",
        made_of((root / clip.path for clip in clips), clips, settings),
    )
    jobs = [
        Job(number, tuple(clips[start : start + CLIPS_PER_SHARD]), root, sounds or root, output, settings)
        for number, start in enumerate(range(0, len(clips), CLIPS_PER_SHARD), first_shard)
        if not (output / "prepared" / f"{number:04d}.npz").exists()
    ]
    with multiprocessing.Pool(workers) as pool:
        for _ in tqdm(pool.imap_unordered(make_shard, jobs), total=len(jobs), unit="shard"):
            pass


if __name__ == "__main__":
    main()
