"""Button and contacts on pins of a Raspberry Pi, debounced: pulled up, a switch joins the pin to GND."""

import time

from edgevoice.errors import HardwareError
from edgevoice.hardware import Clock, Contacts, Press
from edgevoice.hardware.board import Gpio
from edgevoice.hardware.debounce import Debounce
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.presses import Presses
from edgevoice.hardware.watched_pin import WatchedPin

_KEPT = 100  # changes, of a contact that chatters while nobody asks


class _Switch:
    """A watched pin, debounced."""

    def __init__(self, gpio: Gpio, pin: int, name: str, clock: Clock) -> None:
        self._pin = WatchedPin(gpio, pin, name, clock)
        at_s, self.was_open = self._pin.take()[-1]
        self.began_s = at_s
        self._debounce = Debounce(self.was_open, at_s)

    def changes(self) -> tuple[float, list[tuple[float, bool]]]:
        """(now, [(since when, whether it is open)]): what has settled since the last call. HardwareError."""
        seen = self._pin.take()
        settled = [change for at_s, is_open in seen for change in self._debounce.see(is_open, at_s)]
        return seen[-1][0], settled

    @property
    def is_open(self) -> bool:
        return self._debounce.level

    def close(self) -> None:
        self._pin.close()


class GpioButton:
    """A push button."""

    def __init__(
        self,
        gpio: Gpio,
        pin: int,
        hold_seconds: float,
        stuck_seconds: float,
        clock: Clock = time.monotonic,
        name: str = "button_pin",
    ) -> None:
        """gpio: the RPi.GPIO module or a FakeGpio; ``name``: of its setting. HardwareError when it cannot be read."""
        self._switch = _Switch(gpio, pin, name, clock)
        self._presses = Presses(hold_seconds, stuck_seconds)
        self._presses.see(not self._switch.was_open, self._switch.began_s)

    def take(self) -> list[Press]:
        """What happened since it was last asked, oldest first; never blocks. HardwareError."""
        now_s, changes = self._switch.changes()
        told = [press for at_s, is_open in changes for press in self._presses.see(not is_open, at_s)]
        return told + self._presses.until(now_s)

    def close(self) -> None:
        """Give the pin back for good; safe to call twice."""
        self._switch.close()


class GpioContact:
    """A door contact, a tamper switch, a request-to-exit button."""

    def __init__(self, gpio: Gpio, pin: int, name: str, clock: Clock = time.monotonic) -> None:
        """``name``: of its setting. Raises HardwareError when the pin cannot be read."""
        self._switch = _Switch(gpio, pin, name, clock)
        self._changes = [(self._switch.began_s, self._switch.was_open)]

    @property
    def is_open(self) -> bool:
        """Whether the circuit is open, debounced; a broken wire is. HardwareError."""
        self._see()
        return self._switch.is_open

    def take(self) -> list[tuple[float, bool]]:
        """What has changed since it was last asked, oldest first; never blocks. HardwareError."""
        self._see()
        changes, self._changes = self._changes, []
        return changes

    def _see(self) -> None:
        self._changes = (self._changes + self._switch.changes()[1])[-_KEPT:]

    def close(self) -> None:
        """Give the pin back for good; safe to call twice."""
        self._switch.close()


def gpio_contacts(gpio: Gpio, settings: GpioSettings) -> Contacts:
    """Those whose pins are set; HardwareError, and then none is left watched."""
    made: dict[str, GpioContact] = {}
    try:
        for kind in ("door", "exit", "tamper"):
            name = f"{kind}_pin"
            if (pin := settings.pins().get(name)) is not None:
                made[kind] = GpioContact(gpio, pin, name)
    except HardwareError:
        Contacts(**made).close()
        raise
    return Contacts(**made)
