"""A cosine of longer speech is worth less, and the weight of a doubling is found from trials."""

import numpy as np
import pytest

from tools.measure.seconds_known import Scored


def scored(shrink: float, seed: int = 0) -> Scored:
    """Same people at 0.6, others at 0.1, everybody lower by so much a doubling that the speech is shorter."""
    rng = np.random.default_rng(seed)
    same, doublings = rng.random(4000) < 0.2, rng.uniform(-1, 1, 4000)
    return Scored(np.where(same, 0.6, 0.1) + shrink * doublings + rng.normal(0, 0.1, 4000), doublings, same)


@pytest.mark.parametrize("shrink", [0.0, 0.05, 0.2])
def test_the_weight_takes_off_what_a_doubling_adds(shrink: float) -> None:
    assert scored(shrink).weight() == pytest.approx(-shrink, abs=0.02)


def test_knowing_the_seconds_lowers_the_errors() -> None:
    trials = scored(0.2)
    found = [float(trials.rates(weight).split(" %")[0]) for weight in (0.0, scored(0.2, seed=1).weight())]
    assert found[1] < found[0] / 2
