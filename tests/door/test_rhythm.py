"""Presses and pauses become digits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.door.rhythm import Rhythm, RhythmRules
from edgevoice.errors import SettingsError

RULES = RhythmRules(digit_pause_s=1.0, end_pause_s=3.0)


def pressed(*times_s: float) -> Rhythm:
    rhythm = Rhythm(RULES)
    for now_s in times_s:
        rhythm.press(now_s)
    return rhythm


def tapped(digits: str, press_s: float = 0.4, pause_s: float = 1.2) -> tuple[Rhythm, float]:
    """The rhythm of a person who taps digits, and when the last press was."""
    rhythm, now_s = Rhythm(RULES), 100.0
    for digit in digits:
        now_s += pause_s - press_s
        for _ in range(int(digit) or 10):
            now_s += press_s
            rhythm.press(now_s)
    return rhythm, now_s


def test_three_presses_one_and_four_are_314() -> None:
    assert pressed(0.0, 0.4, 0.8, 2.0, 3.2, 3.6, 4.0, 4.4).digits(7.4) == "314"


@given(st.text("0123456789", min_size=1, max_size=12), st.floats(0.05, 0.9), st.floats(1.05, 2.9))
def test_every_pin_comes_out_as_it_was_tapped_fast_or_slowly(digits: str, press_s: float, pause_s: float) -> None:
    rhythm, last_s = tapped(digits, press_s, pause_s)
    assert rhythm.digits(last_s + 3.01) == digits


def test_it_ends_with_its_pause_and_not_before() -> None:
    rhythm = pressed(0.0, 0.4)
    assert rhythm.digits(3.39) is None
    assert rhythm.digits(3.4) == "2"


def test_without_a_press_there_is_no_pin_however_long_it_takes() -> None:
    assert Rhythm(RULES).digits(1e9) is None


def test_more_presses_than_a_digit_has_are_no_digit() -> None:
    assert pressed(*(0.1 * number for number in range(10))).digits(10.0) == "0"
    assert pressed(*(0.1 * number for number in range(11))).digits(10.0) == "?"


def test_whoever_presses_for_hours_fills_no_memory_and_gets_no_pin() -> None:
    rhythm = pressed(*(2.0 * number for number in range(1000)))
    assert len(rhythm.digits(1e9) or "") > 12
    assert len(rhythm._counts) < 20


@pytest.mark.parametrize("now_s", [math.nan, -math.inf, -5.0])
def test_a_clock_that_jumps_back_or_is_none_ends_nothing(now_s: float) -> None:
    assert pressed(0.0).digits(now_s) is None
    assert pressed(0.0, now_s).digits(now_s) is None


def test_pauses_between_which_no_second_digit_could_begin_are_refused() -> None:
    with pytest.raises(SettingsError, match="more than digit_pause_s, which is 3"):
        RhythmRules(digit_pause_s=3.0, end_pause_s=3.0)
