"""Button and contacts -> events of the state machine."""

from edgevoice.door.states import Event
from edgevoice.hardware import Button, Contact, Contacts, Press

_PRESSES = {Press.SHORT: Event.PRESSED, Press.HELD: Event.HELD, Press.STUCK: Event.STUCK}

CASE = "case"
"""What TAMPER calls lost until it is closed again."""
EXIT_FIRST_S = 0.2
"""A request-to-exit that comes so much after the door is taken to come before it: a hand on each."""

_Change = tuple[float, Event, str]


class Inputs:
    """Asked once a block; tells what has changed since, in the order in which it did."""

    def __init__(self, button: Button | None = None, contacts: Contacts | None = None) -> None:
        self._button, contacts = button, contacts or Contacts()
        self._watched = [
            _Watched(contacts.exit, True, None, (Event.EXIT, ""), EXIT_FIRST_S),
            _Watched(contacts.door, False, (Event.DOOR_OPENED, ""), (Event.DOOR_CLOSED, "")),
            _Watched(contacts.tamper, False, (Event.TAMPER, CASE), (Event.BACK, CASE)),
        ]
        self._untold: list[_Change] = []
        self.speaking = False
        """Whether somebody was speaking when that was last told."""

    def take(self) -> list[tuple[Event, str]]:
        """Events since the last time, with what was lost or is back.

        Where one of them cannot be read, which raises whatever its driver does, what has changed is told once it can.
        """
        for watched in self._watched:
            self._untold += watched.changes()
        presses = self._button.take() if self._button else []
        told, self._untold = sorted(self._untold, key=lambda change: change[0]), []
        return [*((_PRESSES[press], "") for press in presses), *((event, what) for _, event, what in told)]


class _Watched:
    """A contact and what its changes are called."""

    def __init__(
        self,
        contact: Contact | None,
        is_open: bool,
        opened: tuple[Event, str] | None,
        closed: tuple[Event, str],
        before_s: float = 0.0,
    ) -> None:
        """``is_open``: how it is taken to be before it is first looked at; ``before_s``: what is taken off its time."""
        self._contact, self._is_open, self._before_s = contact, is_open, before_s
        self._called = {True: opened, False: closed}

    def changes(self) -> list[_Change]:
        """Whatever the driver raises."""
        told: list[_Change] = []
        for at_s, is_open in self._contact.take() if self._contact else []:
            called = self._called[is_open] if is_open != self._is_open else None
            self._is_open = is_open
            if called:
                told.append((at_s - self._before_s, *called))
        return told
