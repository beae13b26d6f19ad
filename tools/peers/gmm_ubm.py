"""GMM-UBM (D. Reynolds, T. Quatieri and R. Dunn, Digital Signal Processing 10, 2000) on plain MFCC.

A person is the background model with its means drawn towards the clip; a trial's score is the log-likelihood ratio of
the other clip's frames, a frame, under the background's alignment of them (the bound that EM maximises), the mean of
both directions.
"""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgevoice.listening.capture import Samples
from tools.peers import System, Vector
from tools.peers.mixture import Mixture, read_arrays, split
from tools.peers.plain_mfcc import speech_cepstra

FILE = "gmm_ubm.npz"
RELEVANCE = 16.0
"""Frames at which a clip weighs as much as the background, as in the paper."""


def load(trained: Path) -> System:
    """What ``tools.train_peers`` left in a folder; ModelError where it has not run."""
    path = trained / FILE
    mixture = Mixture(**read_arrays(path))
    content = path.read_bytes()

    def embed(samples: Samples) -> Vector:
        return mixture.statistics(speech_cepstra(samples))

    scores = partial(likelihood_ratios, gaussians=len(mixture.weights))
    return System("gmm-ubm", len(content), hashlib.sha256(content).hexdigest(), embed, rank=scores)


def likelihood_ratios(statistics: Vector, gaussians: int) -> NDArray[np.floating]:
    """(n, c + c * d) statistics -> (n, n): LLR a frame, natural log, mean of "one said by the other" both ways."""
    frames, distances = split(statistics, gaussians)
    shifts = distances / (frames[:, :, None] + RELEVANCE)  # MAP, in sigmas
    likelier = shifts.reshape(len(shifts), -1) @ distances.reshape(len(distances), -1).T
    cost = 0.5 * (shifts**2).sum(axis=2) @ frames.T
    one_way = (likelier - cost) / frames.sum(axis=1)
    return np.asarray((one_way + one_way.T) / 2)
