"""The library that drives the pins: what we use of RPi.GPIO, how it is loaded, and what stands in for it on a desk."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Protocol, cast

from edgevoice.errors import HardwareError
from edgevoice.hardware.folder_gpio import FolderGpio
from edgevoice.hardware.pins import GpioSettings


class Pwm(Protocol):
    """A pin that is switched on and off by itself."""

    def start(self, duty_cycle_percent: float, /) -> object: ...
    def stop(self) -> object: ...


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
    @property
    def BOTH(self) -> int: ...  # noqa: N802
    def setmode(self, mode: int, /) -> None: ...
    def setwarnings(self, enabled: bool, /) -> None: ...
    def setup(self, channel: int, direction: int, *, initial: int = ..., pull_up_down: int = ...) -> None: ...
    def output(self, channel: int, level: int, /) -> None: ...
    def input(self, channel: int, /) -> int: ...
    def cleanup(self, channel: int, /) -> None: ...
    def add_event_detect(self, channel: int, edge: int, callback: Callable[[int], None]) -> None: ...
    def remove_event_detect(self, channel: int, /) -> None: ...
    def PWM(self, channel: int, frequency: float, /) -> Pwm: ...  # noqa: N802


def open_board(settings: GpioSettings) -> Gpio:
    """The pins of this Pi, or the simulated board that the settings name; HardwareError."""
    if settings.simulated is None:
        return load_gpio()
    try:
        return FolderGpio(settings.simulated)
    except OSError as error:
        raise HardwareError(f"gpio.simulated is {settings.simulated}, which cannot be written: {error}.") from error


def load_gpio() -> Gpio:
    """The RPi.GPIO module of this Pi; raises HardwareError where it is missing or this is no Pi."""
    _keep_lgpio_tidy()
    try:
        with _where_we_are():
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


@contextmanager
def _where_we_are() -> Iterator[None]:
    """Stay in the current folder: lgpio goes to LG_WD when it is imported, and every relative path would go with it."""
    try:
        here = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # a folder that this user may not read, as under sudo -u: no path of it could be used
        yield
        return
    try:
        yield
    finally:
        os.fchdir(here)
        os.close(here)


def _keep_lgpio_tidy() -> None:
    """lgpio leaves a FIFO in the current folder unless LG_WD names another; systemd's runtime folder is best."""
    if "LG_WD" in os.environ:
        return
    folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    if not folder:
        folder = tempfile.mkdtemp(prefix="edgevoice-gpio-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["LG_WD"] = folder
