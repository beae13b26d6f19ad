import time
from pathlib import Path

import pytest

from edgevoice.errors import HardwareError
from edgevoice.hardware import Contacts, Press
from edgevoice.hardware.debounce import SETTLE_SECONDS
from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.fake_gpio import FakeGpio
from edgevoice.hardware.folder_gpio import FolderGpio
from edgevoice.hardware.gpio_inputs import GpioButton, GpioContact, gpio_contacts
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.watched_pin import MOST_SEEN, WatchedPin

PIN = 24
DOWN, UP = 0, 1


class Looks:
    """Counts how often the pins are read: a thread that polls is waited for, and no time guessed."""

    looks = 0

    def input(self, channel: int, /) -> int:
        level = super().input(channel)
        self.looks += 1
        return int(level)

    def wait_for_a_look(self) -> None:
        """Until the pin is read as it is now, and that is remembered."""
        deadline, enough = time.monotonic() + 10.0, self.looks + 3
        while self.looks < enough:
            assert time.monotonic() < deadline, "nobody polls"
            time.sleep(0.002)


class LooksAtFake(Looks, FakeGpio):
    pass


class LooksAtFolder(Looks, FolderGpio):
    pass


class Finger:
    """Presses a button on a fake board, with bounces, as time goes by."""

    def __init__(self, edges: bool = True) -> None:
        self.clock, self.gpio = ManualClock(), LooksAtFake()
        if not edges:
            self.gpio.fail("edges", 1)
        self.button = GpioButton(self.gpio, PIN, hold_seconds=3.0, stuck_seconds=30.0, clock=self.clock)

    def move(self, level: int) -> None:
        for bounce in (level, 1 - level, level):
            self.gpio.drive(PIN, bounce)
            self.clock.advance(0.002)

    def press(self, seconds: float) -> None:
        self.move(DOWN)
        self.clock.advance(seconds)
        self.move(UP)
        self.clock.advance(0.05)


def test_a_press_is_told_once_however_its_contacts_bounce() -> None:
    finger = Finger()
    finger.press(0.1)
    assert finger.button.take() == [Press.SHORT]
    assert finger.button.take() == []


def test_presses_that_come_and_go_between_two_looks_are_all_told() -> None:
    finger = Finger()
    for _ in range(3):
        finger.press(0.1)
    assert finger.button.take() == [Press.SHORT, Press.SHORT, Press.SHORT]


def test_a_held_button_is_told_while_it_is_down() -> None:
    finger = Finger()
    finger.move(DOWN)
    finger.clock.advance(2.9)
    assert finger.button.take() == []
    finger.clock.advance(0.2)
    assert finger.button.take() == [Press.HELD]
    finger.clock.advance(30.0)
    assert finger.button.take() == [Press.STUCK]
    finger.move(UP)
    finger.clock.advance(1.0)
    assert finger.button.take() == []


def test_a_button_that_is_down_when_the_program_starts_is_not_held_but_stuck() -> None:
    clock, gpio = ManualClock(), FakeGpio()
    gpio.drive(PIN, DOWN)
    button = GpioButton(gpio, PIN, hold_seconds=3.0, stuck_seconds=30.0, clock=clock)
    clock.advance(29.0)
    assert button.take() == []
    clock.advance(1.0)
    assert button.take() == [Press.STUCK]


def test_without_edges_the_pin_is_polled_and_no_press_is_missed(tmp_path: Path) -> None:
    gpio = LooksAtFolder(tmp_path)
    button = GpioButton(gpio, PIN, hold_seconds=30.0, stuck_seconds=60.0)
    wire = tmp_path / "inputs" / str(PIN)
    for level in ("0", "1") * 2:
        wire.write_text(level)
        gpio.wait_for_a_look()
        time.sleep(2 * SETTLE_SECONDS)
    assert button.take() == [Press.SHORT, Press.SHORT]
    button.close()


def test_where_edges_fail_a_press_is_found_all_the_same() -> None:
    finger = Finger(edges=False)
    finger.move(DOWN)
    finger.gpio.wait_for_a_look()
    finger.clock.advance(0.5)
    finger.gpio.wait_for_a_look()
    finger.move(UP)
    finger.gpio.wait_for_a_look()
    finger.clock.advance(0.5)
    assert finger.button.take() == [Press.SHORT]
    finger.button.close()


def test_of_a_pin_that_chatters_while_nobody_asks_the_last_levels_wait() -> None:
    gpio, clock = FakeGpio(), ManualClock()
    pin = WatchedPin(gpio, PIN, "button_pin", clock)
    for number in range(MOST_SEEN + 500):
        clock.now = float(number)
        gpio.drive(PIN, number % 2)
    seen = pin.take()
    assert len(seen) == MOST_SEEN + 1
    assert (seen[0][0], seen[-2][0]) == (500.0, MOST_SEEN + 499.0)
    assert len(pin.take()) == 1


def test_a_pin_that_cannot_be_read_is_named() -> None:
    finger = Finger()
    finger.gpio.fail("input", 1)
    with pytest.raises(HardwareError, match=r"gpio\.button_pin, GPIO 24, could not be read"):
        finger.button.take()
    assert finger.button.take() == []


def test_a_closed_button_gives_its_pin_back_once_and_tells_nothing_more() -> None:
    finger = Finger()
    finger.button.close()
    finger.button.close()
    with pytest.raises(HardwareError, match="closed"):
        finger.button.take()
    finger.gpio.setup(PIN, finger.gpio.IN)
    finger.gpio.add_event_detect(PIN, finger.gpio.BOTH, print)  # nobody watches it any more


def test_a_contact_is_open_when_nothing_joins_its_wires_as_when_one_is_broken() -> None:
    clock, gpio = ManualClock(), FakeGpio()
    door = GpioContact(gpio, PIN, "door_pin", clock)
    assert door.is_open
    gpio.drive(PIN, DOWN)
    assert door.is_open  # not settled yet
    clock.advance(0.03)
    assert not door.is_open
    gpio.drive(PIN, UP)
    clock.advance(0.03)
    assert door.is_open


def test_a_contact_that_shakes_for_a_moment_stays_what_it_was() -> None:
    clock, gpio = ManualClock(), FakeGpio()
    gpio.drive(PIN, DOWN)
    door = GpioContact(gpio, PIN, "door_pin", clock)
    assert not door.is_open
    gpio.drive(PIN, UP)
    clock.advance(0.01)
    gpio.drive(PIN, DOWN)
    clock.advance(1.0)
    assert not door.is_open


def test_a_contact_tells_how_it_was_and_every_settled_change_however_late_it_is_asked() -> None:
    clock, gpio = ManualClock(100.0), FakeGpio()
    gpio.drive(PIN, DOWN)
    door = GpioContact(gpio, PIN, "door_pin", clock)
    for level, seconds in ((UP, 0.4), (DOWN, 0.01), (UP, 0.01), (DOWN, 3.0)):  # a bounce in the middle
        gpio.drive(PIN, level)
        clock.advance(seconds)
    assert not door.is_open  # takes nothing away
    assert door.take() == [(100.0, False), (pytest.approx(100.0), True), (pytest.approx(100.42), False)]
    assert door.take() == []


def test_contacts_are_those_whose_pins_are_set() -> None:
    gpio = FakeGpio()
    gpio.drive(5, DOWN)
    contacts = gpio_contacts(gpio, GpioSettings(door_pin=5, tamper_pin=6))
    assert contacts.exit is None
    assert contacts.door is not None
    assert contacts.tamper is not None
    assert (contacts.door.is_open, contacts.tamper.is_open) == (False, True)
    contacts.close()
    contacts.close()
    assert gpio_contacts(gpio, GpioSettings()) == Contacts(None, None, None)


def test_contacts_of_which_one_fails_are_none() -> None:
    class Broken(FakeGpio):
        def setup(self, channel: int, direction: int, pull_up_down: int = 20, initial: int | None = None) -> None:
            if channel == 6:
                raise RuntimeError("no such line")
            super().setup(channel, direction, pull_up_down, initial)

    broken = Broken()
    with pytest.raises(HardwareError, match=r"gpio\.tamper_pin, GPIO 6"):
        gpio_contacts(broken, GpioSettings(door_pin=5, tamper_pin=6))
    broken.setup(5, broken.IN)
    broken.add_event_detect(5, broken.BOTH, print)  # the door's contact is watched no more
