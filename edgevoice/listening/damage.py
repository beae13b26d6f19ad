"""Samples -> how many of each hop are clipped, and how many lie in a dropout."""

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.capture import Samples

FULL_SCALE = 32_700  # int16 samples at or beyond it count as clipped
DROPOUT = 16  # samples, 1 ms: so many equal ones in a row are no sound


def count_clipped(hops: Samples) -> Integers:
    """(n, 160) int16 -> (n,) how many are at full scale."""
    return _count(_at_full_scale(hops))


def count_dropped(hops: Samples) -> Integers:
    """(n >= 1, 160) int16 -> (n,) how many repeat the 15 before them; equal ones at full scale are clipped instead."""
    samples = hops.reshape(-1)
    run = samples[1:] == samples[:-1]
    for further in (1, 2, 4, 7):  # runs of 1, 2, 4, 8 and at last 15 = DROPOUT - 1 samples like the one before
        run = run[further:] & run[:-further]
        if not run.any():  # as almost always
            return np.zeros(len(hops), dtype=np.int64)
    repeats = np.concatenate([np.zeros(DROPOUT - 1, dtype=np.bool_), run]).reshape(hops.shape)
    within = slice(DROPOUT - 1, None)  # of a hop: what the one before it ended with does not count
    return _count(repeats[:, within] & ~_at_full_scale(hops[:, within]))


def _count(marked: NDArray[np.bool_]) -> Integers:
    """(n, k <= 160) -> (n,) how many of each row. Counts up to 255 fit a byte, and bytes are added fastest."""
    return np.asarray(marked.view(np.uint8).sum(axis=1, dtype=np.uint8), dtype=np.int64)


def _at_full_scale(samples: Samples) -> NDArray[np.bool_]:
    return (samples >= FULL_SCALE) | (samples <= -FULL_SCALE)
