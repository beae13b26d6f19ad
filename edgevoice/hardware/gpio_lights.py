"""Three LEDs on the pins of a Raspberry Pi."""

import logging
import threading
from itertools import cycle, pairwise

from edgevoice.errors import HardwareError
from edgevoice.hardware import Light
from edgevoice.hardware.board import Gpio
from edgevoice.hardware.light_patterns import Pattern, pattern_of
from edgevoice.hardware.pins import GpioSettings

_log = logging.getLogger(__name__)


class GpioLights:
    """Up to three LEDs, or one RGB LED; what is not fitted is left out."""

    def __init__(self, gpio: Gpio, settings: GpioSettings) -> None:
        """gpio: the RPi.GPIO module or a FakeGpio. Raises HardwareError when a pin cannot be driven."""
        self._gpio, self._lit_level = gpio, int(settings.leds_active_high)
        wired = {"r": settings.red_pin, "g": settings.green_pin, "b": settings.blue_pin}
        self._pins = {colour: pin for colour, pin in wired.items() if pin is not None}
        self._turn = threading.RLock()
        self._changed = threading.Event()  # ends the blinking of the state before
        self._shown = Light.OFF
        self._share = 0.0
        self._closed = False
        try:
            gpio.setmode(gpio.BCM)
            gpio.setwarnings(False)
            for pin in self._pins.values():
                gpio.setup(pin, gpio.OUT, initial=1 - self._lit_level)
        except Exception as error:  # whatever the library raises
            raise self._broken(error) from error

    def show(self, light: Light) -> None:
        """Show one state; it replaces the one before. Raises HardwareError."""
        with self._turn:
            if self._closed:
                raise HardwareError("The lights stay dark: their driver was closed; make a new one.")
            self._changed.set()
            self._shown = light
            steps = pattern_of(light, self._share)
            self._light(steps[0][0])
            if len(steps) > 1:
                self._changed = threading.Event()
                threading.Thread(target=self._repeat, args=(steps, self._changed), daemon=True).start()

    def progress(self, share: float) -> None:
        """How far an enrolment is, 0..1; while ENROLLING is shown it is seen at once. Raises HardwareError."""
        with self._turn:
            self._share = share
            if self._shown is Light.ENROLLING:
                self.show(Light.ENROLLING)

    def close(self) -> None:
        """Go dark and give the pins back; safe to call twice. Raises HardwareError."""
        with self._turn:
            if self._closed:
                return
            self.show(Light.OFF)
            self._closed = True
            try:
                for pin in self._pins.values():
                    self._gpio.cleanup(pin)
            except Exception as error:  # whatever the library raises
                raise self._broken(error) from error

    def _repeat(self, steps: Pattern, changed: threading.Event) -> None:
        """The thread's work, from the first step, which is lit already, until something else is shown."""
        for (_, seconds), (colours, _) in cycle(pairwise([*steps, steps[0]])):
            if changed.wait(seconds):
                return
            try:
                with self._turn:
                    if not changed.is_set():
                        self._light(colours)
            except HardwareError as error:
                _log.error("%s", error)
                return

    def _light(self, colours: str) -> None:
        try:
            for colour, pin in self._pins.items():
                self._gpio.output(pin, self._lit_level if colour in colours else 1 - self._lit_level)
        except Exception as error:  # whatever the library raises
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> HardwareError:
        pins = ", ".join(f"GPIO {pin}" for pin in self._pins.values())
        return HardwareError(
            f"The lights on {pins} could not be driven: {error}. Check the wiring and that the pins are free."
        )
