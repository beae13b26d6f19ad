"""What ``benchmarks.day`` calls growth: a slope is found, a step or noise is not taken for one."""

import numpy as np
import pytest

from benchmarks.day import growth

HOURS = np.arange(0, 24, 1 / 60)


def level(seed: int) -> np.ndarray:
    """Memory that settles in the first hours, and then goes up and down by an allocator's reserve."""
    random = np.random.default_rng(seed)
    return 90 - 4 * np.exp(-HOURS) + random.choice([0.0, 1.5], len(HOURS))


@pytest.mark.parametrize("seed", range(3))
def test_memory_that_goes_up_and_down_does_not_grow(seed: int) -> None:
    found = growth(HOURS.tolist(), level(seed).tolist())
    assert found.low_kb < 1
    assert abs(found.kb) < 15


@pytest.mark.parametrize("leak_kb", [50, 1000])
def test_a_leak_is_found_and_lies_within_the_interval(leak_kb: int) -> None:
    found = growth(HOURS.tolist(), (level(0) + HOURS * leak_kb / 1024).tolist())
    assert 0 < found.low_kb <= leak_kb <= found.high_kb


def test_one_step_of_the_allocator_is_no_slope() -> None:
    found = growth(HOURS.tolist(), (90 + 1.0 * (HOURS > 12)).tolist())
    assert found.low_kb <= 0
