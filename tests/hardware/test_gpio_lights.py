import time

import pytest

from edgevoice.errors import HardwareError
from edgevoice.hardware import Light
from edgevoice.hardware.fake_gpio import FakeGpio
from edgevoice.hardware.gpio import GpioLock
from edgevoice.hardware.gpio_lights import GpioLights
from edgevoice.hardware.light_patterns import pattern_of
from edgevoice.hardware.pins import GpioSettings

RED, GREEN, BLUE = 22, 27, 23


def _lit(gpio: FakeGpio) -> tuple[int, int, int]:
    return gpio.input(RED), gpio.input(GREEN), gpio.input(BLUE)


@pytest.mark.parametrize(
    ("light", "levels"),
    [
        (Light.OFF, (0, 0, 0)),
        (Light.LISTENING, (0, 0, 1)),
        (Light.OPEN, (0, 1, 0)),
        (Light.REFUSED, (1, 0, 0)),
        (Light.BOOTING, (0, 0, 1)),
        (Light.CHECKING, (0, 0, 1)),
        (Light.PROVING, (0, 1, 0)),
        (Light.SAY_AGAIN, (1, 0, 0)),
        (Light.LOCKED_OUT, (1, 0, 0)),
        (Light.KNOWN_SOUND, (1, 1, 1)),
        (Light.ENROLLING, (0, 0, 1)),
        (Light.DOOR_HELD, (1, 0, 0)),
        (Light.DOOR_FORCED, (1, 0, 0)),
        (Light.FAULT, (1, 0, 1)),
    ],
)
def test_each_state_begins_with_its_colours_on_either_kind_of_led(light: Light, levels: tuple[int, int, int]) -> None:
    for active_high in (True, False):
        gpio = FakeGpio()
        lights = GpioLights(gpio, GpioSettings(leds_active_high=active_high))
        dark = _lit(gpio)
        assert dark == ((0, 0, 0) if active_high else (1, 1, 1))
        lights.show(Light.FAULT)
        lights.show(light)
        assert _lit(gpio) == tuple(level if active_high else 1 - level for level in levels)
        lights.close()


def test_locked_out_blinks_until_something_else_is_shown() -> None:
    gpio = FakeGpio()
    lights = GpioLights(gpio, GpioSettings())
    lights.show(Light.LOCKED_OUT)
    deadline = time.monotonic() + 10
    while len(gpio.levels(RED)) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert gpio.levels(RED)[:4] == [0, 1, 0, 1]
    lights.show(Light.LISTENING)
    changes = len(gpio.history)
    time.sleep(0.6)
    assert len(gpio.history) == changes
    assert _lit(gpio) == (0, 0, 1)


def test_every_state_looks_different_from_every_other() -> None:
    patterns = [tuple(pattern_of(light, 0.5)) for light in Light]
    assert len(set(patterns)) == len(Light)


def _wait_for(gpio: FakeGpio, pin: int, levels: list[int]) -> None:
    deadline = time.monotonic() + 10
    while gpio.levels(pin)[: len(levels)] != levels:
        assert time.monotonic() < deadline, gpio.levels(pin)
        time.sleep(0.01)


def test_two_colours_take_turns() -> None:
    gpio = FakeGpio()
    lights = GpioLights(gpio, GpioSettings())
    lights.show(Light.SAY_AGAIN)
    _wait_for(gpio, RED, [0, 1, 0, 1])
    _wait_for(gpio, BLUE, [0, 1, 0])
    assert gpio.levels(GREEN) == [0]
    lights.close()


def test_an_enrolment_turns_from_blue_to_green() -> None:
    assert pattern_of(Light.ENROLLING, 0.0) == [("b", 2.0)]
    assert pattern_of(Light.ENROLLING, 0.25) == [("g", 0.5), ("b", 1.5)]
    assert pattern_of(Light.ENROLLING, 1.0) == [("g", 2.0)]


def test_progress_is_seen_while_an_enrolment_is_shown_and_only_then() -> None:
    gpio = FakeGpio()
    lights = GpioLights(gpio, GpioSettings())
    lights.progress(0.0)
    assert _lit(gpio) == (0, 0, 0)
    lights.show(Light.ENROLLING)
    assert _lit(gpio) == (0, 0, 1)
    lights.progress(7.0)
    assert _lit(gpio) == (0, 1, 0)
    lights.show(Light.LISTENING)
    lights.progress(0.5)
    assert _lit(gpio) == (0, 0, 1)
    lights.close()


def test_leds_that_are_not_fitted_are_left_out() -> None:
    gpio = FakeGpio()
    lights = GpioLights(gpio, GpioSettings(red_pin=None, blue_pin=None))
    lights.show(Light.FAULT)
    lights.show(Light.OPEN)
    assert {change.channel for change in gpio.history} == {GREEN}
    assert gpio.input(GREEN) == 1


def test_closing_goes_dark_gives_the_pins_back_and_leaves_the_lock_alone() -> None:
    gpio = FakeGpio()
    lock, lights = GpioLock(gpio, GpioSettings()), GpioLights(gpio, GpioSettings())
    lights.show(Light.OPEN)
    lock.open_for(30.0)
    lights.close()
    lights.close()
    assert gpio.levels(GREEN) == [0, 1, 0, None]
    assert lock.is_open
    lock.close()
    with pytest.raises(HardwareError, match="closed"):
        lights.show(Light.OPEN)


@pytest.mark.parametrize("call", ["setup", "output"])
def test_pins_that_fail_are_named(call: str) -> None:
    gpio = FakeGpio()
    gpio.fail(call, 1)
    with pytest.raises(HardwareError, match="GPIO 22, GPIO 27, GPIO 23 could not be driven"):
        GpioLights(gpio, GpioSettings()).show(Light.OPEN)
