"""Products in float64 are those of Python's integers up to the widths they promise, and are refused beyond."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.fixedpoint.exact import ExactMatrix, Integers, exact_table, round_shift

WIDE = 1 << 52


def in_python(rows: Integers, matrix: Integers) -> list[list[int]]:
    """The product in plain integers."""
    columns = matrix.T.tolist()
    return [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in rows.tolist()]


@given(st.integers(0, 2**32 - 1))
def test_a_product_is_exact_up_to_its_input_width(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-(1 << 15), 1 << 15, (40, 3))
    rows = rng.choice([-(1 << 31), (1 << 31) - 1, 12345], (2, 40))
    assert ExactMatrix(matrix, input_bits=31)(rows).tolist() == in_python(rows, matrix)


def test_a_scaled_table_holds_the_same_integers() -> None:
    matrix = np.array([[3, -5], [32767, 1]])
    assert (exact_table(matrix, 15, scale_bits=13) * 2**13).tolist() == matrix.tolist()


def test_a_product_that_could_lose_bits_is_refused() -> None:
    assert ExactMatrix(np.full((512, 2), 1 << 28), input_bits=15)(np.full((1, 512), 1 << 15)).tolist() == [
        [1 << 52] * 2
    ]
    with pytest.raises(ValueError, match="exact float64"):
        ExactMatrix(np.full((512, 2), 1 << 29), input_bits=15)


@given(st.integers(-WIDE, WIDE), st.integers(1, 40))
def test_a_rounding_shift_rounds_half_up(value: int, bits: int) -> None:
    assert int(round_shift(np.array([value]), bits)[0]) == (2 * value + (1 << bits)) // (1 << (bits + 1))
