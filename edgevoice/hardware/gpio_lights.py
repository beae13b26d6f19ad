"""Three LEDs on the pins of a Raspberry Pi."""

import logging
import threading

from edgevoice.errors import HardwareError
from edgevoice.hardware import Light
from edgevoice.hardware.pins import Gpio, GpioSettings

_log = logging.getLogger(__name__)

BLINK_SECONDS = 0.5  # on, and off

_COLOURS = {
    Light.OFF: "",
    Light.BOOTING: "b",
    Light.CHECKING: "b",
    Light.SAY_AGAIN: "rg",
    Light.ENROLLING: "gb",
    Light.DOOR_HELD: "rg",
    Light.DOOR_FORCED: "r",
    Light.LISTENING: "b",
    Light.OPEN: "g",
    Light.REFUSED: "r",
    Light.LOCKED_OUT: "r",
    Light.FAULT: "rb",
}


class GpioLights:
    """Up to three LEDs, or one RGB LED; what is not fitted is left out."""

    def __init__(self, gpio: Gpio, settings: GpioSettings) -> None:
        """gpio: the RPi.GPIO module or a FakeGpio. Raises HardwareError when a pin cannot be driven."""
        self._gpio, self._lit_level = gpio, int(settings.leds_active_high)
        wired = {"r": settings.red_pin, "g": settings.green_pin, "b": settings.blue_pin}
        self._pins = {colour: pin for colour, pin in wired.items() if pin is not None}
        self._turn = threading.RLock()
        self._changed = threading.Event()  # ends the blinking of the state before
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
            self._light(_COLOURS[light])
            if light is Light.LOCKED_OUT:
                self._changed = threading.Event()
                threading.Thread(target=self._blink, args=(_COLOURS[light], self._changed), daemon=True).start()

    def progress(self, share: float) -> None:
        """How far an enrolment is, 0..1."""

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

    def _blink(self, colours: str, changed: threading.Event) -> None:
        lit = True
        while not changed.wait(BLINK_SECONDS):
            lit = not lit
            try:
                with self._turn:
                    if not changed.is_set():
                        self._light(colours if lit else "")
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
