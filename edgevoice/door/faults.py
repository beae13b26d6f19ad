"""A fault is told at once, and the same one again only after a minute, with how often it came meanwhile.

What fails at every block of sound would else push everything but itself out of the audit log, and wear the card.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from edgevoice.storage.events import Events

AGAIN_SECONDS = 60.0

_log = logging.getLogger(__name__)


@dataclass
class _Told:
    """A fault that stands in the audit log: when it was told last, and how often it has come since."""

    at_s: float
    again: int = 0


class Faults:
    """Writes faults to the audit log and to the program's; nothing else is ever held back."""

    def __init__(self, events: Events, clock: Callable[[], float]) -> None:
        """``clock``: monotonic seconds."""
        self._events, self._clock = events, clock
        self._told: dict[str, _Told] = {}

    def tell(self, why: str, error: Exception, what: str = "the door was shut after a fault") -> None:
        """Write it down, or count it where the same was told a moment ago; StorageError, and then it is tried again.

        ``what`` came of it, for the program's log.
        """
        if why in self._told:
            self._told[why].again += 1
            return
        _log.error("%s", what, exc_info=error)
        self._events.write("fault", why)
        self._told[why] = _Told(self._clock())

    def look(self) -> None:
        """Let time pass, at every block: tell what has come again, forget what has not; StorageError."""
        for why, told in [*self._told.items()]:
            # A clock that jumps back, or is no number, holds nothing back.
            if not 0 <= self._clock() - told.at_s < AGAIN_SECONDS:
                self._tell_again(why)

    def close(self) -> None:
        """Tell what has come again, however long ago; StorageError."""
        for why in [*self._told]:
            self._tell_again(why)

    def _tell_again(self, why: str) -> None:
        told = self._told[why]
        if told.again == 0:
            del self._told[why]
            return
        told.at_s = self._clock()
        row = f"again, {'once' if told.again == 1 else f'{told.again} times'} since it was last told: {why}"
        _log.error("%s", row)
        self._events.write("fault", row)
        told.again = 0
