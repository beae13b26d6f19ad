from edgevoice.hardware import Press
from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.fake_inputs import FakeButton, FakeContact


def test_a_press_is_told_once() -> None:
    button = FakeButton(ManualClock())
    assert button.take() == []
    button.press()
    assert button.take() == [Press.SHORT]
    assert button.take() == []


def test_holding_comes_true_when_the_clock_has_passed_it() -> None:
    clock = ManualClock()
    button = FakeButton(clock, hold_seconds=3.0, stuck_seconds=30.0)
    button.hold()
    clock.advance(2.9)
    assert button.take() == []
    clock.advance(0.1)
    assert button.take() == [Press.HELD]
    clock.advance(60.0)
    assert button.take() == []


def test_presses_one_after_the_other_are_told_in_their_order() -> None:
    clock = ManualClock()
    button = FakeButton(clock, hold_seconds=3.0)
    button.press(0.2)
    button.hold(4.0)
    button.press(0.2)
    clock.advance(10.0)
    assert button.take() == [Press.SHORT, Press.HELD, Press.SHORT]
    assert list(button.taken) == [Press.SHORT, Press.HELD, Press.SHORT]


def test_a_button_that_stays_down_is_stuck() -> None:
    clock = ManualClock()
    button = FakeButton(clock, hold_seconds=3.0, stuck_seconds=30.0)
    button.down()
    clock.advance(30.0)
    assert button.take() == [Press.HELD, Press.STUCK]
    button.up()
    assert button.take() == []


def test_a_contact_is_what_it_is_set_to() -> None:
    contact = FakeContact()
    assert not contact.is_open
    contact.is_open = True
    assert contact.is_open
