"""Driving the relay off from outside the program that owns it."""

import time
from collections.abc import Callable

from edgevoice.errors import HardwareError
from edgevoice.hardware.board import Gpio
from edgevoice.hardware.pins import GpioSettings

PATIENCE_SECONDS = 10.0  # for the kernel to take the pin from a program that was killed
RETRY_SECONDS = 0.01


def relay_off(
    gpio: Gpio,
    settings: GpioSettings,
    patience_s: float = PATIENCE_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Drive the relay off, then let go of its pin, pulled towards off.

    The pin of a program that was killed keeps its level on a Raspberry Pi, and may be busy for a moment. Raises
    HardwareError where it could not be driven within ``patience_s``.
    """
    off = 1 - int(settings.relay_active_high)
    for _ in range(max(round(patience_s / RETRY_SECONDS), 1)):
        try:
            gpio.setmode(gpio.BCM)
            gpio.setwarnings(False)
            gpio.setup(settings.relay_pin, gpio.OUT, initial=off)
            gpio.setup(settings.relay_pin, gpio.IN, pull_up_down=gpio.PUD_UP if off else gpio.PUD_DOWN)
        except Exception as error:  # whatever the library raises: the next time it may work
            failure = error
            sleep(RETRY_SECONDS)
        else:
            return
    raise HardwareError(
        f"The relay on GPIO {settings.relay_pin} could not be driven off within {patience_s:g} s: {failure}. "
        "Another program may hold the pin: edgevoice itself, if it runs; then stop it instead. "
        "The resistor at the relay must hold the door shut meanwhile."
    ) from failure
