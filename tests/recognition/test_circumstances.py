"""What was said, how clearly, and on how much the voiceprint rests move the LLR, never beyond what was measured."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.circumstances import USUAL, Circumstances

CALIBRATION = Calibration(2.0, -5.0, (0.1, 0.01), (1.0, 3.0), "c.npy", "", 0, (-0.9, -0.3, -0.8))


def test_usual_circumstances_move_nothing() -> None:
    assert np.array_equal(USUAL.deviation, np.zeros(3))
    assert CALIBRATION.llr(0.5) == pytest.approx(2 * 0.5 - 5)


def test_twice_the_speech_moves_the_llr_by_its_own_weight() -> None:
    twice = replace(USUAL, net_speech_s=6.0)
    assert CALIBRATION.llr(0.5, twice) - CALIBRATION.llr(0.5) == pytest.approx(-0.9)


def test_a_very_short_or_noisy_utterance_is_given_no_more_credit() -> None:
    assert CALIBRATION.llr(0.5, Circumstances(0.6, 3.0)) == CALIBRATION.llr(0.5, Circumstances(2.0, 20.0))


def test_one_utterance_and_a_clearer_voice_too() -> None:
    given_one = Circumstances(3.0, 30.0, 1)
    assert CALIBRATION.llr(0.5, given_one) - CALIBRATION.llr(0.5) == pytest.approx(-0.3 + 0.8 * np.log2(3))


@given(st.floats(), st.floats(), st.integers(-5, 1_000_000))
def test_nothing_moves_it_further_than_was_measured(said_s: float, snr_db: float, count: int) -> None:
    deviation = Circumstances(said_s, snr_db, count).deviation
    assert np.isfinite(deviation).all()
    assert (np.abs(deviation) <= [1.0, 1.0, np.log2(3) + 1e-9]).all()


@pytest.mark.parametrize("said_s", [0.0, 0.5, 60.0])
def test_a_calibration_that_knows_nothing_of_them_is_moved_by_none(said_s: float) -> None:
    plain = Calibration(2.0, -5.0, (0.1, 0.01), (1.0, 3.0), "c.npy", "", 0)
    assert plain.llr(0.5, Circumstances(said_s, 40.0, 1)) == plain.llr(0.5)


def test_a_figure_that_is_no_number_counts_as_usual() -> None:
    assert np.array_equal(Circumstances(math.nan, math.nan).deviation, USUAL.deviation)
