"""Step 1 again after a change of the front end: new features for voices that are already prepared.

Each shard keeps the speech of its voices. Clean and disturbed anew, it goes through the present front end, and the
shard is replaced. What the teacher said of the voices still holds, so nothing is taught again. A shard that the
present front end made is left as it is.
"""

import multiprocessing
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.features import Cepstra
from edgevoice.listening.listen import FRONT_END
from edgevoice.listening.window import HOP
from tools.hear import front_end
from tools.made_of import whole
from tools.prepare import draw_subtraction, surroundings
from tools.step import Step
from tools.training.augment import disturb
from tools.training.run_settings import PrepareSettings, read_run
from tools.training.shards import shards_in, stored_features, stored_speech

LONGEST_LEAD_S = 2.0
TONE_S = 0.25


@dataclass(frozen=True)
class Job:
    """One shard, and where rooms and noise lie."""

    shard: Path
    sounds: Path
    settings: PrepareSettings


def room_tone(speech: Samples, samples: int) -> Samples:
    """(n,) -> (samples,): its quietest quarter of a second to and fro, as it might have been before anybody spoke."""
    piece = int(TONE_S * SAMPLE_RATE)
    if len(speech) < piece:
        return np.zeros(samples, dtype=np.int16)
    places = range(0, len(speech) - piece + 1, HOP)
    loudness = np.add.reduceat(speech.astype(np.float64) ** 2, np.arange(0, len(speech), HOP))
    energy = np.convolve(loudness, np.ones(piece // HOP), mode="valid")
    start = places[int(energy[: len(places)].argmin())]
    tone = speech[start : start + piece]
    return np.resize(np.concatenate([tone, tone[::-1]]), samples)


def features_of(speech: Samples, job: Job, rng: np.random.Generator) -> list[Cepstra]:
    """Of the voice as it is, then of its disturbed copies; the front end may have heard the room before it."""
    lead = int(rng.uniform(0, LONGEST_LEAD_S) * SAMPLE_RATE) // HOP
    voice = np.concatenate([room_tone(speech, lead * HOP), speech])
    around = surroundings(job.sounds, job.settings.noise_db)
    noisy = [disturb(voice, around, rng) for _ in range(job.settings.noisy_copies)]
    return [front_end(copy, draw_subtraction(job.settings, rng)).mfcc[lead:] for copy in (voice, *noisy)]


def rehear(job: Job) -> bool:
    """Make the features of one shard anew; whether it was needed."""
    with np.load(job.shard) as archive:
        if "front_end" in archive and archive["front_end"] == FRONT_END:
            return False
        shard = dict(archive)
    rng = np.random.default_rng([int(job.shard.stem), *FRONT_END.encode()])
    features: list[Cepstra] = []
    for speech in stored_speech(shard):
        features += features_of(speech, job, rng)
    source = np.repeat(np.arange(len(shard["speech_length"])), 1 + job.settings.noisy_copies)
    shard |= stored_features(features, source)
    with whole(job.shard.resolve()) as part:
        np.savez(part, **shard)
    return True


@click.command(cls=Step, help=__doc__)
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option("--sounds", type=click.Path(path_type=Path, exists=True), required=True, help="With rooms/ and noise/.")
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--workers", default=2, show_default=True)
def main(run_file: Path, sounds: Path, output: Path, workers: int) -> None:
    settings = read_run(run_file).prepare
    jobs = [Job(shard, sounds, settings) for shard in shards_in(output / "prepared")]
    with multiprocessing.Pool(workers) as pool:
        made = sum(tqdm(pool.imap_unordered(rehear, jobs), total=len(jobs), unit="shard"))
    click.echo(f"{made} of {len(jobs)} shards made anew for {FRONT_END}")


if __name__ == "__main__":
    main()
