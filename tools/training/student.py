"""The student: a network and the scale of its input, which belong together."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from edgevoice.errors import ModelError
from tools.training.corpus import Floats
from tools.training.xvector import XVector

INPUT_UNIT = 1 / 32  # the network sees INT8 levels as standard deviations


@dataclass(frozen=True, eq=False)
class Student:
    """What a training step leaves; scale: (40,) levels of INT8 per unit of Q10 MFCC."""

    network: XVector
    scale: Floats

    def save(self, path: Path) -> None:
        """For ``load``."""
        state = {"shape": self.network.shape, "weights": self.network.state_dict(), "scale": self.scale}
        torch.save(state, path)

    def key(self) -> str:
        """Of these very weights."""
        weights = self.network.state_dict().values()
        return hashlib.sha256(b"".join(each.cpu().numpy().tobytes() for each in weights)).hexdigest()[:24]

    @staticmethod
    def load(path: Path) -> "Student":
        """What ``save`` wrote, ready to embed; ModelError where there is none."""
        if not path.exists():
            raise ModelError(f"{path}: no such network; run the step that makes it first: see make model")
        state = torch.load(path, map_location="cpu", weights_only=False)
        network = XVector(state["shape"])
        network.load_state_dict(state["weights"])
        return Student(network.eval(), state["scale"])


def as_input(crops: np.ndarray[tuple[int, ...], np.dtype[np.int8]], device: torch.device) -> Tensor:
    """(batch, frames, 40) int8 -> float, in standard deviations."""
    return torch.from_numpy(crops).to(device).float() * INPUT_UNIT
