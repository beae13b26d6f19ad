"""AudioBlock -> windows of 25 ms every 10 ms."""

import numpy as np

from edgevoice.listening.capture import SAMPLE_RATE, Samples

WINDOW = 400  # samples, 25 ms
HOP = 160  # samples, 10 ms
FRAMES_PER_SECOND = SAMPLE_RATE // HOP


class Windows:
    """Joins each block to the rest of the last one and cuts every finished window."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, dtype=np.int16)

    def cut(self, samples: Samples) -> Samples:
        """(n,) int16 -> (windows, 400) int16, windows that share their samples; may be 0."""
        joined = np.concatenate([self._rest, samples])
        count = max(0, (len(joined) - WINDOW) // HOP + 1)
        self._rest = joined[count * HOP :].copy()
        step = joined.itemsize
        return np.ndarray((count, WINDOW), np.int16, joined, strides=(HOP * step, step))
