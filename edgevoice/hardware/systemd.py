"""systemd's service protocol (sd_notify(3)): it restarts a door that no longer says that it hears."""

import os
import time
from collections.abc import Callable
from importlib import import_module

from edgevoice.errors import HardwareError

SHARE_OF_LIMIT = 0.25  # sd_watchdog_enabled(3) asks for half; a late block of sound must not cost a restart


def under_systemd() -> bool:
    """Whether a service manager waits to be told."""
    return "NOTIFY_SOCKET" in os.environ


class SystemdWatchdog:
    """Tells systemd: READY at the first sign of life, WATCHDOG at later ones, STATUS, STOPPING.

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
        self._every = SHARE_OF_LIMIT * _limit_seconds()
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
        now = self._clock()
        if self._every and now - self._fed >= self._every:
            self._fed = now
            self._notify(self._what.WATCHDOG)

    def stopping(self) -> None:
        """The door is shut and ends."""
        self._notify(self._what.STOPPING)

    def status(self, text: str) -> None:
        """What ``systemctl status`` shows, one line."""
        self._notify(self._what.STATUS, " ".join(text.split()))


def _limit_seconds() -> float:
    """WatchdogSec of the unit; 0 where there is none, or where it is meant for another process."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    try:
        return int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
    except ValueError:
        return 0.0
