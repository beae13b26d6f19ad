"""The parent's side of the guard: start it before anything is driven, tell it of every pulse."""

import contextlib
import os
import select
import shlex
import subprocess

from edgevoice.errors import HardwareError
from edgevoice.hardware import child
from edgevoice.hardware.guard import LET_GO, OPENING, READY, SHUT
from edgevoice.hardware.pins import GpioSettings

START_SECONDS = 15.0  # a Pi Zero starts Python in about a second; not measured on one
END_SECONDS = 2.0


class Guard:
    """A process that drives the relay off when this one ends. What it cannot guard does not open."""

    def __init__(self, settings: GpioSettings) -> None:
        """Returns when the guard watches. Raises HardwareError when it does not start."""
        command = child.command("edgevoice.hardware.guard", "--pin", str(settings.relay_pin))
        if not settings.relay_active_high:
            command.append("--active-low")
        if settings.simulated is not None:
            command += ["--simulated", str(settings.simulated)]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, bufsize=0
            )
        except OSError as error:
            raise HardwareError(f"The lock is not driven: its guard does not start ({error}).") from error
        assert self._process.stdin is not None
        self._pipe = self._process.stdin.fileno()
        os.set_blocking(self._pipe, False)  # a guard that does not read must not stop the door
        if not self._is_ready():
            self.close()
            raise HardwareError(
                f"The lock is not driven: its guard does not watch within {START_SECONDS:g} s (exit status "
                f"{self._process.returncode}); see the line above, or run: {shlex.join(command)}"
            )

    @property
    def process(self) -> int:
        """The process id of the guard."""
        return self._process.pid

    def check(self) -> None:
        """Raises HardwareError where the guard has ended: after this process nobody would shut the door."""
        status = self._process.poll()
        if status is not None:
            raise HardwareError(
                f"The lock stays shut: its guard has ended (exit status {status}). Start edgevoice again; a service "
                "is started again by itself."
            )

    def opening(self, seconds: float) -> None:
        """A pulse begins now. Raises HardwareError, and then it must not: nobody guards."""
        self._tell(f"{OPENING} {seconds}\n")

    def shut(self) -> None:
        """The pulse is over; never raises: a relay that is off needs no guard."""
        with contextlib.suppress(HardwareError):
            self._tell(f"{SHUT}\n")

    def let_go(self) -> None:
        """The relay is off and its pin given up: nothing is left to guard. Never raises."""
        with contextlib.suppress(HardwareError):
            self._tell(f"{LET_GO}\n")
        self.close()

    def close(self) -> None:
        """End the guard; without ``let_go`` it drives the relay off first. Safe to call twice."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return  # it still tries to reach the pin, and may: that is what it is for

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        if self._process.stdin.closed:
            raise HardwareError("The lock stays shut: its guard was ended.")
        try:
            os.write(self._pipe, line.encode("ascii"))
        except OSError as error:
            self.check()
            raise HardwareError(
                f"The lock stays shut: its guard does not listen ({error}). Start edgevoice again."
            ) from error

    def _is_ready(self) -> bool:
        assert self._process.stdout is not None
        waiting, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        return bool(waiting) and os.read(self._process.stdout.fileno(), len(READY)) == READY
