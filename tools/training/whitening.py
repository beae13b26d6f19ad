"""Within-class covariance normalisation (A. Hatch, S. Kajarekar and A. Stolcke, Interspeech 2006).

Turned and stretched so that a person's utterances spread alike in every direction; differences that one person shows
from clip to clip count less.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Labelled:
    """(n, d) embeddings and (n,) whose they are."""

    vectors: Floats
    speaker: NDArray[np.str_]

    def of(self, speakers: NDArray[np.str_]) -> "Labelled":
        """Those of some speakers."""
        chosen = np.isin(self.speaker, speakers)
        return Labelled(self.vectors[chosen], self.speaker[chosen])


def whitening(labelled: Labelled, shrinkage: float) -> NDArray[np.float64]:
    """(d, d) inverse square root of the covariance within speakers, ``shrinkage`` (0..1) of it made a sphere."""
    _, whose = np.unique(labelled.speaker, return_inverse=True)
    means = np.stack([labelled.vectors[whose == one].mean(axis=0) for one in range(whose.max() + 1)])
    within = np.cov((labelled.vectors - means[whose]).T)
    size = len(within)
    within = (1 - shrinkage) * within + shrinkage * np.trace(within) / size * np.eye(size)
    values, directions = np.linalg.eigh(within)
    return np.asarray((directions / np.sqrt(values)) @ directions.T)
