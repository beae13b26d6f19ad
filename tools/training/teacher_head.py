"""What the teacher would say of some of its frames only: its pooling and last layer, on their principal components.

An embedding of a whole clip tells more than a crop of it can, and the rest is learned by heart: of people never heard
the student then knows less. Of a crop's own frames every crop asks anew.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.training.frame_targets import Floats, FrameBasis


@dataclass(frozen=True, eq=False)
class TeacherHead:
    """basis: of the frame vectors; missing: (512,) variance that its components leave out; weights: (1024, 192) of the
    layer behind mean and standard deviation, and bias: (192,)."""

    basis: FrameBasis
    missing: Floats
    weights: Floats
    bias: Floats

    def __call__(self, frames: NDArray[np.int8]) -> Floats:
        """(count, n, 128) frames, n >= 2 -> (count, 192)."""
        vectors = self.basis.decode(frames)
        deviation = np.sqrt(vectors.var(axis=1, ddof=1) + self.missing)
        return np.asarray(np.hstack([vectors.mean(axis=1), deviation]) @ self.weights + self.bias, dtype=np.float32)

    def turned(self, mean: Floats, transform: Floats) -> "TeacherHead":
        """The head that says (x - mean) @ transform where this one says x; (192,), (192, 192)."""
        return replace(
            self, weights=self.weights @ transform, bias=np.asarray((self.bias - mean) @ transform, dtype=np.float32)
        )

    def save(self, path: Path) -> None:
        """For ``load``; the basis has a file of its own."""
        np.savez(path, missing=self.missing, weights=self.weights, bias=self.bias)

    @staticmethod
    def load(path: Path, basis: FrameBasis) -> "TeacherHead":
        """What ``save`` wrote."""
        with np.load(path) as made:
            return TeacherHead(basis, made["missing"], made["weights"], made["bias"])


def left_out(basis: FrameBasis, frames: Floats) -> Floats:
    """(n, 512) -> (512,) variance that the components do not hold."""
    return np.asarray((frames - basis.decode(basis.encode(frames))).var(axis=0), dtype=np.float32)
