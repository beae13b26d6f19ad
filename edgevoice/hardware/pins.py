"""Where everything is wired: the settings, and which pins can do what."""

from dataclasses import dataclass
from pathlib import Path

from edgevoice.errors import HardwareError

HEADER_PINS = range(2, 28)  # BCM numbers on the 40-pin header; 0 and 1 belong to the HAT's EEPROM
PULLED_UP_AT_BOOT = range(2, 9)  # BCM2835 ARM Peripherals, table 6-31: GPIO 0-8 pull high, 9-27 low, until we run
SERIAL_TRANSMITS = 14  # TXD: the boot loader and the kernel talk on it
SERIAL_PINS = (SERIAL_TRANSMITS, 15)  # a button on RXD sends the console a break, which the kernel may obey
I2S_PINS = range(18, 22)  # bit clock, frame clock, data in, data out
PINS = (
    "relay_pin",
    "red_pin",
    "green_pin",
    "blue_pin",
    "button_pin",
    "buzzer_pin",
    "door_pin",
    "exit_pin",
    "tamper_pin",
    "outside_button_pin",
)


@dataclass(frozen=True)
class GpioSettings:
    """Where everything is wired; pins are BCM numbers, 2..27, none = not fitted.

    An energised relay always means a released door: wire a fail-secure strike to the relay's NO contact, a maglock to
    its NC contact. There is no setting that turns this around, so no typing error can.
    """

    relay_pin: int = 17
    """Input of the relay board, pulled to "off" while the Pi boots: 9..13 or 15..27 if active_high, else 2..8."""
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
    button_pin: int | None = None
    """Button inside, 2..27, between the pin and GND: the Pi pulls the pin up."""
    buzzer_pin: int | None = None
    """Buzzer, through a transistor, 2..27, silent while the Pi boots: 9..27 if active_high, else 2..8."""
    buzzer_active_high: bool = True
    """Whether a high level sounds the buzzer."""
    buzzer_hz: int = 0
    """Tone of a piezo disc, 100..5000 Hz; 0: a buzzer that makes its own tone."""
    door_pin: int | None = None
    """Door contact, 2..27, between the pin and GND, closed while the door is shut; a broken wire is an open door."""
    exit_pin: int | None = None
    """Second contact of the request-to-exit button, 2..27, between the pin and GND, closed while it is pressed."""
    tamper_pin: int | None = None
    """Tamper switch, 2..27, between the pin and GND, closed while the case is; a broken wire is an open case."""
    outside_button_pin: int | None = None
    """Button at the door, outside, for a PIN, 2..27, between the pin and GND: the Pi pulls the pin up."""
    i2s: bool = False
    """Whether an I2S microphone or amplifier is fitted: it needs GPIO 18..21."""
    serial_console: bool = True
    """Whether the serial console may be on: then GPIO 14 and 15 stay free."""
    simulated: Path | None = None
    """Folder of a simulated board, for a desk: no pin moves, its levels are files; none: the pins of this Pi."""

    def __post_init__(self) -> None:
        """Raises HardwareError before anything is driven."""
        self._check_numbers()
        self._check_taken()
        self._check_boot()
        if self.buzzer_hz != 0 and not 100 <= self.buzzer_hz <= 5000:
            raise HardwareError(f"gpio.buzzer_hz is {self.buzzer_hz!r}; wanted 100 to 5000, or 0 for a buzzer.")

    def pins(self) -> dict[str, int]:
        """What is fitted: the name of the setting -> its pin."""
        return {name: pin for name in PINS if (pin := getattr(self, name)) is not None}

    def _check_numbers(self) -> None:
        used: dict[int, str] = {}
        for name in PINS:
            pin: object = getattr(self, name)
            if pin is None and name != "relay_pin":
                continue
            if not isinstance(pin, int) or isinstance(pin, bool) or pin not in HEADER_PINS:
                raise HardwareError(f"gpio.{name} is {pin!r}; wanted the BCM number of a header pin, 2 to 27.")
            if pin in used:
                raise HardwareError(f"gpio.{name} and gpio.{used[pin]} are both {pin}; give each its own pin.")
            used[pin] = name

    def _check_taken(self) -> None:
        for name, pin in self.pins().items():
            if self.i2s and pin in I2S_PINS:
                raise HardwareError(
                    f"gpio.{name} is {pin}, and gpio.i2s says that an I2S microphone or amplifier is fitted: it needs "
                    "18, 19, 20 and 21; give it another pin, or set gpio.i2s = false."
                )
            if self.serial_console and pin in SERIAL_PINS and not (name == "relay_pin" and pin == SERIAL_TRANSMITS):
                raise HardwareError(
                    f"gpio.{name} is {pin}, where the serial console may be; give it another pin, or turn the console "
                    "off (raspi-config, Interface Options, Serial Port) and set gpio.serial_console = false."
                )

    def _check_boot(self) -> None:
        talks = self.relay_pin == SERIAL_TRANSMITS
        if talks or (self.relay_pin in PULLED_UP_AT_BOOT) == self.relay_active_high:
            found = "the serial console talks on it" if talks else "it is pulled to the level that opens"
            raise HardwareError(
                f"gpio.relay_pin {self.relay_pin} cannot hold the lock shut while the Pi boots: {found}; "
                "wanted 9..13 or 15..27 for a relay that is active high, 2..8 for one that is active low."
            )
        if self.buzzer_pin is not None and (self.buzzer_pin in PULLED_UP_AT_BOOT) == self.buzzer_active_high:
            raise HardwareError(
                f"gpio.buzzer_pin {self.buzzer_pin} sounds while the Pi boots: it is pulled to that level; "
                "wanted 9..27 for a buzzer that is active high, 2..8 for one that is active low."
            )
