"""Power spectra -> power spectra that vary less, against musical noise: lone peaks that a gain would let through."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.spectrum import BINS

FRAMES = 4  # the present one and three before it
WEIGHT_BITS = 4  # of all weights together: 4 frames times (1 + 2 + 1) bins
_EARLIER = FRAMES - 1


class Smoothing:
    """Mean over the last 4 frames (flat) and 3 bins (1, 2, 1); before the stream there is silence."""

    def __init__(self) -> None:
        self._earlier: Integers = np.zeros((_EARLIER, BINS), dtype=np.int64)

    def __call__(self, power: Integers) -> Integers:
        """(n, 257) below 2**50 -> (n, 257), in the same unit, rounded down; the outermost bins count for those beyond.

        The four frames are added one by one and not as differences of a running sum, which would leave int64.
        """
        joined = np.concatenate([self._earlier, power])
        self._earlier = joined[len(joined) - _EARLIER :].copy()
        frames = len(power)
        summed = joined[:frames] + joined[1 : frames + 1] + joined[2 : frames + 2] + joined[3:]
        smoothed: Integers = 2 * summed
        smoothed[:, 1:] += summed[:, :-1]
        smoothed[:, :-1] += summed[:, 1:]
        smoothed[:, 0] += summed[:, 0]
        smoothed[:, -1] += summed[:, -1]
        return smoothed >> WEIGHT_BITS
