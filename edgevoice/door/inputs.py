"""Button and contacts -> events of the state machine."""

from collections.abc import Iterator

from edgevoice.door.states import Event
from edgevoice.hardware import Button, Contact, Contacts, Press

_PRESSES = {Press.SHORT: Event.PRESSED, Press.HELD: Event.HELD, Press.STUCK: Event.STUCK}

CASE = "case"
"""What TAMPER calls lost until it is closed again."""


class Inputs:
    """Asked once a block; tells what has changed since."""

    def __init__(self, button: Button | None = None, contacts: Contacts | None = None) -> None:
        self._button, self._contacts = button, contacts or Contacts()
        self._door_is_open = self._exit_is_pressed = self._case_is_open = False
        self.speaking = False
        """Whether somebody was speaking when that was last told."""

    def take(self) -> list[tuple[Event, str]]:
        """Events since the last time, with what was lost or is back."""
        presses = self._button.take() if self._button else []
        return [*((_PRESSES[press], "") for press in presses), *self._moved()]

    def _moved(self) -> Iterator[tuple[Event, str]]:
        # Request-to-exit first: with both in one look, the door was opened by somebody who may.
        contacts = self._contacts
        pressed = _is(contacts.exit, open_=False)
        if pressed and not self._exit_is_pressed:
            yield Event.EXIT, ""
        self._exit_is_pressed = pressed
        is_open = _is(contacts.door, open_=True)
        if is_open != self._door_is_open:
            yield (Event.DOOR_OPENED if is_open else Event.DOOR_CLOSED), ""
        self._door_is_open = is_open
        case = _is(contacts.tamper, open_=True)
        if case != self._case_is_open:
            yield (Event.TAMPER if case else Event.BACK), CASE
        self._case_is_open = case


def _is(contact: Contact | None, open_: bool) -> bool:
    return contact is not None and contact.is_open is open_
