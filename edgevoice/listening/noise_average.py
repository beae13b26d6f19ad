"""Minima-controlled recursive averaging: the noise is the mean of what stands out from its recent minimum by little."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.noise import PRIOR, Recent, TrackerByGroups

_MEMORY = 16  # groups (1.28 s) over which the minimum is taken
PRESENCE = 4  # a bin more than 6 dB over its minimum holds speech
_SMOOTHING_BITS = 3  # recursive average over 8 groups: a time constant of 0.64 s


class MinimaControlledAverage(TrackerByGroups):
    """Recursive averaging, held where a bin stands out over its recent minimum.

    The rule is that of minima-controlled recursive averaging (I. Cohen and B. Berdugo, Signal Processing 81, 2001),
    with a hard decision, at the rate of groups instead of frames.
    """

    def __init__(self) -> None:
        super().__init__()
        self._recent = Recent(_MEMORY, PRIOR)

    def _learn(self, means: Integers) -> Integers:
        lowest = self._recent.with_those_before(means).min(axis=0)
        learns = (means <= PRESENCE * lowest).astype(np.int64)
        noise, learned = self._noise, np.empty_like(means)
        for group, mean in enumerate(means):
            change = (mean - noise) >> _SMOOTHING_BITS
            change *= learns[group]
            change += noise
            noise = np.maximum(change, lowest[group], out=learned[group])
        return learned
