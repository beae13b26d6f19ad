"""What button and contacts tell, once a change and in an order that calls nobody a burglar who is none."""

import pytest

from edgevoice.door.inputs import CASE, Inputs
from edgevoice.door.states import Event
from edgevoice.errors import HardwareError
from edgevoice.hardware import Contacts
from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.fake_inputs import FakeButton, FakeContact


def test_nothing_is_fitted_and_nothing_is_told() -> None:
    assert Inputs().take() == []


def test_presses_come_in_their_order() -> None:
    clock = ManualClock()
    button = FakeButton(clock, hold_seconds=3.0, stuck_seconds=30.0)
    button.press(0.2)
    button.hold()
    button.press(40.0)
    clock.advance(60.0)
    told = [event for event, _ in Inputs(button).take()]
    assert told == [Event.PRESSED, Event.HELD, Event.HELD, Event.STUCK]


def test_a_contact_is_told_when_it_changes_and_not_again() -> None:
    contact = FakeContact()
    inputs = Inputs(None, Contacts(door=contact))
    assert inputs.take() == []
    contact.is_open = True
    assert inputs.take() == [(Event.DOOR_OPENED, "")]
    assert inputs.take() == []
    contact.is_open = False
    assert inputs.take() == [(Event.DOOR_CLOSED, "")]


def test_a_request_to_exit_seen_together_with_the_opened_door_comes_first() -> None:
    contacts = Contacts(door=FakeContact(is_open=True), exit=FakeContact(is_open=False))
    assert Inputs(None, contacts).take() == [(Event.EXIT, ""), (Event.DOOR_OPENED, "")]


def test_a_request_that_is_kept_pressed_is_told_once() -> None:
    inputs = Inputs(None, Contacts(exit=FakeContact(is_open=False)))
    assert [len(inputs.take()) for _ in range(3)] == [1, 0, 0]


def test_the_case_is_lost_while_it_is_open_and_back_when_it_is_closed() -> None:
    tamper = FakeContact(is_open=True)
    inputs = Inputs(None, Contacts(tamper=tamper))
    assert inputs.take() == [(Event.TAMPER, CASE)]
    tamper.is_open = False
    assert inputs.take() == [(Event.BACK, CASE)]


def test_what_moved_while_another_contact_could_not_be_read_is_told_as_soon_as_it_can() -> None:
    class Loose:
        broken = True

        is_open = False

        def take(self) -> list[tuple[float, bool]]:
            if self.broken:
                raise HardwareError("the wire")
            return []

        def close(self) -> None:
            pass

    door, tamper = FakeContact(), Loose()
    inputs = Inputs(None, Contacts(door=door, tamper=tamper))
    door.is_open = True
    with pytest.raises(HardwareError, match="the wire"):
        inputs.take()
    tamper.broken = False
    assert inputs.take() == [(Event.DOOR_OPENED, "")]


def test_what_came_and_went_between_two_looks_is_told_in_its_order() -> None:
    clock = ManualClock()
    door, leaving = FakeContact(clock=clock), FakeContact(is_open=True, clock=clock)
    inputs = Inputs(None, Contacts(door=door, exit=leaving))
    assert inputs.take() == []
    for seconds, contact, is_open in ((1, leaving, False), (1, leaving, True), (1, door, True), (1, door, False)):
        clock.advance(seconds)
        contact.is_open = is_open
    assert inputs.take() == [(Event.EXIT, ""), (Event.DOOR_OPENED, ""), (Event.DOOR_CLOSED, "")]
    for contact, is_open in ((door, True), (leaving, False)):
        clock.advance(1.0)
        contact.is_open = is_open
    assert inputs.take() == [(Event.DOOR_OPENED, ""), (Event.EXIT, "")]
