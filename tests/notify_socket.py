"""A service manager's end of the notify protocol: a real datagram socket that a child process is told of."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class NotifySocket:
    """``environment``: what systemd would set for a service with WatchdogSec."""

    def __init__(self, path: Path, watchdog_seconds: float) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind(str(path))
        self.environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": str(round(1e6 * watchdog_seconds))}

    def waiting(self) -> list[str]:
        """What was told and not yet taken."""
        self._socket.setblocking(False)
        told: list[str] = []
        while True:
            try:
                told.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return told

    def listen(self, seconds: float) -> list[str]:
        """What is told within so long. Where nobody listens, ten messages fill the queue, and who tells waits."""
        told: list[str] = []
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            with suppress(TimeoutError):
                told.append(self._socket.recv(4096).decode())
        return told

    def stops(self, message: str, for_seconds: float, seconds: float = 60.0) -> bool:
        """Whether this message does not come any more for so long, some time within ``seconds``.

        What was meant before may be told late on a busy machine.
        """
        until = time.monotonic() + seconds
        quiet_at = time.monotonic() + for_seconds
        while (now := time.monotonic()) < min(quiet_at, until):
            self._socket.settimeout(quiet_at - now)
            try:
                told = self._socket.recv(4096).decode()
            except TimeoutError:
                return True
            if told == message:
                quiet_at = time.monotonic() + for_seconds
        return now < until

    def wait_for(self, message: str, seconds: float = 60.0) -> list[str]:
        """What is told up to this message; AssertionError if it does not come."""
        told: list[str] = []
        until = time.monotonic() + seconds
        while message not in told:
            left = until - time.monotonic()
            assert left > 0, f"no {message} within {seconds} s, but {told}"
            self._socket.settimeout(left)
            try:
                told.append(self._socket.recv(4096).decode())
            except TimeoutError:
                continue
        return told

    def close(self) -> None:
        self._socket.close()


@contextmanager
def notify_socket(folder: Path, watchdog_seconds: float) -> Iterator[NotifySocket]:
    """A socket in ``folder`` until the end of the ``with`` statement."""
    path = folder / "notify"
    manager = NotifySocket(path, watchdog_seconds)
    try:
        yield manager
    finally:
        manager.close()
        path.unlink()
