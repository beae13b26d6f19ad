import pytest

from edgevoice.errors import HardwareError
from edgevoice.hardware.pins import PINS, GpioSettings


def test_the_defaults_are_allowed() -> None:
    assert GpioSettings().relay_pin == 17


def test_lights_that_are_not_fitted_are_allowed() -> None:
    assert GpioSettings(red_pin=None, green_pin=None, blue_pin=None).red_pin is None


@pytest.mark.parametrize("pin", [0, 1, 28, 54, -3, 17.0, True, "17", None])
def test_a_relay_pin_that_is_no_header_pin_is_named(pin: int) -> None:
    with pytest.raises(HardwareError, match=r"gpio\.relay_pin is .*2 to 27"):
        GpioSettings(relay_pin=pin)


@pytest.mark.parametrize("name", [name for name in PINS if name != "relay_pin"])
def test_any_other_pin_that_is_no_header_pin_is_named(name: str) -> None:
    with pytest.raises(HardwareError, match=rf"gpio\.{name} is 99"):
        GpioSettings(**{name: 99})


def test_two_things_on_one_pin_are_both_named() -> None:
    with pytest.raises(HardwareError, match=r"gpio\.green_pin and gpio\.relay_pin are both 17"):
        GpioSettings(green_pin=17)


@pytest.mark.parametrize(("pin", "active_high"), [(4, True), (8, True), (2, True), (17, False), (9, False), (14, True)])
def test_a_pin_whose_level_at_boot_would_open_the_door_is_refused(pin: int, active_high: bool) -> None:
    with pytest.raises(HardwareError, match=rf"relay_pin {pin} cannot hold the lock shut while the Pi boots"):
        GpioSettings(relay_pin=pin, relay_active_high=active_high)


@pytest.mark.parametrize(("pin", "active_high"), [(9, True), (27, True), (2, False), (8, False)])
def test_a_pin_whose_level_at_boot_keeps_the_door_shut_is_allowed(pin: int, active_high: bool) -> None:
    settings = GpioSettings(pin, active_high, red_pin=20, green_pin=21, blue_pin=None)
    assert settings.relay_pin == pin


@pytest.mark.parametrize("pin", [18, 19, 20, 21])
def test_what_an_i2s_microphone_needs_is_left_to_it(pin: int) -> None:
    assert GpioSettings(button_pin=pin).button_pin == pin
    with pytest.raises(HardwareError, match=rf"gpio\.button_pin is {pin}, and gpio\.i2s says"):
        GpioSettings(button_pin=pin, i2s=True)
    with pytest.raises(HardwareError, match=rf"gpio\.relay_pin is {pin}, and gpio\.i2s says"):
        GpioSettings(relay_pin=pin, i2s=True)


@pytest.mark.parametrize("pin", [14, 15])
def test_the_serial_console_keeps_its_pins_until_it_is_said_to_be_off(pin: int) -> None:
    with pytest.raises(HardwareError, match=rf"gpio\.door_pin is {pin}, where the serial console may be"):
        GpioSettings(door_pin=pin)
    assert GpioSettings(door_pin=pin, serial_console=False).door_pin == pin


def test_the_relay_never_hangs_on_the_pin_that_the_boot_loader_talks_on() -> None:
    with pytest.raises(HardwareError, match="the serial console talks on it"):
        GpioSettings(relay_pin=14, serial_console=False)
    with pytest.raises(HardwareError, match="the serial console may be"):
        GpioSettings(relay_pin=15)
    assert GpioSettings(relay_pin=15, serial_console=False).relay_pin == 15


@pytest.mark.parametrize(
    ("pin", "active_high", "allowed"), [(8, True, False), (9, True, True), (12, False, False), (5, False, True)]
)
def test_a_buzzer_that_would_sound_while_the_pi_boots_is_refused(pin: int, active_high: bool, allowed: bool) -> None:
    if allowed:
        assert GpioSettings(buzzer_pin=pin, buzzer_active_high=active_high).buzzer_pin == pin
        return
    with pytest.raises(HardwareError, match=rf"buzzer_pin {pin} sounds while the Pi boots"):
        GpioSettings(buzzer_pin=pin, buzzer_active_high=active_high)


@pytest.mark.parametrize("tone_hz", [-1, 99, 5001])
def test_a_tone_that_no_piezo_makes_is_refused(tone_hz: int) -> None:
    with pytest.raises(HardwareError, match=rf"gpio\.buzzer_hz is {tone_hz}"):
        GpioSettings(buzzer_hz=tone_hz)
