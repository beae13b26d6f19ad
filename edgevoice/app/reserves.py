"""What the libraries below would take little by little, taken at the start: a year needs no more than the first day."""

import numpy as np

_SIZES, _OF_EACH = range(1, 1024), 7  # numpy/_core/src/multiarray/alloc.c: NBUCKETS, NCACHE


def fill_reserves() -> None:
    """NumPy keeps up to seven freed blocks of each size below 1 kB for the next array of that size: 4 MB in all."""
    taken = [np.empty(size, dtype=np.uint8) for size in _SIZES for _ in range(_OF_EACH)]
    del taken
