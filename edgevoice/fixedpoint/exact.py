"""Integer matrix products at the speed of floats, and rounding shifts.

NumPy multiplies integer matrices one element at a time. A product of integers is *exact* in float64 as long as every
partial sum stays below 2**53, in whatever order a BLAS adds, so integer matrices are multiplied as float64 here.
"""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

EXACT_BITS = 53  # a float64 holds every integer up to 2**53
SPLIT_BITS = 26


class ExactMatrix:
    """A constant integer matrix (n, m) that multiplies integer rows (k, n) -> (k, m) exactly.

    ``input_bits``: |input| <= 2**input_bits. Raises ValueError where a sum could reach 2**53.
    """

    def __init__(self, matrix: Integers, input_bits: int) -> None:
        largest_column_sum = int(np.abs(matrix).sum(axis=0).max())
        if largest_column_sum << input_bits >= 1 << EXACT_BITS:
            raise ValueError(f"{input_bits}-bit input times column sum {largest_column_sum} leaves exact float64")
        self._matrix = matrix.astype(np.float64)

    def __call__(self, rows: NDArray[np.integer]) -> Integers:
        product: Integers = (rows.astype(np.float64) @ self._matrix).astype(np.int64)
        return product


class WideExactMatrix:
    """As ExactMatrix, for non-negative inputs up to 2**52: two exact products of 26 bits each, joined in int64."""

    def __init__(self, matrix: Integers) -> None:
        self._narrow = ExactMatrix(matrix, SPLIT_BITS)

    def __call__(self, rows: Integers) -> Integers:
        high = rows >> SPLIT_BITS
        low = rows & ((1 << SPLIT_BITS) - 1)
        return (self._narrow(high) << SPLIT_BITS) + self._narrow(low)


def round_shift(values: Integers, bits: int) -> Integers:
    """values / 2**bits, rounded half up; bits >= 1."""
    return (values + (1 << (bits - 1))) >> bits
