import time
from itertools import pairwise

import pytest

from edgevoice.errors import HardwareError
from edgevoice.hardware import Prompt
from edgevoice.hardware.buzzer import DASH, DOT, PATTERNS, GpioBuzzer
from edgevoice.hardware.fake_gpio import FakeGpio
from edgevoice.hardware.pins import GpioSettings
from tests.waiting import wait_until

PIN = 12
BUZZER = GpioSettings(buzzer_pin=PIN)


def test_every_prompt_has_a_pattern_of_its_own() -> None:
    assert set(PATTERNS) == set(Prompt)
    # Digits are only said while digits are asked for, and are counted.
    others = [pattern for prompt, pattern in PATTERNS.items() if not prompt.value.startswith("digit")]
    assert len(set(others)) == len(others)
    digits = [PATTERNS[Prompt(f"digit-{digit}")] for digit in range(10)]
    assert [len(pattern) for pattern in digits] == [10, 1, 2, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("settings", "off", "on"),
    [
        (BUZZER, 0, 1),
        (GpioSettings(buzzer_pin=5, buzzer_active_high=False), 1, 0),
        (GpioSettings(buzzer_pin=PIN, buzzer_hz=2000), 0, 1),
    ],
    ids=["active high", "active low", "a piezo disc"],
)
def test_a_pattern_is_sounded_and_ends_in_silence(settings: GpioSettings, off: int, on: int) -> None:
    gpio = FakeGpio()
    buzzer = GpioBuzzer(gpio, settings)
    assert settings.buzzer_pin is not None
    assert gpio.levels(settings.buzzer_pin) == [off]
    buzzer.say([Prompt.SAY_AGAIN])
    assert buzzer.busy
    wait_until(lambda: not buzzer.busy)
    assert gpio.levels(settings.buzzer_pin) == [off, on, off, on, off]
    times = [change.at_s for change in gpio.history if change.level == on]
    assert times[1] - times[0] > DOT


def _lengths(prompt: Prompt) -> list[float]:
    """Seconds of each tone; a busy machine ends one late, and none early."""
    gpio = FakeGpio()
    buzzer = GpioBuzzer(gpio, BUZZER)
    buzzer.say([prompt])
    wait_until(lambda: not buzzer.busy)
    return [after.at_s - change.at_s for change, after in pairwise(gpio.history) if change.level == 1]


def test_short_and_long_can_be_told_apart() -> None:
    short, long = _lengths(Prompt.BROKEN_SOUND), _lengths(Prompt.CANCELLED)
    assert (len(short), len(long)) == (4, 2)
    assert DOT <= min(short) < DASH <= min(long)


def test_another_prompt_replaces_the_one_being_sounded_at_once() -> None:
    gpio = FakeGpio()
    buzzer = GpioBuzzer(gpio, BUZZER)
    buzzer.say([Prompt.DOOR_FORCED, Prompt.DOOR_FORCED])
    wait_until(lambda: 1 in gpio.levels(PIN))
    buzzer.say([])
    assert not buzzer.busy
    assert gpio.levels(PIN)[-1] == 0
    told = len(gpio.history)
    time.sleep(DASH + 0.2)
    assert len(gpio.history) == told


def test_a_buzzer_without_a_pin_is_refused() -> None:
    with pytest.raises(HardwareError, match=r"gpio\.buzzer_pin is not set"):
        GpioBuzzer(FakeGpio(), GpioSettings())


def test_a_pin_that_cannot_be_driven_is_named() -> None:
    gpio = FakeGpio()
    gpio.fail("setup", 1)
    with pytest.raises(HardwareError, match="buzzer on GPIO 12 could not be driven"):
        GpioBuzzer(gpio, BUZZER)


def test_a_closed_buzzer_is_silent_and_gives_its_pin_back() -> None:
    gpio = FakeGpio()
    buzzer = GpioBuzzer(gpio, BUZZER)
    buzzer.say([Prompt.DOOR_FORCED])
    buzzer.close()
    buzzer.close()
    assert gpio.levels(PIN)[-1] is None
    assert not buzzer.busy
    with pytest.raises(HardwareError, match="closed"):
        buzzer.say([Prompt.GRANTED])
