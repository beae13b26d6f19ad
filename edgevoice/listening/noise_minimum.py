"""Minimum statistics: the noise is what the smoothed power falls to between words."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.noise import PRIOR, Recent, TrackerByGroups

MEMORY = 20  # groups (1.6 s): longer than most words, so that a pause lies in it
_SMOOTHING_BITS = 1  # the group's mean and the smoothed power before it count alike
BIAS_BITS = 8
BIAS_Q8 = 383  # mean over minimum of white noise: 1.75 dB


class MinimumStatistics(TrackerByGroups):
    """The minimum of the smoothed power over 1.6 s, times what a minimum of noise lies below its mean.

    R. Martin, IEEE Trans. Speech and Audio Processing 9 (2001), simplified: the smoothing is constant and at the rate
    of groups, so the bias is one constant instead of a function of the variance.
    """

    def __init__(self) -> None:
        super().__init__()
        self._smoothed: Integers = self._noise
        self._recent = Recent(MEMORY, PRIOR)

    def _learn(self, means: Integers) -> Integers:
        smoothed, before = np.empty_like(means), self._smoothed
        for mean, now in zip(means, smoothed, strict=True):
            np.subtract(mean, before, out=now)
            np.right_shift(now, _SMOOTHING_BITS, out=now)
            before = np.add(now, before, out=now)
        self._smoothed = before.copy()
        lowest = self._recent.with_those_before(smoothed).min(axis=0)
        return np.asarray((lowest * BIAS_Q8) >> BIAS_BITS)
