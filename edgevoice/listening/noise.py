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
        self._rest: Integers = np.zeros((0, BINS), dtype=np.int64)  # frames of the group that has not ended

    def follow(self, power: Integers) -> Integers:
        """(n, 257) power below 2**50 -> (n, 257) the noise power to assume at each frame, from earlier groups only."""
        first = len(self._rest)
        joined = np.concatenate([self._rest, power])
        groups = len(joined) // GROUP
        self._rest = joined[groups * GROUP :]
        noise = self._noise[None]
        if groups:
            means = joined[: groups * GROUP].reshape(groups, GROUP, BINS).sum(axis=1) // GROUP
            noise = np.concatenate([noise, self._learn(means)])
            self._noise = noise[-1]
        return np.repeat(noise, GROUP, axis=0)[first : first + len(power)]

    @abstractmethod
    def _learn(self, means: Integers) -> Integers:
        """(groups, 257) mean power of groups that have ended, 0 or more -> (groups, 257) the noise to assume after
        each; ``self._noise`` is what was assumed before."""


class Recent:
    """What the last so many groups held; it starts filled with one value."""

    def __init__(self, groups: int, filling: int) -> None:
        self._groups = groups
        self._earlier: Integers = np.full((groups - 1, BINS), filling, dtype=np.int64)

    def with_those_before(self, values: Integers) -> Integers:
        """(k, 257) of the next k groups -> (so many, k, 257): each behind those before it, in shared memory."""
        joined = np.concatenate([self._earlier, values])
        self._earlier = joined[len(values) :]
        row, column = joined.strides
        return np.ndarray((self._groups, *values.shape), np.int64, joined, strides=(row, row, column))


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
        learns = (means <= _PRESENCE * lowest).astype(np.int64)
        noise, learned = self._noise, np.empty_like(means)
        for group, mean in enumerate(means):
            change = (mean - noise) >> _SMOOTHING_BITS
            change *= learns[group]
            change += noise
            noise = np.maximum(change, lowest[group], out=learned[group])
        return learned
