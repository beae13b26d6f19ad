"""Step 3: the student learns the teacher's space (float, on a GPU where there is one).

Loss: 1 - cosine to the teacher's embedding of the whole clean clip, plus the squared difference of the two similarity
matrices of the batch (relational distillation, W. Park et al., CVPR 2019). Resumes from ``OUTPUT/train.pt``; prints the
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

from edgevoice.listening.features import BANDS
from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.corpus import Batches, Corpus, Floats, coefficient_scale, load_corpus
from tools.development import Development, development_eer
from tools.run_settings import TrainSettings, read_run
from tools.xvector import Shape, XVector, context_frames, inverse_dct

INPUT_UNIT = 1 / 32  # the network sees INT8 levels as standard deviations
_SAVE_EVERY = 1000


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


def mask_bands(mfcc: Tensor, share: float, to_bands: Tensor) -> Tensor:
    """Silence up to 8 neighbouring mel bands in a share of the clips (SpecAugment, D. Park et al., 2019)."""
    batch = len(mfcc)
    width = torch.randint(1, 9, (batch, 1))
    begin = (torch.rand(batch, 1) * (BANDS - width)).long()
    band = torch.arange(BANDS)
    masked = (band >= begin) & (band < begin + width) & (torch.rand(batch, 1) < share)
    keep = (~masked).float().to(mfcc.device)
    return ((mfcc @ to_bands.T) * keep[:, None]) @ to_bands


def distillation_loss(student: Tensor, teacher: Tensor, relational: float) -> Tensor:
    """(batch, 192) each, any length -> scalar."""
    student, teacher = functional.normalize(student), functional.normalize(teacher)
    cosine = (1 - (student * teacher).sum(dim=1)).mean()
    difference = (student @ student.T - teacher @ teacher.T).square().mean()
    return cosine + relational * difference


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
    torch.manual_seed(settings.seed)
    network = student.network.train().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=settings.weight_decay)
    first = _resume(checkpoint, network, optimizer)
    batches = Batches(corpus, student.scale, settings.noisy_share, settings.seed + first)
    rng = np.random.default_rng(settings.seed + first)
    to_bands = torch.from_numpy(inverse_dct()).to(device)
    schedule = list(learning_rates(settings))
    progress = tqdm(range(first, settings.steps), initial=first, total=settings.steps, unit="step", mininterval=10)
    for step in progress:
        frames = int(rng.uniform(*settings.crop_s) * FRAMES_PER_SECOND) + context_frames(network.shape)
        crops, taught = batches.draw(settings.batch, frames)
        for group in optimizer.param_groups:
            group["lr"] = schedule[step]
        with torch.autocast(device.type, torch.bfloat16):
            embedding = network(mask_bands(as_input(crops, device), settings.mask_share, to_bands))
        loss = distillation_loss(embedding.float(), torch.from_numpy(taught).to(device), settings.relational)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        if (step + 1) % _SAVE_EVERY == 0 or step + 1 == settings.steps:
            _save(checkpoint, step + 1, network, optimizer)
            found = development_eer(network.eval(), student.scale, development)
            tqdm.write(f"step {step + 1} loss {loss.item():.4f} {found}")
            network.train()
    return Student(network.cpu().eval(), student.scale)


def _save(path: Path, step: int, network: XVector, optimizer: torch.optim.Optimizer) -> None:
    part = path.with_suffix(".part")
    torch.save([step, network.state_dict(), optimizer.state_dict()], part)
    part.replace(path)


def _resume(path: Path, network: XVector, optimizer: torch.optim.Optimizer) -> int:
    if not path.exists():
        return 0
    step, weights, optimized = torch.load(path, weights_only=False)
    network.load_state_dict(weights)
    optimizer.load_state_dict(optimized)
    return int(step)


@click.command(help=__doc__)
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--steps", type=int, default=None, help="Fewer steps (for a trial).")
def main(run_file: Path, root: Path, output: Path, steps: int | None) -> None:
    settings = read_run(run_file).train
    settings = replace(settings, steps=steps or settings.steps)
    corpus = load_corpus(output)
    shape = Shape(channels=settings.channels, inner=(settings.inner,) * 5, pooled=settings.pooled)
    student = Student(XVector(shape), coefficient_scale(corpus))
    tqdm.write(f"{len(corpus.taught)} voices, {len(corpus.features) / 360_000:.1f} h of features")
    trained = fit(student, corpus, settings, output / "train.pt", Development(root, output / "development.npz"))
    trained.save(output / "trained.pt")


if __name__ == "__main__":
    main()
