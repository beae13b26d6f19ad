"""What the libraries below would take little by little, taken at the start: a year needs no more than the first day."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

_SIZES, _OF_EACH = range(1, 1024), 7  # numpy/_core/src/multiarray/alloc.c: NBUCKETS, NCACHE


def fill_reserves() -> None:
    """NumPy keeps up to seven freed blocks of each size below 1 kB for the next array of that size: 4 MB in all."""
    taken = [np.empty(size, dtype=np.uint8) for size in _SIZES for _ in range(_OF_EACH)]
    del taken


@contextmanager
def settled() -> Iterator[None]:
    """What stands at its beginning no collection looks through until its end, so that a full one takes no time."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def give_back() -> None:
    """Let go of the freed objects that Python keeps: up to 2,000 tuples of every length below 20, and others.

    Only a full collection does, and by itself one would come once in thousands of utterances.
    """
    gc.collect()
