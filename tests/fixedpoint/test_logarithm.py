"""log2 by table equals its scalar specification everywhere, and the logarithm within its stated error."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.fixedpoint.logarithm import log2_q16, mean_power_q16
from tests.listening import specification, specification_noise


@given(st.lists(st.integers(0, (1 << 62) - 1), min_size=1, max_size=20))
def test_any_logarithm_equals_the_specification(values: list[int]) -> None:
    assert log2_q16(np.array(values)).tolist() == [specification.log2(value) for value in values]


def test_logarithms_equal_the_specification_where_a_float_carries() -> None:
    ones = [(1 << high) - (1 << low) for high in range(1, 63) for low in range(high)]
    split = [((1 << high) - (1 << low)) | 1 for high in range(1, 63) for low in range(high)]
    near = [(1 << bits) + step for bits in range(62) for step in (-1, 0, 1)]
    values = [0, *ones, *split, *near]
    assert log2_q16(np.array(values)).tolist() == [specification.log2(value) for value in values]


def test_powers_of_two_are_exact_and_nothing_counts_as_one() -> None:
    assert log2_q16(1 << np.arange(62)).tolist() == [bits << 16 for bits in range(62)]
    assert log2_q16(np.array([0, 1])).tolist() == [0, 0]


def test_logarithms_never_fall_and_stay_within_their_error() -> None:
    values = np.concatenate([np.arange(1, 70_000), np.geomspace(70_000, 2**61, 50_000).astype(np.int64)])
    found = log2_q16(values)
    assert (np.diff(found) >= 0).all()
    assert np.abs(found / (1 << 16) - np.log2(values)).max() < 2.7e-6 + 2 * 2.0**-16


@given(st.lists(st.integers(-(64 << 16), 64 << 16), min_size=1, max_size=60))
def test_a_mean_of_powers_equals_the_specification_and_the_mean_within_its_error(logs: list[int]) -> None:
    found = mean_power_q16(np.array(logs))
    assert found == specification_noise.mean_power(logs)
    exact = max(logs) / (1 << 16) + np.log2(np.mean(2.0 ** ((np.array(logs) - max(logs)) / (1 << 16))))
    assert -1e-4 < found / (1 << 16) - exact < 1 / 256 + 1e-4
