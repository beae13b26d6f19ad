"""The universal background model: what anybody's cepstra are like, and what a clip says about each part of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgevoice.errors import ModelError
from tools.peers import Vector


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of c Gaussians with diagonal covariance: weights (c,), means (c, d), variances (c, d)."""

    weights: Vector
    means: Vector
    variances: Vector

    def shares(self, cepstra: Vector) -> Vector:
        """(n, d) -> (n, c): the probability that a frame is of each Gaussian; rows sum to 1."""
        precisions = 1 / self.variances
        constant = np.log(self.weights) - 0.5 * (np.log(self.variances) + self.means**2 * precisions).sum(axis=1)
        logs = constant + cepstra @ (self.means * precisions).T - 0.5 * (cepstra**2) @ precisions.T
        odds = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)

    def statistics(self, cepstra: Vector) -> Vector:
        """(n, d) -> (c + c * d,): frames of each Gaussian, then the sum of their distances from its mean in sigmas."""
        shares = self.shares(cepstra)
        frames = shares.sum(axis=0)
        distances = (shares.T @ cepstra - frames[:, None] * self.means) / np.sqrt(self.variances)
        return np.concatenate([frames, distances.ravel()]).astype(np.float32)


def split(statistics: Vector, gaussians: int) -> tuple[Vector, Vector]:
    """(n, c + c * d) -> frames (n, c) and distances (n, c, d), as ``Mixture.statistics`` joined them."""
    return statistics[:, :gaussians], statistics[:, gaussians:].reshape(len(statistics), gaussians, -1)


def read_arrays(path: Path) -> dict[str, Vector]:
    """The arrays of a trained peer; ModelError where it has not been trained."""
    if not path.exists():
        raise ModelError(f"{path}: not trained yet; run: python -m tools.train_peers")
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
