"""Vectors of labelled clips -> PLDA: the log-likelihood ratio that two vectors are of one person.

Vectors are centred, whitened and brought to unit length first (D. Garcia-Romero and C. Espy-Wilson, Interspeech 2011).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.peers import Vector

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plda:
    """centre (r,) and whitening (r, r) of the raw vectors; within, between (r, r): covariances after them."""

    centre: Vector
    whitening: Vector
    within: Vector
    between: Vector

    def scores(self, vectors: Vector) -> NDArray[np.floating]:
        """(n, r) raw vectors -> (n, n) log-likelihood ratios, natural log."""
        unit = _of_unit_length((vectors - self.centre) @ self.whitening)
        between, total = self.between.astype(np.float64), (self.between + self.within).astype(np.float64)
        alone = np.linalg.inv(total)
        together = np.linalg.inv(total - between @ alone @ between)
        own, mutual = alone - together, alone @ between @ together
        each = 0.5 * np.einsum("nr,rs,ns->n", unit, own, unit)
        constant = 0.5 * (np.linalg.slogdet(total)[1] + np.linalg.slogdet(together)[1])
        return np.asarray(unit @ mutual @ unit.T + each[:, None] + each + constant)


def fit(vectors: Vector, speaker: NDArray[np.str_]) -> Plda:
    """(n, r) vectors and (n,) whose they are -> PLDA by moments; who has one clip only tells of the centre."""
    centre = vectors.mean(axis=0)
    whitening = inverse_root(np.cov((vectors - centre).T))
    unit = _of_unit_length((vectors - centre) @ whitening)
    names, whose, counts = np.unique(speaker, return_inverse=True, return_counts=True)
    means = np.stack([unit[whose == one].mean(axis=0) for one in range(len(names))])
    several = counts > 1
    left = (unit - means[whose])[several[whose]]
    within = left.T @ left / (len(left) - several.sum())
    # The mean of n clips has a share 1 / n of the covariance within.
    between = np.cov(means[several].T) - within * np.mean(1 / counts[several])
    stored = (centre, whitening, within, _positive(between))
    return Plda(*(each.astype(np.float32) for each in stored))


def inverse_root(covariance: Floats) -> Floats:
    """(r, r) positive definite -> its inverse square root."""
    values, directions = np.linalg.eigh(covariance)
    return np.asarray((directions / np.sqrt(np.maximum(values, 1e-9))) @ directions.T)


def _positive(covariance: Floats) -> Floats:
    """The nearest that has no negative variance in any direction."""
    values, directions = np.linalg.eigh(covariance)
    return np.asarray((directions * np.maximum(values, 1e-9)) @ directions.T)


def _of_unit_length(vectors: NDArray[np.floating]) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float64)
