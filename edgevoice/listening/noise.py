"""Power spectrum -> noise estimate that avoids speech."""

from typing import Protocol

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.spectrum import BINS, POWER_BITS

GROUP = 8  # frames (80 ms): the estimate changes only between groups, counted from the start of the stream
_MEMORY = 16  # groups (1.28 s) over which the minimum is taken
_PRESENCE = 4  # a bin more than 6 dB over its minimum holds speech
_SMOOTHING_BITS = 3  # recursive average over 8 groups: a time constant of 0.64 s
# Before anything is heard the noise is taken to be white at -70 dBFS (10 units rms; a Hann window's sum of squares is
# 150), so that a stream that begins inside a word is heard as speech and not learned as noise.
_PRIOR = 100 * 150 << POWER_BITS


class NoiseTracker(Protocol):
    """Follows the noise through a stream."""

    def follow(self, power: Integers) -> Integers:
        """(n, 257) power -> (n, 257) the noise power to assume at each frame, from earlier frames only."""
        ...


class MinimaControlledAverage:
    """Recursive averaging, held where a bin stands out over its recent minimum.

    The rule is that of minima-controlled recursive averaging (I. Cohen and B. Berdugo, Signal Processing 81, 2001),
    with a hard decision, at the rate of groups instead of frames so that it needs no loop over frames.
    """

    def __init__(self) -> None:
        self._noise: Integers = np.full(BINS, _PRIOR, dtype=np.int64)
        self._recent: Integers = np.full((_MEMORY, BINS), _PRIOR, dtype=np.int64)
        self._groups = 0
        self._sum: Integers = np.zeros(BINS, dtype=np.int64)
        self._frames = 0

    def follow(self, power: Integers) -> Integers:
        assumed = np.empty_like(power)
        start = 0
        while start < len(power):
            stop = min(start + GROUP - self._frames, len(power))
            assumed[start:stop] = self._noise
            self._sum = self._sum + power[start:stop].sum(axis=0)
            self._frames += stop - start
            if self._frames == GROUP:
                self._learn(self._sum // GROUP)
            start = stop
        return assumed

    def _learn(self, mean: Integers) -> None:
        self._recent[self._groups % _MEMORY] = mean
        lowest = self._recent.min(axis=0)
        change = (mean - self._noise) >> _SMOOTHING_BITS
        averaged = self._noise + np.where(mean > _PRESENCE * lowest, 0, change)
        self._noise = np.maximum(averaged, lowest)
        self._groups = (self._groups + 1) % _MEMORY
        self._sum = np.zeros(BINS, dtype=np.int64)
        self._frames = 0
