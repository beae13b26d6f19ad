"""What the student learns by: the teacher's embedding, its likeness to other voices, and its frame vectors."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from tools.training.frame_targets import COMPONENTS, LEVELS
from tools.training.run_settings import TrainSettings
from tools.training.xvector import XVector, statistics

_TEMPERATURE = 0.1  # of the soft labels, in cosine
_MARGIN = 0.2  # radians between a person and all others
_SHARPNESS = 30.0


@dataclass(frozen=True, eq=False)
class Losses:
    """Each a scalar; ``total`` weighs them as the run's settings say."""

    cosine: Tensor
    relational: Tensor
    neighbours: Tensor
    frames: Tensor
    people: Tensor

    def __str__(self) -> str:
        return " ".join(f"{name} {float(value.detach()):.4f}" for name, value in vars(self).items())

    def total(self, settings: TrainSettings) -> Tensor:
        return (
            self.cosine
            + settings.relational * self.relational
            + settings.neighbours * self.neighbours
            + settings.frames * self.frames
            + settings.people * self.people
        )


class Learner(nn.Module):
    """The student and, for training only, a linear view of its frames in the teacher's."""

    def __init__(self, network: XVector) -> None:
        super().__init__()
        self.network = network
        self.view = nn.Linear(network.shape.pooled, COMPONENTS)

    def forward(self, levels: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, time, 40) -> embeddings (batch, 192), frame vectors (batch, frames, 128)."""
        frames = self.network.frames(levels)
        return self.network.segment(statistics(frames.float())), self.view(frames.transpose(1, 2))


def embedding_losses(student: Tensor, teacher: Tensor, cohort: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(batch, 192) each and (n, 192) teacher embeddings of other voices, any length -> three scalars.

    1 - cosine; the squared difference of the batch's similarity matrices (W. Park et al., CVPR 2019); the divergence
    of the student's likeness to all those voices from the teacher's (soft labels, G. Hinton et al., 2015).
    """
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
    return cosine, difference, divergence


def people_loss(student: Tensor, whose: Tensor, people: Tensor) -> Tensor:
    """(batch, 192), (batch,) index into (people, 192), -1: nobody's -> the cross-entropy of who of all people it is.

    Additive angular margin (J. Deng et al., CVPR 2019) against the teacher's mean of each person in place of weights
    that are learned: the student lives in the teacher's space, and a person may have one clip.
    """
    known = whose >= 0
    if not known.any():
        return student.sum() * 0
    cosine = functional.normalize(student[known]) @ functional.normalize(people).T
    own = functional.one_hot(whose[known], len(people)).bool()
    angle = torch.acos(cosine.clamp(-1 + 1e-6, 1 - 1e-6))
    return functional.cross_entropy(_SHARPNESS * torch.where(own, torch.cos(angle + _MARGIN), cosine), whose[known])


def frame_loss(student: Tensor, teacher: Tensor, deviation: Tensor) -> Tensor:
    """(batch, frames, 128) -> the share of the teacher's spread that the student misses, components by deviation."""
    wanted = teacher.float() / LEVELS
    missed = (student.float() - wanted).square().mean(dim=(0, 1))
    return (missed * deviation).sum() / deviation.sum()
