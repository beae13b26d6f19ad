"""The pins and the library that drives them: settings, what we use of RPi.GPIO, and how it is loaded."""

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from edgevoice.errors import HardwareError

HEADER_PINS = range(2, 28)  # BCM numbers on the 40-pin header; 0 and 1 belong to the HAT's EEPROM
PULLED_UP_AT_BOOT = range(2, 9)  # BCM2835 ARM Peripherals, table 6-31: GPIO 0-8 pull high, 9-27 low, until we run
SERIAL_CONSOLE = 14  # TXD: the boot loader and the kernel talk on it


class Gpio(Protocol):
    """What we use of the module ``RPi.GPIO``; rpi-lgpio, the original and FakeGpio all have it."""

    @property
    def BCM(self) -> int: ...  # noqa: N802 -- the library's name, like the others below
    @property
    def OUT(self) -> int: ...  # noqa: N802
    @property
    def IN(self) -> int: ...  # noqa: N802
    @property
    def PUD_UP(self) -> int: ...  # noqa: N802
    @property
    def PUD_DOWN(self) -> int: ...  # noqa: N802
    def setmode(self, mode: int, /) -> None: ...
    def setwarnings(self, enabled: bool, /) -> None: ...
    def setup(self, channel: int, direction: int, *, initial: int = ..., pull_up_down: int = ...) -> None: ...
    def output(self, channel: int, level: int, /) -> None: ...
    def input(self, channel: int, /) -> int: ...
    def cleanup(self, channel: int, /) -> None: ...


@dataclass(frozen=True)
class GpioSettings:
    """Where relay and LEDs are wired; pins are BCM numbers, ``None`` = not fitted.

    An energised relay always means a released door: wire a fail-secure strike to the relay's NO contact, a maglock to
    its NC contact. There is no setting that turns this around, so no typing error can.
    """

    relay_pin: int = 17
    """Input of the relay board, 2..27, pulled to "off" while the Pi boots: 9..27 if active_high, else 2..8."""
    relay_active_high: bool = True
    """Whether a high level energises the relay; many boards with an optocoupler want low."""
    red_pin: int | None = 22
    """Red LED, 2..27."""
    green_pin: int | None = 27
    """Green LED, 2..27."""
    blue_pin: int | None = 23
    """Blue LED, 2..27; make it dim with its resistor."""
    leds_active_high: bool = True
    """False for an RGB LED with a common anode."""

    def __post_init__(self) -> None:
        """Raises HardwareError before anything is driven."""
        self._check_numbers()
        talks = self.relay_pin == SERIAL_CONSOLE
        if talks or (self.relay_pin in PULLED_UP_AT_BOOT) == self.relay_active_high:
            found = "the serial console talks on it" if talks else "it is pulled to the level that opens"
            raise HardwareError(
                f"gpio.relay_pin {self.relay_pin} cannot hold the lock shut while the Pi boots: {found}; "
                "wanted 9..13 or 15..27 for a relay that is active high, 2..8 for one that is active low."
            )

    def _check_numbers(self) -> None:
        used: dict[int, str] = {}
        for name in ("relay_pin", "red_pin", "green_pin", "blue_pin"):
            pin: int | None = getattr(self, name)
            if pin is None and name != "relay_pin":
                continue
            if not isinstance(pin, int) or isinstance(pin, bool) or pin not in HEADER_PINS:
                raise HardwareError(f"gpio.{name} is {pin!r}; wanted the BCM number of a header pin, 2 to 27.")
            if pin in used:
                raise HardwareError(f"gpio.{name} and gpio.{used[pin]} are both {pin}; give each its own pin.")
            used[pin] = name


def load_gpio() -> Gpio:
    """The RPi.GPIO module of this Pi; raises HardwareError where it is missing or this is no Pi."""
    _keep_lgpio_tidy()
    try:
        return cast(Gpio, import_module("RPi.GPIO"))
    except ImportError as error:
        raise HardwareError(
            f"The lock cannot be driven: no module RPi.GPIO ({error}). Install it with 'pip install edgevoice[pi]' "
            "(old boards: edgevoice[pi-legacy], never both)."
        ) from error
    except Exception as error:  # the libraries raise RuntimeError, NotImplementedError and types of their own
        raise HardwareError(
            f"The lock cannot be driven: RPi.GPIO does not start ({error}). It wants a Raspberry Pi and a user in the "
            "group 'gpio'."
        ) from error


def _keep_lgpio_tidy() -> None:
    """lgpio leaves a FIFO in the current folder unless LG_WD names another; systemd's runtime folder is best."""
    if "LG_WD" in os.environ:
        return
    folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    if not folder:
        folder = tempfile.mkdtemp(prefix="edgevoice-gpio-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["LG_WD"] = folder
