from edgevoice.hardware import Press
from edgevoice.hardware.presses import Presses


def _button() -> Presses:
    presses = Presses(hold_seconds=3.0, stuck_seconds=30.0)
    assert presses.see(False, 0.0) == []
    return presses


def test_a_press_that_is_released_before_the_limit_is_short_and_told_at_its_release() -> None:
    button = _button()
    assert button.see(True, 1.0) == []
    assert button.until(3.9) == []
    assert button.see(False, 3.99) == [Press.SHORT]


def test_a_held_button_is_told_once_while_it_is_down_and_its_release_tells_nothing() -> None:
    button = _button()
    button.see(True, 1.0)
    assert button.until(4.0) == [Press.HELD]
    assert button.until(5.0) == []
    assert button.see(False, 6.0) == []


def test_a_button_that_stays_down_is_stuck_told_once() -> None:
    button = _button()
    button.see(True, 1.0)
    assert button.until(31.0) == [Press.HELD, Press.STUCK]
    assert button.until(3600.0) == []
    assert button.see(False, 3601.0) == []
    assert button.see(True, 3602.0) == []
    assert button.see(False, 3603.0) == [Press.SHORT]


def test_a_release_that_is_seen_late_still_counts_as_held() -> None:
    button = _button()
    button.see(True, 1.0)
    assert button.see(False, 4.0) == [Press.HELD]


def test_a_button_that_is_down_from_the_beginning_is_never_held_and_may_be_stuck() -> None:
    button = Presses(hold_seconds=3.0, stuck_seconds=30.0)
    assert button.see(True, 0.0) == []
    assert button.until(29.0) == []
    assert button.until(30.0) == [Press.STUCK]
    assert button.see(False, 31.0) == []
    assert button.see(True, 32.0) == []
    assert button.see(False, 32.1) == [Press.SHORT]
