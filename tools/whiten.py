"""Step 6: make every direction of the embedding as steady as every other, within a person.

Within-class covariance normalisation (tools/training/whitening.py) on labelled voices of the training sound, clean and
disturbed, and the mean taken off. Both are linear and are folded into the last layer, so the device pays nothing. The
covariance is drawn towards a sphere by ``shrinkage``, chosen on half of the speakers with the other half's covariance.
"""

from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.step import Step
from tools.training.batches import Batches
from tools.training.corpus import Corpus, Floats, in_own_voice, load_corpus
from tools.training.development import Development, development_eer, pair_eer
from tools.training.student import Student, as_input
from tools.training.whitening import Labelled, whitening
from tools.training.xvector import XVector, context_frames

CROP_S = 3.0
CLIPS = 6000
_BATCH = 32
FEWEST = 4
"""People: two to whiten by and two to choose by."""
SHRINKAGES = (1.0, 0.8, 0.6, 0.4, 0.2, 0.1)


@torch.inference_mode()
def labelled_embeddings(student: Student, corpus: Corpus) -> Labelled:
    """Crops of clips whose speaker is known and has several; of any clips where fewer than four people have."""
    speaker = corpus.speaker[corpus.voice]
    wanted = in_own_voice(speaker, 4)
    if len(np.unique(speaker[wanted])) < FEWEST:
        wanted, speaker = np.ones_like(wanted), np.full_like(speaker, "")
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(wanted))[:CLIPS]
    batches = Batches(corpus, student.scale, 0.5, seed=0)
    frames = int(CROP_S * FRAMES_PER_SECOND) + context_frames(student.network.shape)
    vectors = []
    for start in tqdm(range(0, len(chosen), _BATCH), unit="batch"):
        crops = np.stack([batches.any_crop(int(clip), frames) for clip in chosen[start : start + _BATCH]])
        vectors.append(student.network(as_input(crops, torch.device("cpu"))).numpy())
    return Labelled(np.concatenate(vectors), speaker[chosen])


def steadying(labelled: Labelled) -> NDArray[np.float64]:
    """(d, d) the whitening, or nothing but the unit matrix where too few people are known."""
    if len(np.unique(labelled.speaker)) < FEWEST:
        click.echo(f"fewer than {FEWEST} people are known by several clips: only the mean is taken off")
        return np.eye(labelled.vectors.shape[1])
    return whitening(labelled, choose_shrinkage(labelled))


def choose_shrinkage(labelled: Labelled) -> float:
    """The one with the lowest EER on half of the speakers, whitened by the other half; 1.0 means: leave it."""
    names = np.random.default_rng(0).permutation(np.unique(labelled.speaker))
    one, other = labelled.of(names[::2]), labelled.of(names[1::2])
    found = {
        shrinkage: whitened_eer(other, whitening(one, shrinkage), one.vectors.mean(axis=0)) for shrinkage in SHRINKAGES
    }
    for shrinkage, rate in found.items():
        click.echo(f"shrinkage {shrinkage}: EER {100 * rate:.2f} % on the other half of the training speakers")
    return min(found, key=lambda shrinkage: found[shrinkage])


def whitened_eer(labelled: Labelled, transform: NDArray[np.float64], centre: Floats) -> float:
    """EER of all pairs by cosine after the transform."""
    vectors = (labelled.vectors - centre) @ transform
    return pair_eer(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), labelled.speaker)


def fold(network: XVector, transform: NDArray[np.float64], centre: Floats) -> None:
    """Make the last layer give transformed, centred embeddings."""
    layer = network.segment
    matrix = torch.from_numpy(transform.T).float()
    with torch.no_grad():
        layer.bias.copy_(matrix @ (layer.bias - torch.from_numpy(centre)))
        layer.weight.copy_(matrix @ layer.weight)


@click.command(cls=Step, help=__doc__)
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--float-model", default="refined.pt", show_default=True, help="Which step's network, in OUTPUT.")
def main(root: Path, output: Path, float_model: str) -> None:
    student = Student.load(output / float_model)
    development = Development(root, output / "development.npz")
    click.echo(f"before {development_eer(student.network, student.scale, development)}")
    labelled = labelled_embeddings(student, load_corpus(output))
    fold(student.network, steadying(labelled), labelled.vectors.mean(axis=0))
    click.echo(f"whitened {development_eer(student.network, student.scale, development)}")
    student.save(output / "whitened.pt")


if __name__ == "__main__":
    main()
