"""Power spectrum -> noise estimate that avoids speech."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.spectrum import BINS, POWER_BITS

GROUP = 8  # frames (80 ms): the estimate changes only between groups, counted from the start of the stream
# Before anything is heard the noise is taken to be white at -70 dBFS (10 units rms; a Hann window's sum of squares is
# 150), so that a stream that begins inside a word is heard as speech and not learned as noise.
PRIOR = 100 * 150 << POWER_BITS


@dataclass(frozen=True, eq=False)
class Ended:
    """What n frames came to: means: (groups, 257) mean power of each group that ended; place: (n,) how many of these
    had ended before each frame, which is the row of what is learned from them that it goes by."""

    means: Integers
    place: Integers


class Groups:
    """Cuts the frames of a stream into groups, so that nobody who learns from them needs a loop over frames."""

    def __init__(self) -> None:
        self._rest: Integers = np.zeros((0, BINS), dtype=np.int64)  # frames of the group that has not ended

    def cut(self, power: Integers) -> Ended:
        """(n, 257) power below 2**50 of the next frames."""
        first = len(self._rest)
        joined = np.concatenate([self._rest, power]) if first else power
        count = len(joined) // GROUP
        self._rest = joined[count * GROUP :].copy()
        means = joined[: count * GROUP].reshape(count, GROUP, BINS).sum(axis=1) // GROUP
        return Ended(means, np.arange(first, first + len(power)) // GROUP)


class TrackerByGroups(ABC):
    """Learns from the mean power of each finished group of frames."""

    def __init__(self) -> None:
        self._noise: Integers = np.full(BINS, PRIOR, dtype=np.int64)
        self._groups = Groups()

    def learn(self, means: Integers) -> Integers:
        """(groups, 257) mean power of the groups that have ended, 0 or more -> (1 + groups, 257) the noise power to
        assume before the first of them, and after each."""
        noise = self._noise[None]
        if len(means):
            noise = np.concatenate([noise, self._learn(means)])
            self._noise = noise[-1]
        return noise

    def follow(self, power: Integers) -> Integers:
        """(n, 257) power below 2**50 -> (n, 257) the noise power to assume at each frame, from earlier groups only; for
        who has this tracker alone."""
        groups = self._groups.cut(power)
        return self.learn(groups.means)[groups.place]

    @abstractmethod
    def _learn(self, means: Integers) -> Integers:
        """(groups, 257) mean power of one group or more that have ended -> (groups, 257) the noise to assume after
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
