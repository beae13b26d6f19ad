"""What the libraries below would take little by little, taken at the start: a year needs no more than the first day."""

import numpy as np

_OF_EACH = 7  # numpy/_core/src/multiarray/alloc.c: NCACHE blocks of each size below NBUCKETS = 1024 bytes
_SIZES = (*range(1, 512), *range(512, 1024, 4))
"""Bytes. Of the larger ones those of numbers; the rest are of marks, a byte a frame, over more than 5 s of speech."""


def fill_reserves() -> None:
    """NumPy keeps up to seven freed blocks of each size below 1 kB for the next array of that size: 1.6 MB in these."""
    taken = [np.empty(size, dtype=np.uint8) for size in _SIZES for _ in range(_OF_EACH)]
    del taken
