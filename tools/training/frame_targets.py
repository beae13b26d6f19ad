"""The teacher's frame vectors, small enough to keep for every voice: principal components in INT8, 50 a second.

A second target for the student (multi-level distillation): one embedding tells little of a clip, its frames tell much.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
COMPONENTS = 128
LEVELS = 32  # INT8 levels a standard deviation


@dataclass(frozen=True, eq=False)
class FrameBasis:
    """mean: (512,); components: (512, 128), each scaled to deviation 1; deviation: (128,) before that."""

    mean: Floats
    components: Floats
    deviation: Floats

    def encode(self, frames: Floats) -> NDArray[np.int8]:
        """(frames, 512) -> (frames, 128), four standard deviations at the most."""
        levels = np.rint((frames - self.mean) @ self.components * LEVELS)
        return np.clip(levels, -127, 127).astype(np.int8)

    def decode(self, levels: NDArray[np.int8]) -> Floats:
        """(..., 128) -> (..., 512): the frames, but for what the components leave out."""
        back = self.deviation[:, None] ** 2 * self.components.T / LEVELS
        return np.asarray(self.mean + levels.astype(np.float32) @ back, dtype=np.float32)

    def save(self, path: Path) -> None:
        """For ``load``."""
        np.savez(path, mean=self.mean, components=self.components, deviation=self.deviation)

    @staticmethod
    def load(path: Path) -> "FrameBasis":
        """What ``save`` wrote."""
        with np.load(path) as made:
            return FrameBasis(made["mean"], made["components"], made["deviation"])


def principal_components(frames: Floats) -> FrameBasis:
    """(n, 512) -> the basis of the directions of largest variance."""
    mean = frames.mean(axis=0)
    values, directions = np.linalg.eigh(np.cov((frames - mean).T.astype(np.float64)))
    deviation = np.sqrt(values[::-1][:COMPONENTS])
    components = directions[:, ::-1][:, :COMPONENTS] / deviation
    return FrameBasis(mean, components.astype(np.float32), deviation.astype(np.float32))
