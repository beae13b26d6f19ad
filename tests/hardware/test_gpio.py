import subprocess
import sys
import threading
import time

import pytest

from edgevoice.errors import HardwareError
from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.fake_gpio import FakeGpio
from edgevoice.hardware.gpio import GpioLock
from edgevoice.hardware.pins import GpioSettings
from tests.hardware.test_fake import BAD_SECONDS
from tests.waiting import wait_until

HIGH_17 = GpioSettings(relay_pin=17)
LOW_4 = GpioSettings(relay_pin=4, relay_active_high=False)


@pytest.mark.parametrize(("settings", "off", "on"), [(HIGH_17, 0, 1), (LOW_4, 1, 0)], ids=["active high", "active low"])
def test_the_relay_is_off_first_on_for_the_pulse_and_off_again(settings: GpioSettings, off: int, on: int) -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, settings)
    assert gpio.levels(settings.relay_pin) == [off]
    assert not lock.is_open
    lock.open_for(30.0)
    assert lock.is_open
    lock.open_for(0.05)
    wait_until(lambda: gpio.input(settings.relay_pin) == off)
    assert gpio.levels(settings.relay_pin) == [off, on, off]


def test_the_timer_ends_a_pulse_on_time_although_nobody_calls() -> None:
    gpio = FakeGpio()
    lock, asked_s = GpioLock(gpio, HIGH_17), time.monotonic()
    lock.open_for(0.1)
    wait_until(lambda: gpio.levels(17) == [0, 1, 0])
    assert gpio.history[-1].at_s - asked_s >= 0.1


def test_a_pulse_that_is_over_is_ended_at_the_next_call_even_without_the_timer() -> None:
    clock, gpio = ManualClock(), FakeGpio()
    lock = GpioLock(gpio, HIGH_17, clock)
    lock.open_for(30.0)  # its thread would need 30 s
    clock.advance(29.9)
    assert lock.is_open
    clock.advance(0.1)
    assert not lock.is_open
    assert gpio.levels(17) == [0, 1, 0]


def test_a_second_pulse_restarts_the_first_and_is_not_cut_by_its_timer() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    lock.open_for(0.5)
    asked_s = time.monotonic()
    lock.open_for(1.0)
    wait_until(lambda: gpio.levels(17) == [0, 1, 0])
    assert gpio.history[-1].at_s - asked_s >= 1.0


def test_a_shorter_second_pulse_shortens_the_first() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    lock.open_for(30.0)
    lock.open_for(0.05)
    wait_until(lambda: gpio.levels(17) == [0, 1, 0])


def test_shutting_ends_the_pulse_at_once_and_is_harmless_when_shut() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    lock.shut()
    lock.open_for(30.0)
    lock.shut()
    lock.shut()
    assert not lock.is_open
    assert gpio.levels(17) == [0, 1, 0]


@pytest.mark.parametrize("seconds", BAD_SECONDS, ids=repr)
def test_a_pulse_out_of_range_never_reaches_the_pin(seconds: float) -> None:
    gpio = FakeGpio()
    with pytest.raises(HardwareError, match="stays shut"):
        GpioLock(gpio, HIGH_17).open_for(seconds)
    assert gpio.levels(17) == [0]


def test_a_pin_that_cannot_be_set_up_is_named() -> None:
    gpio = FakeGpio()
    gpio.fail("setup", 1)
    with pytest.raises(HardwareError, match="GPIO 17 could not be set up"):
        GpioLock(gpio, HIGH_17)


def test_a_board_in_another_numbering_is_refused_before_anything_is_driven() -> None:
    gpio = FakeGpio()
    gpio.setmode(gpio.BOARD)
    with pytest.raises(HardwareError, match="different mode"):
        GpioLock(gpio, HIGH_17)
    assert gpio.history == []


def test_a_failure_while_opening_ends_shut_and_the_next_pulse_works() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    gpio.fail("output", 1)
    with pytest.raises(HardwareError, match="could not be opened"):
        lock.open_for(5.0)
    assert not lock.is_open
    assert 1 not in gpio.levels(17)
    lock.open_for(5.0)
    assert lock.is_open
    lock.close()


def test_an_opening_that_fails_after_it_took_effect_is_undone_at_once() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    gpio.fail("output", 1, too_late=True)
    with pytest.raises(HardwareError, match="could not be opened"):
        lock.open_for(30.0)
    assert gpio.levels(17) == [0, 1, 0]


def test_a_lock_that_can_have_no_timer_ends_the_pulse_that_it_has() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    lock.open_for(30.0)
    before = threading.stack_size(1 << 46)  # more than any machine has: no thread begins
    try:
        with pytest.raises(HardwareError, match="could not be opened safely"):
            lock.open_for(30.0)
    finally:
        threading.stack_size(before)
    assert gpio.levels(17) == [0, 1, 0]


def test_a_pulse_that_nothing_would_end_never_reaches_the_pin() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    before = threading.stack_size(1 << 46)
    try:
        with pytest.raises(HardwareError, match="could not be opened safely"):
            lock.open_for(30.0)
    finally:
        threading.stack_size(before)
    assert 1 not in gpio.levels(17)


def test_a_pin_that_does_not_obey_while_shutting_is_set_up_anew_as_off() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    lock.open_for(30.0)
    gpio.fail("output", 1)
    lock.shut()
    assert gpio.levels(17)[-1] == 0
    assert not lock.is_open


@pytest.mark.parametrize("settings", [HIGH_17, LOW_4], ids=["active high", "active low"])
def test_the_last_resort_lets_go_of_the_pin_and_pulls_it_off(settings: GpioSettings) -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, settings)
    lock.open_for(30.0)
    gpio.fail("output", 1)
    gpio.fail("setup", 1)
    lock.shut()
    assert gpio.levels(settings.relay_pin)[-1] is None
    assert not lock.is_open


def test_if_nothing_helps_it_is_told_and_the_timer_goes_on_trying() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    lock.open_for(0.5)
    gpio.fail("output", 2)
    gpio.fail("setup", 4)
    with pytest.raises(HardwareError, match="could not be shut"):
        lock.shut()
    wait_until(lambda: gpio.levels(17) == [0, 1, 0])


def test_an_unreadable_pin_ends_shut() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    lock.open_for(30.0)
    gpio.fail("input", 1)
    with pytest.raises(HardwareError, match="could not be read"):
        _ = lock.is_open
    assert gpio.input(17) == 0


@pytest.mark.parametrize("settings", [HIGH_17, LOW_4], ids=["active high", "active low"])
def test_a_closed_lock_leaves_the_pin_undriven_but_pulled_to_off(settings: GpioSettings) -> None:
    gpio = FakeGpio()
    GpioLock(gpio, settings).close()
    assert gpio.levels(settings.relay_pin)[-1] is None
    assert gpio.input(settings.relay_pin) == (0 if settings.relay_active_high else 1)


def test_closing_shuts_before_it_gives_the_pin_back_and_may_be_done_twice() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    lock.open_for(30.0)
    lock.close()
    lock.close()
    assert gpio.levels(17) == [0, 1, 0, None]
    assert not lock.is_open
    with pytest.raises(HardwareError, match="closed"):
        lock.open_for(1.0)


def test_a_closed_lock_leaves_the_one_that_was_made_after_it_on_its_pin_alone() -> None:
    gpio = FakeGpio()
    before = GpioLock(gpio, HIGH_17)
    before.close()
    lock = GpioLock(gpio, HIGH_17)
    lock.open_for(30.0)
    before.shut()
    before.close()
    assert lock.is_open
    lock.close()


def test_closing_leaves_the_pins_of_others_alone() -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, HIGH_17)
    gpio.setup(5, gpio.OUT, initial=1)
    lock.close()
    assert gpio.input(5) == 1


def test_a_program_that_ends_in_the_middle_of_a_pulse_leaves_the_relay_off() -> None:
    code = (
        "import atexit\n"
        "from edgevoice.hardware.fake_gpio import FakeGpio\n"
        "from edgevoice.hardware.gpio import GpioLock\n"
        "from edgevoice.hardware.pins import GpioSettings\n"
        "gpio = FakeGpio()\n"
        "atexit.register(lambda: print(gpio.levels(17)))\n"
        "GpioLock(gpio, GpioSettings()).open_for(30.0)\n"
        "raise SystemExit(1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=20)
    assert done.stdout.strip() == "[0, 1, 0, None]", done.stderr
