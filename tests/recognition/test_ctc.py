"""The probability of a string, against the sum over every alignment."""

from itertools import groupby, product

import numpy as np
import pytest

from edgevoice.recognition.ctc import BLANK, log_probability

CLASSES, STEPS = 3, 4


def posteriors(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.log(np.random.default_rng(seed).dirichlet(np.ones(CLASSES), STEPS))


def by_hand(logs: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> dict[tuple[int, ...], float]:
    """String -> probability, from each of the 81 paths."""
    found: dict[tuple[int, ...], float] = {}
    for path in product(range(CLASSES), repeat=STEPS):
        string = tuple(symbol for symbol, _ in groupby(path) if symbol != BLANK)
        likelihood = float(np.exp(sum(logs[step, symbol] for step, symbol in enumerate(path))))
        found[string] = found.get(string, 0.0) + likelihood
    return found


@pytest.mark.parametrize("seed", range(3))
def test_every_string_has_the_probability_of_its_alignments(seed: int) -> None:
    logs = posteriors(seed)
    strings = by_hand(logs)
    assert {(), (1,), (1, 1), (2, 1, 2), (1, 2, 1, 2)} <= set(strings)
    for string, probability in strings.items():
        assert np.exp(log_probability(logs, string)) == pytest.approx(probability)


def test_a_string_that_does_not_fit_is_impossible() -> None:
    assert log_probability(posteriors(0), [1, 1, 1]) == -np.inf  # needs a blank between equal ones: five steps


def test_one_step_is_enough_for_one_symbol() -> None:
    logs = posteriors(0)[:1]
    assert log_probability(logs, [2]) == pytest.approx(float(logs[0, 2]))
    assert log_probability(logs, []) == pytest.approx(float(logs[0, BLANK]))
