"""The total-variability matrix: statistics of clips -> i-vectors.

P. Kenny, G. Boulianne and P. Dumouchel (IEEE TSAP 13, 2005), as simplified by N. Dehak et al. (2011). Distances are in
sigmas of the background model throughout.
"""

import numpy as np
from numpy.typing import NDArray

from tools.peers import Vector
from tools.peers.mixture import split

Floats = NDArray[np.float64]
_AT_ONCE = 400  # clips: their second moments take 32 MB at 100 numbers each


class Posterior:
    """What a clip's statistics say of its i-vector, whose prior is a standard normal."""

    def __init__(self, total: Vector) -> None:
        """``total``: (c, d, r), how r numbers move the mean of each Gaussian."""
        self._total = total.astype(np.float64)
        self._products = np.einsum("cdr,cds->crs", self._total, self._total)

    def means(self, statistics: Vector) -> Vector:
        """(n, c + c * d) -> (n, r) i-vectors."""
        parts = [self._moments(part)[0] for part in _parts(statistics)]
        return np.concatenate(parts).astype(np.float32)

    def maximised(self, statistics: Vector) -> Vector:
        """One round of EM over (n, c + c * d) -> the next ``total``; of minimum divergence: their covariance is 1."""
        gaussians, size, rank = self._total.shape
        weighted, moved = np.zeros((gaussians, rank * rank)), np.zeros((gaussians * size, rank))
        spread = np.zeros((rank, rank))
        for part in _parts(statistics):
            means, seconds = self._moments(part)
            frames, distances = split(part, gaussians)
            weighted += frames.T.astype(np.float64) @ seconds.reshape(len(part), -1)
            moved += distances.reshape(len(part), -1).T @ means
            spread += seconds.sum(axis=0)
        moments = weighted.reshape(gaussians, rank, rank) + 1e-6 * np.eye(rank)
        total = np.linalg.solve(moments, moved.reshape(gaussians, size, rank).transpose(0, 2, 1)).transpose(0, 2, 1)
        return (total @ np.linalg.cholesky(spread / len(statistics))).astype(np.float32)

    def _moments(self, statistics: Vector) -> tuple[Floats, Floats]:
        """Mean (n, r) and second moment (n, r, r) of the i-vectors."""
        gaussians, _, rank = self._total.shape
        frames, distances = split(statistics.astype(np.float64), gaussians)
        precision = np.eye(rank) + (frames @ self._products.reshape(gaussians, -1)).reshape(-1, rank, rank)
        covariance = np.linalg.inv(precision)
        pulled = distances.reshape(len(distances), -1) @ self._total.reshape(-1, rank)
        means = np.einsum("nrs,ns->nr", covariance, pulled)
        return means, covariance + means[:, :, None] * means[:, None, :]


def first_guess(gaussians: int, size: int, rank: int, seed: int = 0) -> Vector:
    """(c, d, r) small random numbers, from which EM starts."""
    return np.random.default_rng(seed).normal(0, 0.1, (gaussians, size, rank)).astype(np.float32)


def _parts(statistics: Vector) -> list[Vector]:
    return [statistics[start : start + _AT_ONCE] for start in range(0, len(statistics), _AT_ONCE)]
