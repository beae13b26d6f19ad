"""Train the textbook's baselines of tools.compare, GMM-UBM and i-vector with PLDA, on the speech ours is trained on.

Every clip of the index whose kind is speech and whose split is train or synthetic and whose speaker is named; never of
dev. An index without those columns is taken whole. Each stage is kept in OUTPUT and not made again: cepstra (the sound
is read), mixture, statistics, total variability (a round at a time), PLDA. PLDA learns how people vary from people
alone: synthetic voices lie closer together and vary less. An OUTPUT of other clips or sizes is refused; to start anew
remove it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from edgevoice.errors import AudioError, SettingsError
from edgevoice.hardware.sound_file import read_sound
from tools.made_of import made_of, refuse_another, whole
from tools.measure.trials import Clip, Selection, read_clips
from tools.peers import TRAINED, Vector, gmm_ubm, ivector_plda, plda
from tools.peers.mixture import Mixture, read_arrays
from tools.peers.plain_mfcc import FRAMES_PER_SECOND, SIZE, speech_cepstra
from tools.peers.total_variability import Posterior, first_guess
from tools.step import Step
from tools.training.corpus import made_up

Arrays = Mapping[str, NDArray[np.generic]]
SPLITS = ("speech/train", "speech/synthetic")
_PIECE = 5 * FRAMES_PER_SECOND  # frames: a long clip is several, so that who has one clip tells of the voice too
_FRAMES_TO_FIT = 100_000


@dataclass(frozen=True)
class Sizes:
    """gaussians of the mixture, rank: numbers of an i-vector, rounds of EM for the total variability, and the seed."""

    gaussians: int = 128
    rank: int = 100
    rounds: int = 8
    seed: int = 0


def training_clips(index: Path) -> tuple[Clip, ...]:
    """What may be trained on; SettingsError where the index is unfit or has nothing."""
    found: list[Clip] = []
    for split in SPLITS:
        try:
            found += read_clips(index, Selection(split))
        except SettingsError as error:
            missing = error
    if not found and "kind" in index.read_text(encoding="utf-8-sig").partition("\n")[0].split(","):
        raise missing
    return tuple(found) or read_clips(index, Selection())


def make_cepstra(clips: Sequence[Clip], root: Path) -> Arrays:
    """Cepstra of all pieces one after the other as float16, the length of each and whose it is."""
    parts: list[Vector] = []
    speakers: list[str] = []
    for clip in tqdm(clips, unit="clip"):
        try:
            cepstra = speech_cepstra(read_sound(root / clip.path))
        except AudioError as error:
            click.echo(f"{clip.path} is left out: {error}", err=True)
            continue
        pieces = np.array_split(cepstra, max(1, len(cepstra) // _PIECE))
        parts += pieces
        speakers += [clip.speaker] * len(pieces)
    if len(set(speakers)) < 2:
        raise SettingsError(f"found speech of {len(set(speakers))} named speakers to train on; wanted two or more")
    lengths = np.array([len(part) for part in parts])
    return {"cepstra": np.concatenate(parts).astype(np.float16), "length": lengths, "speaker": np.array(speakers)}


def fit_mixture(cepstra: Vector, sizes: Sizes) -> Arrays:
    """(n, 38) -> the background model of a random part of the frames."""
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - slow to import, and done once

    chosen = np.random.default_rng(sizes.seed).permutation(len(cepstra))[:_FRAMES_TO_FIT]
    mixture = GaussianMixture(
        sizes.gaussians,
        covariance_type="diag",
        init_params="k-means++",
        max_iter=25,
        tol=1e-2,
        reg_covar=1e-3,
        random_state=sizes.seed,
    ).fit(cepstra[np.sort(chosen)].astype(np.float32))
    return {
        "weights": mixture.weights_.astype(np.float32),
        "means": mixture.means_.astype(np.float32),
        "variances": mixture.covariances_.astype(np.float32),
    }


def make_statistics(mixture: Mixture, cepstra: Vector, lengths: NDArray[np.int64]) -> Vector:
    """(pieces, c + c * d)"""
    pieces = np.split(cepstra, np.cumsum(lengths)[:-1])
    return np.stack([mixture.statistics(piece.astype(np.float32)) for piece in tqdm(pieces, unit="piece")])


def total_variability(output: Path, statistics: Vector, sizes: Sizes) -> Vector:
    """The matrix after all rounds; each is kept."""
    total = first_guess(sizes.gaussians, SIZE, sizes.rank, sizes.seed)
    for number in tqdm(range(1, sizes.rounds + 1), unit="round"):
        make = partial(_next_total, total, statistics)
        total = kept(output / f"total-{number}.npz", make)["total"]
    return total


def _next_total(total: Vector, statistics: Vector) -> Arrays:
    return {"total": Posterior(total).maximised(statistics)}


def kept(path: Path, make: Callable[[], Arrays]) -> dict[str, Vector]:
    """The arrays of a stage, made only where they are not there yet."""
    if not path.exists():
        with whole(path) as part:
            np.savez(part, allow_pickle=False, **make())
    return read_arrays(path)


def train(clips: Sequence[Clip], root: Path, output: Path, sizes: Sizes) -> Iterator[str]:
    """Every stage in turn, saying what it came to; what was made before is read."""
    refuse_another(output / "made-of", made_of((root / clip.path for clip in clips), clips, sizes))
    made = kept(output / "cepstra.npz", lambda: make_cepstra(clips, root))
    minutes = len(made["cepstra"]) / FRAMES_PER_SECOND / 60
    yield f"{len(made['length'])} pieces of {len(np.unique(made['speaker']))} speakers, {minutes:.0f} min of speech"
    arrays = kept(output / gmm_ubm.FILE, lambda: fit_mixture(made["cepstra"], sizes))
    mixture = Mixture(**arrays)
    yield f"mixture of {len(mixture.weights)} Gaussians"
    lengths = made["length"].astype(np.int64)
    statistics = kept(
        output / "statistics.npz", lambda: {"statistics": make_statistics(mixture, made["cepstra"], lengths)}
    )["statistics"]
    total = total_variability(output, statistics, sizes)
    vectors = Posterior(total).means(statistics)
    speakers = made["speaker"].astype(np.str_)
    people = ~made_up(speakers)
    labelled = plda.fit(vectors[people], speakers[people])
    kept(output / ivector_plda.FILE, lambda: {**arrays, "total": total, **vars(labelled)})
    yield f"i-vectors of {total.shape[2]} numbers and PLDA"


@click.command(cls=Step, help=__doc__)
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), default=TRAINED, help="Folder of the models."
)
@click.option("--gaussians", type=click.IntRange(2), default=Sizes.gaussians, show_default=True)
@click.option("--rank", type=click.IntRange(2), default=Sizes.rank, show_default=True, help="Numbers of an i-vector.")
@click.option("--rounds", type=click.IntRange(1), default=Sizes.rounds, show_default=True, help="Of EM.")
@click.option("--seed", default=Sizes.seed, show_default=True)
def main(index: Path, root: Path, output: Path, gaussians: int, rank: int, rounds: int, seed: int) -> None:
    for told in train(training_clips(index), root, output, Sizes(gaussians, rank, rounds, seed)):
        click.echo(told)


if __name__ == "__main__":
    main()
