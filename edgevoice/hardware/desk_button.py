"""The keyboard of a desk as the button: ``b`` presses it, ``B`` holds it. Only for a lock that is a fake."""

import os
import select
import sys
import termios
import tty
from contextlib import suppress

from edgevoice.errors import HardwareError
from edgevoice.hardware import Press

_KEYS = {"b": Press.SHORT, "B": Press.HELD}


class DeskButton:
    """Reads keys as they are typed, without waiting for a line; the terminal is as before after ``close``."""

    def __init__(self, descriptor: int | None = None) -> None:
        """``descriptor``: where keys come from; none: standard input, HardwareError where that is closed."""
        self._descriptor: int | None = _standard_input() if descriptor is None else descriptor
        self._before = termios.tcgetattr(self._descriptor) if os.isatty(self._descriptor) else None
        if self._before is not None:
            tty.setcbreak(self._descriptor)

    def take(self) -> list[Press]:
        """The keys since it was last asked; any other key is nothing."""
        typed = ""
        while self._descriptor is not None and select.select([self._descriptor], [], [], 0)[0]:
            some = os.read(self._descriptor, 100).decode(errors="replace")
            if not some:  # whoever typed has gone
                self.close()
            typed += some
        return [_KEYS[key] for key in typed if key in _KEYS]

    def close(self) -> None:
        """Give the terminal back; safe to call twice."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None and self._before is not None:
            with suppress(termios.error):  # the terminal may have gone first
                termios.tcsetattr(descriptor, termios.TCSADRAIN, self._before)


def _standard_input() -> int:
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError) as error:  # None, replaced, or closed
        raise HardwareError("There is no keyboard to press: standard input is closed; leave --desk out.") from error
