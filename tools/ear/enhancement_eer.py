"""EER of the shipped x-vector in noise, with each enhancer in place of ours: does taking noise off help recognition?

All enhancers are judged on the same frames, those of the utterances that the device finds in the quiet clip, so that
nothing but the features differs. First table: one clip of each pair in quiet (40 dB), as at an enrolment, the other in
noise; second: both in noise. The first few clips of each speaker, every clip in a kind of noise that its name
draws: of the adults of dev/speechocean762 to report, of another index (other people) to choose by. Packages work on the
wave, before a front end that takes nothing off.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import click
import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from tqdm import tqdm

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import Samples
from edgevoice.listening.features import Cepstra
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.window import HOP
from edgevoice.recognition.embed import XVector
from tools.ear.enhancers import OFF, OURS, Ours, WaveEnhancer, peers
from tools.ear.mixtures import LEAD, draw_noise, mix, noise_kinds, to_samples
from tools.hear import front_end, spoken_parts
from tools.made_of import kept, made_of, source_hash
from tools.measure.metrics import Values, eer
from tools.measure.page import print_table
from tools.measure.trials import Selection, Trials, pair, read_clips
from tools.peers import Vector
from tools.peers.edgevoice import MODEL
from tools.step import Step

SNRS_DB = (20, 10, 5, 0)
QUIET_DB = 40
_SET = "dev/speechocean762"

Features = Callable[[Samples], Cepstra]


@dataclass(frozen=True, eq=False)
class Recording:
    """A clip at one SNR after the lead, and the frames, (first, last) pairs, in which it speaks."""

    heard: Samples
    spoken: list[tuple[int, int]]


def features_of(name: str, enhance: Ours | WaveEnhancer, cache: Path | None) -> Features:
    """Noisy samples -> MFCC of all frames."""
    if isinstance(enhance, Ours):
        return lambda heard: FrontEnd(enhance.settings, ActivitySettings(), enhance.tracker)(heard).mfcc
    return lambda heard: FrontEnd(OFF, ActivitySettings())(enhanced(name, enhance, heard, cache)).mfcc


def enhanced(name: str, enhance: WaveEnhancer, heard: Samples, cache: Path | None) -> Samples:
    """What a package makes of it, which no line of ours changes: stored, since pyrnnoise takes long."""
    key = f"{name} {hashlib.sha256(heard.tobytes()).hexdigest()}"
    return kept(stored_at(cache, key), lambda: enhance(heard)).astype(np.int16)


def trials_of(index: Path, wanted: Selection, of_each: int) -> Trials:
    """The first so many clips of each speaker."""
    of_speaker = defaultdict(list)
    for clip in read_clips(index, wanted):
        of_speaker[clip.speaker].append(clip)
    return pair([clip for clips in of_speaker.values() for clip in clips[:of_each]])


def record(root: Path, path: str, snr_db: float, kinds: dict[str, list[Path]]) -> Recording:
    """The clip in a noise that its name and the SNR draw."""
    rng = np.random.default_rng([crc32(path.encode()), round(snr_db)])
    kind = list(kinds)[int(rng.integers(len(kinds)))]
    mixture = mix(read_sound(root / path), draw_noise(kinds[kind], rng), kind, snr_db, rng)
    quiet = front_end(to_samples(mixture.speech))
    return Recording(mixture.heard, spoken_parts(quiet) or [(LEAD // HOP, len(quiet))])


def embed_all(features: Features, model: XVector, recordings: Sequence[Recording]) -> Vector:
    """(clips, d) of unit length."""
    vectors = []
    for recording in recordings:
        mfcc = features(recording.heard)
        spoken = np.concatenate([mfcc[start:stop] for start, stop in recording.spoken])
        vectors.append(model.embed(spoken).vector)
    return np.asarray(vectors, dtype=np.float32)


def stored_at(folder: Path | None, key: str) -> Path | None:
    """The file in ``folder`` of what has this key."""
    return folder / f"enhancement-{hashlib.sha256(key.encode()).hexdigest()[:24]}.npy" if folder else None


def source() -> str:
    """Changes with any line or weight of edgevoice and any line of what mixes and enhances here."""
    return source_hash(Path(__file__).parent)


def cosines(one: Vector, other: Vector, trials: Trials) -> Values:
    """(trials,)"""
    return np.asarray((one @ other.T)[trials.first, trials.second], dtype=np.float64)


def rate(scores: Values, is_target: NDArray[np.bool_]) -> str:
    """EER in percent."""
    return f"{100 * eer(scores[is_target], scores[~is_target]):.1f}"


def rows_of(name: str, vectors: dict[int, Vector], trials: Trials) -> tuple[list[str], list[str]]:
    """The cells of an enhancer in both tables; ``vectors``: of each SNR."""
    quiet, same = vectors[QUIET_DB], trials.is_target
    enrolled, both = [name], [name]
    for snr_db in (QUIET_DB, *SNRS_DB):
        noisy = vectors[snr_db]
        either_way = np.concatenate([cosines(quiet, noisy, trials), cosines(noisy, quiet, trials)])
        enrolled.append(rate(either_way, np.concatenate([same, same])))
        both.append(rate(cosines(noisy, noisy, trials), same))
    return enrolled, both


def measure(
    systems: dict[str, Features], model: XVector, trials: Trials, root: Path, cache: Path | None
) -> dict[str, dict[int, Vector]]:
    """Enhancer -> SNR -> (clips, d) embeddings."""
    kinds, paths = noise_kinds(root), [clip.path for clip in trials.clips]
    files = [*(root / path for path in paths), *(file for kind in kinds.values() for file in kind)]
    made = made_of(files, paths, list(kinds), model.manifest.sha256, model.manifest.doubt, source()) if cache else ""
    found: dict[str, dict[int, Vector]] = {name: {} for name in systems}
    for snr_db in tqdm((QUIET_DB, *SNRS_DB), unit="SNR"):
        recordings: list[Recording] = []
        for name, features in systems.items():

            def make(
                features: Features = features, snr_db: int = snr_db, recordings: list[Recording] = recordings
            ) -> Vector:
                if not recordings:
                    recordings += [record(root, path, snr_db, kinds) for path in paths]
                return embed_all(features, model, recordings)

            found[name][snr_db] = kept(stored_at(cache, f"{name} {snr_db} {made}"), make).astype(np.float32)
    return found


@click.command(cls=Step, help=__doc__)
@click.argument("model_file", type=click.Path(path_type=Path, exists=True), default=MODEL)
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--index", type=click.Path(path_type=Path), help="Of other speech, for all its clips; else ROOT's.")
@click.option("--clips", default=4, show_default=True, help="Of each speaker.")
@click.option("--cache", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps embeddings.")
@click.option("--only", multiple=True, help="Only this enhancer; repeatable.")
def main(
    model_file: Path, root: Path, index: Path | None, clips: int, cache: Path | None, only: tuple[str, ...]
) -> None:
    enhancers: dict[str, Ours | WaveEnhancer] = {**OURS, **peers()}
    systems = {name: features_of(name, each, cache) for name, each in enhancers.items() if not only or name in only}
    wanted = Selection() if index else Selection(_SET, adults=True)
    trials = trials_of(index or root / "index.csv", wanted, clips)
    found = measure(systems, XVector(model_file), trials, root, cache)
    titles = ("EER in %: enrolled in quiet, heard at", "EER in %: enrolled and heard at")
    tables = [Table(title, "quiet", *(f"{snr_db} dB" for snr_db in SNRS_DB)) for title in titles]
    for name, vectors in found.items():
        for table, row in zip(tables, rows_of(name, vectors, trials), strict=True):
            table.add_row(*row)
    for table in tables:
        print_table(table, 120)
    targets = int(trials.is_target.sum())
    click.echo(f"{len(trials.clips)} clips of {trials.speakers} speakers: {targets} target pairs")


if __name__ == "__main__":
    main()
