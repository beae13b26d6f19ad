"""systemd's service protocol (sd_notify(3)): it restarts a door that no longer says that it hears."""

import logging
import os
import time
from collections.abc import Callable
from importlib import import_module

from edgevoice.errors import HardwareError

SHARE_OF_LIMIT = 0.25  # sd_watchdog_enabled(3) asks for half; a late block of sound must not cost a restart

_log = logging.getLogger(__name__)


def under_systemd() -> bool:
    """Whether a service manager waits to be told."""
    return "NOTIFY_SOCKET" in os.environ


class SystemdWatchdog:
    """Tells systemd: READY at the first sign of life, WATCHDOG at later ones, EXTEND_TIMEOUT_USEC before the first,
    STATUS, STOPPING.

    Nothing here has a thread or a timer of its own: whoever stops calling ``alive`` is restarted. A message that cannot
    be sent is logged and lost.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """HardwareError where systemd waits to be told and the library is missing."""
        try:
            daemon = import_module("cysystemd.daemon")
        except ImportError as error:
            raise HardwareError(
                f"systemd waits to hear from the door, and cysystemd cannot be loaded ({error}). Install it with "
                "'pip install edgevoice[service]', or start the door outside the service."
            ) from error
        self._notify, self._what = daemon.notify, daemon.Notification
        self._clock = clock
        self._sd_notify = daemon.sd_notify  # for what the enumeration lacks
        self._limit_s = _limit_seconds()
        self._ready = False
        self._fed = -float("inf")

    def ready(self) -> None:
        """The door serves; told once."""
        if not self._ready:
            self._ready = True
            self._notify(self._what.READY)

    def alive(self) -> None:
        """A frame was really read and the pipeline really returned; the first time the door is also ready.

        May be called at every block: four messages within WatchdogSec are sent at most.
        """
        self.ready()
        if self._take_turn():
            self._notify(self._what.WATCHDOG)

    def waiting(self) -> None:
        """The pipeline returned, but there is nothing to hear with: a start may last WatchdogSec from now on.

        A door that was ready once is told nothing of it: it is restarted. May be called at every block, as ``alive``.
        """
        if self._ready or not self._take_turn():
            return
        try:
            self._sd_notify(f"EXTEND_TIMEOUT_USEC={round(1e6 * self._limit_s)}", False)
        except (RuntimeError, ValueError) as error:
            _log.error("systemd cannot be told that the door waits for its microphone: %s", error)

    def stopping(self) -> None:
        """The door is shut and ends."""
        self._notify(self._what.STOPPING)

    def status(self, text: str) -> None:
        """What ``systemctl status`` shows, one line."""
        self._notify(self._what.STATUS, " ".join(text.split()))

    def _take_turn(self) -> bool:
        """Whether a message may be sent again; then it counts as sent."""
        now = self._clock()
        if not self._limit_s or now - self._fed < SHARE_OF_LIMIT * self._limit_s:
            return False
        self._fed = now
        return True


def _limit_seconds() -> float:
    """WatchdogSec of the unit; 0 where there is none, or where it is meant for another process."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    try:
        return int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
    except ValueError:
        return 0.0
