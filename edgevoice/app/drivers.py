"""The drivers of microphone, lock, lights, button, contacts and sounder."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from edgevoice.config import Settings
from edgevoice.hardware import Button, Contacts, Lights, Lock, Sounder, Watchdog
from edgevoice.hardware.fake import FakeLights, FakeLock, FakeWatchdog
from edgevoice.hardware.fake_inputs import FakeButton, FakeContact
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.hardware.gpio import GpioLock
from edgevoice.hardware.gpio_lights import GpioLights
from edgevoice.hardware.microphone import PyAudioMicrophone
from edgevoice.hardware.microphone_status import MicrophoneStatus
from edgevoice.hardware.pins import load_gpio
from edgevoice.hardware.systemd import SystemdWatchdog, under_systemd
from edgevoice.hardware.wave import WaveMicrophone

Clock = Callable[[], float]
"""Seconds, never backwards."""


def microphone(
    settings: Settings, report: Callable[[MicrophoneStatus], None] = lambda status: None
) -> PyAudioMicrophone:
    """The capture device; nothing is opened yet."""
    return PyAudioMicrophone(settings.microphone, report)


def files(paths: Sequence[Path], realtime: bool) -> WaveMicrophone:
    """Sound files as the microphone, one after the other; AudioError."""
    return WaveMicrophone(paths, realtime)


def check_gpio() -> None:
    """HardwareError where lock and lights could not be driven."""
    load_gpio()


def lock(settings: Settings, clock: Clock = time.monotonic) -> Lock:
    """The lock, shut; HardwareError. ``clock``: of the fake only, a relay lives in real time."""
    return GpioLock(load_gpio(), settings.gpio) if settings.lock.driver == "gpio" else FakeLock(clock)


def lights(settings: Settings, clock: Clock = time.monotonic) -> Lights:
    """The lights, dark; HardwareError."""
    return GpioLights(load_gpio(), settings.gpio) if settings.lights.driver == "gpio" else FakeLights(clock)


def button(settings: Settings, clock: Clock = time.monotonic) -> Button:
    """The button inside; HardwareError."""
    return FakeButton(clock, settings.button.hold_seconds, settings.button.stuck_seconds)


def contacts(settings: Settings) -> Contacts:
    """The contacts that are fitted; HardwareError. The fakes: a shut door, nobody who wants out, a closed case."""
    return Contacts(door=FakeContact(), exit=FakeContact(is_open=True), tamper=FakeContact())


def sounder(settings: Settings, clock: Clock = time.monotonic) -> Sounder:
    """What is heard of the device; HardwareError."""
    return FakeSounder(clock)


def watchdog() -> Watchdog:
    """systemd's, where the door is its service; HardwareError."""
    return SystemdWatchdog() if under_systemd() else FakeWatchdog()
