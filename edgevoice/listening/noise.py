"""Power spectrum -> noise estimate that avoids speech."""

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.spectrum import BINS, POWER_BITS

GROUP = 8  # frames (80 ms): the estimate changes only between groups, counted from the start of the stream
# Before anything is heard the noise is taken to be white at -70 dBFS (10 units rms; a Hann window's sum of squares is
# 150), so that a stream that begins inside a word is heard as speech and not learned as noise.
PRIOR = 100 * 150 << POWER_BITS
_MEMORY = 16  # groups (1.28 s) over which the minimum is taken
_PRESENCE = 4  # a bin more than 6 dB over its minimum holds speech
_SMOOTHING_BITS = 3  # recursive average over 8 groups: a time constant of 0.64 s


class NoiseTracker(Protocol):
    """Follows the noise through a stream."""

    def follow(self, power: Integers) -> Integers:
        """(n, 257) power -> (n, 257) the noise power to assume at each frame, from earlier frames only."""
        ...


class TrackerByGroups(ABC):
    """Learns from the mean power of each finished group of frames, so that it needs no loop over frames."""

    def __init__(self) -> None:
        self._noise: Integers = np.full(BINS, PRIOR, dtype=np.int64)
        self._sum: Integers = np.zeros(BINS, dtype=np.int64)
        self._frames = 0

    def follow(self, power: Integers) -> Integers:
        """(n, 257) power below 2**50 -> (n, 257) the noise power to assume at each frame, from earlier groups only."""
        assumed = np.empty_like(power)
        start = 0
        while start < len(power):
            stop = min(start + GROUP - self._frames, len(power))
            assumed[start:stop] = self._noise
            self._sum += power[start:stop].sum(axis=0)
            self._frames += stop - start
            if self._frames == GROUP:
                self._noise = self._learn(self._sum // GROUP)
                self._sum[:] = 0
                self._frames = 0
            start = stop
        return assumed

    @abstractmethod
    def _learn(self, mean: Integers) -> Integers:
        """(257,) mean power of the group that has ended -> (257,) the noise to assume in the next one."""


class Recent:
    """What the last so many groups held, (groups, 257): a ring that starts filled with one value."""

    def __init__(self, groups: int, filling: int) -> None:
        self.values: Integers = np.full((groups, BINS), filling, dtype=np.int64)
        self._next = 0

    def put(self, values: Integers) -> None:
        """Take (257,) in, in place of the oldest."""
        self.values[self._next] = values
        self._next = (self._next + 1) % len(self.values)


class MinimaControlledAverage(TrackerByGroups):
    """Recursive averaging, held where a bin stands out over its recent minimum.

    The rule is that of minima-controlled recursive averaging (I. Cohen and B. Berdugo, Signal Processing 81, 2001),
    with a hard decision, at the rate of groups instead of frames.
    """

    def __init__(self) -> None:
        super().__init__()
        self._recent = Recent(_MEMORY, PRIOR)

    def _learn(self, mean: Integers) -> Integers:
        self._recent.put(mean)
        lowest: Integers = self._recent.values.min(axis=0)
        change = (mean - self._noise) >> _SMOOTHING_BITS
        change[mean > _PRESENCE * lowest] = 0
        return np.asarray(np.maximum(self._noise + change, lowest))
