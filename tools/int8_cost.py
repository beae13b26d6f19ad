"""What INT8 costs: EER and decisions of the released file beside those of the float network it was made from.

On the adults of the development speakers, both through the same path: every pair of single clips, set by set, and
trials as at the door, where both decide by the cosine that a threshold of the manifest comes to in usual circumstances.
"""

from functools import reduce
from operator import add
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import ModelError
from edgevoice.listening.features import Cepstra
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.doubt import Doubt
from edgevoice.recognition.embed import Embedding, Vector, XVector, unit
from edgevoice.recognition.score import load_scorer
from tools.measure.door_trials import Trials, Voice, development_people, door_trials, embed_sets
from tools.measure.metrics import eer
from tools.step import Step
from tools.training.development import embed, pair_eer
from tools.training.student import Student

PROMISES = (0.01, 0.001)


class FloatXVector:
    """The network before quantization, fed as the device feeds the file, with the same doubt."""

    def __init__(self, student: Student, doubt: Doubt | None) -> None:
        self._student, self._doubt = student, doubt

    def embed(self, mfcc: Cepstra) -> Embedding:
        """(n, 40) MFCC Q10 -> unit-length embedding."""
        vector = embed(self._student.network, self._student.scale, mfcc)
        seconds = len(mfcc) / FRAMES_PER_SECOND
        return Embedding(self._doubt.beside(vector, seconds) if self._doubt else unit(vector), "float")


def clip_eer(voices: dict[str, Voice]) -> float:
    """EER of all pairs of clips."""
    speaker = np.repeat(np.array(list(voices)), [len(voice.vectors) for voice in voices.values()])
    return pair_eer(np.concatenate([voice.vectors for voice in voices.values()]), speaker)


def flips(one: NDArray[np.float64], other: NDArray[np.float64], threshold: float) -> float:
    """Share of trials that the two decide differently."""
    return float(((one >= threshold) != (other >= threshold)).mean())


@click.command(cls=Step, help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.argument("float_model", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
def main(model: Path, float_model: Path, root: Path) -> None:
    xvector = XVector(model)
    student = Student.load(float_model)
    if not np.array_equal(np.array(xvector.manifest.levels_per_unit, np.float32), student.scale):
        raise ModelError(f"{float_model} is not what {model} was made from: other scales")
    scorer = load_scorer(xvector.manifest.calibration, model)

    def trials(of: XVector | FloatXVector, name: str) -> tuple[Trials, Vector]:
        voices = embed_sets(of, root, development_people(root, adults=True))
        found = reduce(add, (door_trials(heard, scorer) for heard in voices.values()))
        pairs = ", ".join(f"{100 * clip_eer(heard):.2f} % {called}" for called, heard in voices.items())
        click.echo(f"{name}: EER of single clips {pairs}; at the door {100 * eer(found.target, found.nontarget):.2f} %")
        return found, np.concatenate([voice.vectors for people in voices.values() for voice in people.values()])

    (stored, rounded), (real, exact) = (
        trials(of, name) for of, name in ((xvector, "INT8"), (FloatXVector(student, xvector.manifest.doubt), "float"))
    )
    cosines = (rounded * exact).sum(axis=1)
    click.echo(f"the two's embeddings of a clip: cosine {cosines.mean():.4f} in the mean, {cosines.min():.4f} at least")
    calibration = scorer.calibration
    for promise in PROMISES:
        threshold = (calibration.threshold(promise) - calibration.offset) / calibration.slope
        same, other = flips(stored.target, real.target, threshold), flips(stored.nontarget, real.nontarget, threshold)
        both = flips(np.r_[stored.target, stored.nontarget], np.r_[real.target, real.nontarget], threshold)
        click.echo(
            f"at FAR {100 * promise:g} %: {100 * both:.3f} % of {len(stored.target) + len(stored.nontarget)} decisions "
            f"differ ({100 * same:.2f} % of the same person's, {100 * other:.3f} % of others')"
        )


if __name__ == "__main__":
    main()
