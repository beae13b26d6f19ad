"""Integer matrix products at the speed of floats, and rounding shifts.

NumPy multiplies integer matrices one element at a time. A product of integers is *exact* in float64 as long as every
partial sum stays below 2**53, in whatever order a BLAS adds, so integer matrices are multiplied as float64 here.
"""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

EXACT_BITS = 53  # a float64 holds every integer up to 2**53


def exact_table(matrix: Integers, input_bits: int, scale_bits: int = 0) -> NDArray[np.float64]:
    """An integer matrix (..., n, m) / 2**scale_bits in float64, whose products with integer rows (k, n) are exact.

    ``input_bits``: |input| <= 2**input_bits. The scale moves exponents alone. Raises ValueError where a sum could reach
    2**53 before it.
    """
    largest_column_sum = int(np.abs(matrix).sum(axis=-2).max())
    if largest_column_sum << input_bits >= 1 << EXACT_BITS:
        raise ValueError(f"{input_bits}-bit input times column sum {largest_column_sum} leaves exact float64")
    return np.ldexp(matrix.astype(np.float64), -scale_bits)


class ExactMatrix:
    """A constant integer matrix (n, m) that multiplies integer rows (k, n) -> (k, m) exactly.

    ``input_bits``: |input| <= 2**input_bits. Raises ValueError where a sum could reach 2**53.
    """

    def __init__(self, matrix: Integers, input_bits: int) -> None:
        self._matrix = exact_table(matrix, input_bits)

    def __call__(self, rows: NDArray[np.integer]) -> Integers:
        product: Integers = (rows.astype(np.float64) @ self._matrix).astype(np.int64)
        return product


def round_shift(values: Integers, bits: int) -> Integers:
    """values / 2**bits, rounded half up; bits >= 1."""
    return (values + (1 << (bits - 1))) >> bits
