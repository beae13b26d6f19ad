"""When a door began to serve and when it ended, in the audit log: a start with no end before it tells of a power cut.

A service that fails is started again every few seconds. So a start soon after another, within one boot, is held back as
a fault that comes again is: it is counted, and the next that is told says how many there were.
"""

import logging
import math
import time
from pathlib import Path
from types import TracebackType

from edgevoice.door.faults import AGAIN_SECONDS, LONGEST_SECONDS
from edgevoice.errors import StorageError
from edgevoice.hardware import Clock
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.state import State

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_DIGITS = 12  # of its hexadecimal ones: 48 bits, which a float keeps
_log = logging.getLogger(__name__)


def this_boot() -> float:
    """A number that another boot does not have; 0 where the system gives none."""
    try:
        return float(int(_BOOT_ID.read_text(encoding="ascii").replace("-", "")[:_DIGITS], 16))
    except (OSError, ValueError):
        return 0.0


class Runs:
    """Writes ``started``, and at the end of a ``with`` statement ``stopped``, however that ends."""

    NAME = "started"

    def __init__(
        self, database: Database, events: Events, clock: Clock = time.monotonic, boot: float | None = None
    ) -> None:
        """``clock``: seconds since the boot; ``boot``: which one it is."""
        self._database, self._events, self._state, self._clock = database, events, State(database), clock
        self._boot = this_boot() if boot is None else boot
        self._begun = self._held_back = False

    def started(self, what: str) -> None:
        """The door serves from now on; ``what`` serves. StorageError where that cannot be written down."""
        self._begun, now_s = True, self._clock()
        last = self._state.get(self.NAME) or {}
        told_s, wait_s, again = last.get("told_s", -math.inf), last.get("wait_s", AGAIN_SECONDS), self._again()
        self._held_back = last.get("boot") == self._boot and 0 <= now_s - told_s < wait_s
        with self._database.transaction():
            if self._held_back:
                self._put(told_s, wait_s, again + 1)
                return
            self._events.write("started", what + _told(again))
            self._put(now_s, min(2 * wait_s, LONGEST_SECONDS) if again else AGAIN_SECONDS, 0)

    def __enter__(self) -> "Runs":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Where it ends in order (a signal, the end of the sound) the next start is told, however soon it comes."""
        failed = isinstance(error, Exception)
        if not self._begun or (self._held_back and failed):
            return
        why = f"after a fault: {type(error).__name__}: {error}" if failed else "in order"
        try:
            with self._database.transaction():
                if failed:
                    self._events.write("stopped", why)
                else:
                    self._events.write("stopped", why + _told(self._again()))
                    self._state.put(self.NAME, {})
        except StorageError as another:  # the lock is shut, and the program ends
            _log.error("the end of the door, %s, is not in the audit log: %s", why, another)

    def _again(self) -> float:
        """How many starts were held back since one was told."""
        return (self._state.get(self.NAME) or {}).get("again", 0.0)

    def _put(self, told_s: float, wait_s: float, again: float) -> None:
        self._state.put(self.NAME, {"boot": self._boot, "told_s": told_s, "wait_s": wait_s, "again": again})


def _told(again: float) -> str:
    if not again:
        return ""
    times = "once" if again == 1 else f"{again:.0f} times"
    return f"; it had started {times} more since that was last told"
