"""A calibration measured on people whom it was not fitted on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from edgevoice.recognition.calibration import Calibration
from tools.measure.door_trials import Trials, Voice, door_trials, plain_scorer
from tools.measure.halves import Halves, measure_halves

pytestmark = pytest.mark.tools

PEOPLE, TAKES, DIMENSIONS = 24, 8, 32
RATES = (0.1, 0.03)


def people(spread: float) -> dict[str, Voice]:
    """Made-up people whose takes differ by ``spread`` of what tells them apart."""
    rng = np.random.default_rng(1)
    made = {}
    for number in range(PEOPLE):
        vectors = rng.standard_normal(DIMENSIONS) + spread * rng.standard_normal((TAKES, DIMENSIONS))
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        said = np.tile([3.0, 30.0], (TAKES, 1))
        made[f"person {number}"] = Voice(
            vectors, said, np.arange(TAKES) + number * TAKES, np.zeros(TAKES, np.int64), np.ones(TAKES, np.bool_)
        )
    return made


def halves(calibration_of: Calibration | None = None) -> tuple[Halves, list[int]]:
    """What is measured, and how many people each calibration was fitted on."""
    scorer, sizes = plain_scorer(np.zeros((0, DIMENSIONS), np.int8), 0), []

    def fit(sets: Sequence[Trials]) -> Calibration:
        (trials,) = sets
        sizes.append(int(trials.target_of.max()) + 1)
        thresholds = tuple(np.quantile(trials.nontarget, 1 - np.array(RATES)))
        return calibration_of or Calibration(1.0, 0.0, RATES, thresholds, "", "", 0, (0.0, 0.0, 0.0))

    return measure_halves([people(1.0)], lambda some: door_trials(some, scorer), fit), sizes


def test_each_calibration_knows_half_of_the_people_and_keeps_its_promise_on_the_others() -> None:
    found, sizes = halves()
    assert sizes == [PEOPLE // 2] * 20
    assert found.far.mean(axis=0) == pytest.approx(RATES, rel=0.3)


def test_a_set_whose_people_sound_alike_is_told_beside_all_together() -> None:
    scorer = plain_scorer(np.zeros((0, DIMENSIONS), np.int8), 0)

    def fit(sets: Sequence[Trials]) -> Calibration:
        thresholds = tuple(np.quantile(sets[0].nontarget, 1 - np.array(RATES)))
        return Calibration(1.0, 0.0, RATES, thresholds, "", "", 0, (0.0, 0.0, 0.0))

    alike = {name: replace(voice, vectors=unit_rows(voice.vectors + 0.15)) for name, voice in people(1.0).items()}
    found = measure_halves([people(1.0), alike], lambda some: door_trials(some, scorer), fit)
    assert (found.worst >= found.far).all()
    assert found.worst.mean(axis=0)[1] > 1.3 * found.far.mean(axis=0)[1]
    assert "in the set with most" in next(iter(found.lines(RATES)))


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_thresholds_that_let_everybody_in_are_told() -> None:
    found, _ = halves(Calibration(1.0, 0.0, RATES, (-9.0, -9.0), "", "", 0, (0.0, 0.0, 0.0)))
    assert found.far.min() == 1
    assert found.frr.max() == 0
    assert "promised 3 %: found 100.000 % (100.000-100.000), refused 0.000 % (0.000-0.000)" in list(found.lines(RATES))
