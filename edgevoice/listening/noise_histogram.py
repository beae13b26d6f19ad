"""Histogram of levels: the noise is a low percentile of the levels that a bin had lately."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16
from edgevoice.listening.noise import PRIOR, Recent, TrackerByGroups

_MEMORY = 32  # groups (2.56 s) that the histogram holds
_BELOW = 12  # so many of them lie at or below the noise: as many as a clip of speech has pauses
_LEVEL_BITS = 1  # levels of half an octave of power, 1.5 dB
_LEVELS = 51 << _LEVEL_BITS  # power is below 2**51
_SMOOTHING_BITS = 2  # recursive average over 4 groups, since levels are coarse
POWERS: Integers = np.rint(2.0 ** ((np.arange(_LEVELS) + 0.5) / (1 << _LEVEL_BITS))).astype(np.int64)


class LevelHistogram(TrackerByGroups):
    """The level that 12 of the last 32 groups do not pass, in each bin's histogram of log power.

    After H. G. Hirsch and C. Ehrlicher (ICASSP 1995), who take the mode: over so short a time a percentile errs less.
    No histogram is kept, as its percentile is a rank among the levels it counts.
    """

    def __init__(self) -> None:
        super().__init__()
        self._recent = Recent(_MEMORY, int(_level(np.array([PRIOR]))[0]))

    def _learn(self, means: Integers) -> Integers:
        recent = self._recent.with_those_before(_level(means))
        wanted = POWERS[np.partition(recent, _BELOW, axis=0)[_BELOW]]
        noise, learned = self._noise, np.empty_like(means)
        for group, power in enumerate(wanted):
            noise = learned[group] = noise + ((power - noise) >> _SMOOTHING_BITS)
        return learned


def _level(power: Integers) -> Integers:
    return log2_q16(power) >> (LOG2_BITS - _LEVEL_BITS)
