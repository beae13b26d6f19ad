"""Where the relay is, read from the settings file without the rest of edgevoice: it must work when that does not."""

from pathlib import Path

from edgevoice.errors import HardwareError
from edgevoice.hardware.pins import GpioSettings
from edgevoice.toml import TOMLDecodeError, read_toml


def relay_settings(file: Path) -> GpioSettings | None:
    """The relay alone; None where the lock is no relay (lock.driver is not "gpio"). HardwareError."""
    try:
        written = read_toml(file)
    except (OSError, UnicodeDecodeError, TOMLDecodeError) as error:
        raise HardwareError(
            f"{file}: cannot be read ({error}); name the settings of the service with --config."
        ) from error
    lock, gpio = (written.get(section, {}) for section in ("lock", "gpio"))
    if not isinstance(lock, dict) or not isinstance(gpio, dict):
        raise HardwareError(f"{file}: lock and gpio must be sections; write [lock] and [gpio].")
    if lock.get("driver") != "gpio":
        return None
    active_high = gpio.get("relay_active_high", GpioSettings.relay_active_high)
    if not isinstance(active_high, bool):
        raise HardwareError(f"{file}: gpio.relay_active_high is {active_high!r}; wanted true or false.")
    simulated = Path(str(gpio["simulated"])) if gpio.get("simulated") else None
    return relay_alone(gpio.get("relay_pin", GpioSettings.relay_pin), active_high, simulated)


def relay_alone(pin: int, active_high: bool, simulated: Path | None) -> GpioSettings:
    """A board with nothing else, so that no other pin can be wrong; HardwareError."""
    return GpioSettings(
        relay_pin=pin,
        relay_active_high=active_high,
        red_pin=None,
        green_pin=None,
        blue_pin=None,
        serial_console=False,
        simulated=simulated,
    )
