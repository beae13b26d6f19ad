"""Step 3: the student learns the teacher's space (float, on a GPU where there is one).

Loss: 1 - cosine to the teacher's embedding of the whole clean clip; the squared difference of the two similarity
matrices of the batch (relational distillation, W. Park et al., CVPR 2019); and the divergence of the student's
likeness to some thousand voices from the teacher's (soft labels, G. Hinton et al., 2015), which stresses the voices
most alike. Resumes from ``OUTPUT/train.pt``; prints the
EER on the development speakers, which are used for nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.training.corpus import Batches, Corpus, Floats, coefficient_scale, load_corpus
from tools.training.development import Development, development_eer
from tools.training.mel_disturbance import MelDisturbance
from tools.training.optimizer import MuonAdamW
from tools.training.run_options import run_options
from tools.training.run_settings import TrainSettings, read_run
from tools.training.together import PROCESSES, RANK, shared
from tools.training.xvector import Shape, XVector, context_frames

INPUT_UNIT = 1 / 32  # the network sees INT8 levels as standard deviations
_SAVE_EVERY = 500
_LARGEST_NORM = 5.0  # of a gradient
_TEMPERATURE = 0.1  # of the soft labels, in cosine


@dataclass(frozen=True, eq=False)
class Student:
    """What a training step leaves: the network and the scale of its input."""

    network: XVector
    scale: Floats

    def save(self, path: Path) -> None:
        state = {"shape": self.network.shape, "weights": self.network.state_dict(), "scale": self.scale}
        torch.save(state, path)

    @staticmethod
    def load(path: Path) -> "Student":
        state = torch.load(path, map_location="cpu", weights_only=False)
        network = XVector(state["shape"])
        network.load_state_dict(state["weights"])
        return Student(network.eval(), state["scale"])


def as_input(crops: np.ndarray[tuple[int, ...], np.dtype[np.int8]], device: torch.device) -> Tensor:
    """(batch, frames, 40) int8 -> float, in standard deviations."""
    return torch.from_numpy(crops).to(device).float() * INPUT_UNIT


def distillation_loss(student: Tensor, teacher: Tensor, cohort: Tensor, settings: TrainSettings) -> Tensor:
    """(batch, 192) each and (n, 192) teacher embeddings of other voices, any length -> scalar."""
    student, teacher, cohort = (functional.normalize(vectors) for vectors in (student, teacher, cohort))
    cosine = (1 - (student * teacher).sum(dim=1)).mean()
    difference = (student @ student.T - teacher @ teacher.T).square().mean()
    voices = torch.cat([teacher, cohort]).T / _TEMPERATURE
    divergence = functional.kl_div(
        (student @ voices).log_softmax(dim=1),
        (teacher @ voices).log_softmax(dim=1),
        reduction="batchmean",
        log_target=True,
    )
    return cosine + settings.relational * difference + settings.neighbours * divergence


def learning_rates(settings: TrainSettings) -> Iterator[float]:
    """Warm up, then half a cosine to zero."""
    for step in range(settings.steps):
        warm = min(1.0, (step + 1) / settings.warm_up)
        yield settings.learning_rate * warm * 0.5 * (1 + np.cos(np.pi * step / settings.steps))


def fit(
    student: Student, corpus: Corpus, settings: TrainSettings, checkpoint: Path, development: Development
) -> Student:
    """Train from where the student (or the checkpoint) stands, in place."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed + RANK)
    network = student.network.train().to(device)
    optimizer = MuonAdamW(network, settings.weight_decay)
    first = _resume(checkpoint, network, optimizer)
    learner = shared(network)
    batches = Batches(corpus, student.scale, settings.noisy_share, (settings.seed, first, RANK))
    rng = np.random.default_rng((settings.seed, first, RANK))
    lengths = np.random.default_rng((settings.seed, first))  # the same in every process: they wait for each other
    disturb = MelDisturbance(student.scale, settings).to(device)
    context = context_frames(network.shape)
    schedule = list(learning_rates(settings))
    progress = tqdm(
        range(first, settings.steps), initial=first, total=settings.steps, unit="step", mininterval=10, disable=RANK > 0
    )
    for step in progress:
        crop_s = lengths.uniform(*settings.crop_s)
        count = round(settings.batch * sum(settings.crop_s) / 2 / crop_s / PROCESSES)
        crops, taught = batches.draw(count, int(crop_s * FRAMES_PER_SECOND) + context)
        cohort = corpus.taught[rng.integers(len(corpus.taught), size=settings.cohort)]
        with torch.autocast(device.type, torch.bfloat16):
            embedding = learner(disturb(as_input(crops, device)))
        targets, others = torch.from_numpy(taught).to(device), torch.from_numpy(cohort).to(device)
        loss = distillation_loss(embedding.float(), targets, others, settings)
        optimizer.step(loss, schedule[step], _LARGEST_NORM)
        if RANK == 0 and ((step + 1) % _SAVE_EVERY == 0 or step + 1 == settings.steps):
            _save(checkpoint, step + 1, network, optimizer)
            found = development_eer(network.eval(), student.scale, development)
            tqdm.write(f"step {step + 1} loss {loss.item():.4f} {found}")
            network.train()
    return Student(network.cpu().eval(), student.scale)


def _save(path: Path, step: int, network: XVector, optimizer: MuonAdamW) -> None:
    part = path.with_suffix(".part")
    torch.save([step, network.state_dict(), optimizer.state()], part)
    part.replace(path)


def _resume(path: Path, network: XVector, optimizer: MuonAdamW) -> int:
    if not path.exists():
        return 0
    step, weights, optimized = torch.load(path, weights_only=False)
    network.load_state_dict(weights)
    optimizer.load(optimized)
    return int(step)


@click.command(help=__doc__)
@run_options
def main(run_file: Path, root: Path, output: Path, steps: int | None) -> None:
    settings = read_run(run_file).train
    settings = replace(settings, steps=steps or settings.steps)
    corpus = load_corpus(output)
    shape = Shape(channels=settings.channels, inner=(settings.inner,) * 5, pooled=settings.pooled)
    student = Student(XVector(shape), coefficient_scale(corpus))
    tqdm.write(f"{len(corpus.taught)} voices, {len(corpus.features) / 360_000:.1f} h of features")
    trained = fit(student, corpus, settings, output / "train.pt", Development(root, output / "development.npz"))
    if RANK == 0:
        trained.save(output / "trained.pt")


if __name__ == "__main__":
    main()
