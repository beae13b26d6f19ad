"""A fault is told at once, and the same one again only after a minute, with how often it came meanwhile; while it lasts
each wait is twice the one before, up to an hour.

What fails at every block of sound would else push everything but itself out of the audit log, and wear the card.
"""

import logging
from dataclasses import dataclass

from edgevoice.hardware import Clock
from edgevoice.storage.events import Events

AGAIN_SECONDS = 60.0
LONGEST_SECONDS = 3_600.0  # 24 rows a day, so that the log reaches back for years beside a fault that lasts as long
MOST_TOLD = 1_000  # that are remembered: where the disk is full for long, the oldest give way

_log = logging.getLogger(__name__)


@dataclass
class _Told:
    """A fault: when it was told last, how often it has come since, whether the audit log has yet to take it, and how
    long it is held back."""

    at_s: float
    again: int = 0
    owed: bool = True
    wait_s: float = AGAIN_SECONDS


class Faults:
    """Writes faults to the audit log and to the program's; of the rest only starts are held back (``runs.py``)."""

    def __init__(self, events: Events, clock: Clock) -> None:
        """``clock``: monotonic seconds."""
        self._events, self._clock = events, clock
        self._told: dict[str, _Told] = {}

    def tell(self, why: str, error: Exception, what: str = "the door was shut after a fault") -> None:
        """Write it down, or count it where the same was told a moment ago; StorageError, and then it is written as soon
        as it can be.

        ``what`` came of it, for the program's log.
        """
        told = self._told.get(why)
        if told is None:
            _log.error("%s", what, exc_info=error)
            if len(self._told) == MOST_TOLD:
                del self._told[next(iter(self._told))]
            self._told[why] = _Told(self._clock())
        elif not told.owed:
            told.again += 1
        self._pay(why)

    def hold_back(self, why: str) -> bool:
        """Whether this was told a moment ago, so that it would only be counted."""
        return why in self._told

    def look(self) -> None:
        """Let time pass, at every block: tell what has come again, forget what has not; StorageError, at most once a
        minute."""
        now_s = self._clock()
        # A clock that jumps back, or is no number, holds nothing back.
        due = [why for why, told in self._told.items() if not 0 <= now_s - told.at_s < told.wait_s]
        for why in due:
            self._told[why].at_s = now_s
        for why in due:
            self._tell_again(why)

    def close(self) -> None:
        """Tell what has come again, however long ago; StorageError."""
        for why in [*self._told]:
            self._tell_again(why)

    def _pay(self, why: str) -> None:
        if self._told[why].owed:
            self._events.write("fault", why)
            self._told[why].owed = False

    def _tell_again(self, why: str) -> None:
        told = self._told[why]
        if told.again == 0 and not told.owed:
            del self._told[why]
            return
        self._pay(why)
        if told.again == 0:
            return
        row = f"again, {'once' if told.again == 1 else f'{told.again} times'} since it was last told: {why}"
        _log.error("%s", row)
        self._events.write("fault", row)
        told.again, told.wait_s = 0, min(2 * told.wait_s, LONGEST_SECONDS)
