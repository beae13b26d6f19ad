"""Button and contacts -> events of the state machine."""

from collections.abc import Iterator
from typing import NamedTuple

from edgevoice.door.states import Event
from edgevoice.hardware import Button, Contact, Contacts, Press

_PRESSES = {Press.SHORT: Event.PRESSED, Press.HELD: Event.HELD, Press.STUCK: Event.STUCK}

CASE = "case"
"""What TAMPER calls lost until it is closed again."""


class _Levels(NamedTuple):
    exit_is_pressed: bool = False
    door_is_open: bool = False
    case_is_open: bool = False


class Inputs:
    """Asked once a block; tells what has changed since."""

    def __init__(self, button: Button | None = None, contacts: Contacts | None = None) -> None:
        self._button, self._contacts = button, contacts or Contacts()
        self._were = _Levels()
        self.speaking = False
        """Whether somebody was speaking when that was last told."""

    def take(self) -> list[tuple[Event, str]]:
        """Events since the last time, with what was lost or is back.

        Where one of them cannot be read, which raises whatever its driver does, what has changed is told once it can.
        """
        contacts = self._contacts
        are = _Levels(_is(contacts.exit, open_=False), _is(contacts.door, open_=True), _is(contacts.tamper, open_=True))
        presses = self._button.take() if self._button else []
        were, self._were = self._were, are
        return [*((_PRESSES[press], "") for press in presses), *_moved(were, are)]


def _moved(were: _Levels, are: _Levels) -> Iterator[tuple[Event, str]]:
    # Request-to-exit first: with both in one look, the door was opened by somebody who may.
    if are.exit_is_pressed and not were.exit_is_pressed:
        yield Event.EXIT, ""
    if are.door_is_open != were.door_is_open:
        yield (Event.DOOR_OPENED if are.door_is_open else Event.DOOR_CLOSED), ""
    if are.case_is_open != were.case_is_open:
        yield (Event.TAMPER if are.case_is_open else Event.BACK), CASE


def _is(contact: Contact | None, open_: bool) -> bool:
    return contact is not None and contact.is_open is open_
