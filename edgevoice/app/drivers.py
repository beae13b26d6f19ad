"""The drivers of microphone, lock, lights, button, contacts and sounder."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from edgevoice.config import Settings
from edgevoice.errors import HardwareError, SettingsError
from edgevoice.hardware import Button, Clock, Contacts, Lights, Lock, Sounder, Watchdog
from edgevoice.hardware.board import open_board
from edgevoice.hardware.buzzer import GpioBuzzer
from edgevoice.hardware.desk_button import DeskButton
from edgevoice.hardware.fake import FakeLights, FakeLock, FakeWatchdog
from edgevoice.hardware.fake_inputs import FakeButton, FakeContact
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.hardware.gpio import GpioLock
from edgevoice.hardware.gpio_inputs import GpioButton, gpio_contacts
from edgevoice.hardware.gpio_lights import GpioLights
from edgevoice.hardware.guarding import Guard
from edgevoice.hardware.microphone import PyAudioMicrophone
from edgevoice.hardware.microphone_status import MicrophoneStatus
from edgevoice.hardware.playback import loudspeaker, start_playback
from edgevoice.hardware.speaker import Speaker
from edgevoice.hardware.systemd import SystemdWatchdog, under_systemd
from edgevoice.hardware.wave import WaveMicrophone


def microphone(
    settings: Settings, report: Callable[[MicrophoneStatus], None] = lambda status: None
) -> PyAudioMicrophone:
    """The capture device; nothing is opened yet."""
    return PyAudioMicrophone(settings.microphone, report)


def files(paths: Sequence[Path], realtime: bool) -> WaveMicrophone:
    """Sound files as the microphone, one after the other; AudioError."""
    return WaveMicrophone(paths, realtime)


def check_gpio(settings: Settings) -> None:
    """HardwareError where pins could not be driven, or one that is needed is not set. Nothing is driven."""
    open_board(settings.gpio)
    if settings.button.driver == "gpio":
        _wired(settings, "button_pin", 'button.driver is "gpio"')
    if settings.pin.driver == "gpio":
        _wired(settings, "outside_button_pin", 'pin.driver is "gpio"')


def check_sounder(settings: Settings) -> str:
    """What will be heard; HardwareError. Nothing is."""
    if settings.sounder.driver == "buzzer":
        pin = _wired(settings, "buzzer_pin", 'sounder.driver is "buzzer"')
        return f"a buzzer on GPIO {pin}"
    if settings.sounder.driver == "fake":
        return 'a fake: nothing will be heard; set sounder.driver = "buzzer" or "speaker"'
    audio = start_playback()
    try:
        return f"prompts in {settings.sounder.language!r} on {loudspeaker(audio, settings.sounder.device).name}"
    finally:
        audio.terminate()


def _wired(settings: Settings, name: str, wanted_as: str) -> int:
    pin = settings.gpio.pins().get(name)
    if pin is None:
        raise HardwareError(f"{wanted_as}, but gpio.{name} is not set; say where it is wired.")
    return pin


def lock(settings: Settings, clock: Clock = time.monotonic) -> Lock:
    """The lock, shut; HardwareError. ``clock``: of the fake only, a relay lives in real time.

    A relay gets a guard first, before anything is driven: a process that drives it off when this one is killed.
    """
    if settings.lock.driver == "fake":
        return FakeLock(clock)
    board = open_board(settings.gpio)
    guard = Guard(settings.gpio)
    try:
        return GpioLock(board, settings.gpio, guard=guard)
    except HardwareError:
        guard.close()
        raise


def lights(settings: Settings, clock: Clock = time.monotonic) -> Lights:
    """The lights, dark; HardwareError."""
    if settings.lights.driver == "fake":
        return FakeLights(clock)
    return GpioLights(open_board(settings.gpio), settings.gpio)


def button(settings: Settings, clock: Clock = time.monotonic) -> Button:
    """The button inside; HardwareError."""
    if settings.button.driver == "fake":
        return FakeButton(clock, settings.button.hold_seconds, settings.button.stuck_seconds)
    return _gpio_button(settings, "button_pin", 'button.driver is "gpio"')


def outside_button(settings: Settings, clock: Clock = time.monotonic) -> Button:
    """The button at the door; HardwareError."""
    if settings.pin.driver == "fake":
        return FakeButton(clock, settings.button.hold_seconds, settings.button.stuck_seconds)
    return _gpio_button(settings, "outside_button_pin", 'pin.driver is "gpio"')


def _gpio_button(settings: Settings, name: str, wanted_as: str) -> Button:
    pin, times = _wired(settings, name, wanted_as), settings.button
    return GpioButton(open_board(settings.gpio), pin, times.hold_seconds, times.stuck_seconds, name=name)


def desk_button(settings: Settings) -> Button:
    """Keys of this terminal as the button; SettingsError where the lock is no fake."""
    if settings.lock.driver != "fake":
        raise SettingsError(
            f'keys may be the button only of a fake lock; lock.driver is "{settings.lock.driver}": leave --desk out'
        )
    return DeskButton()


def contacts(settings: Settings) -> Contacts:
    """The contacts that are fitted; HardwareError. The fakes: a shut door, nobody who wants out, a closed case."""
    if settings.contacts.driver == "fake":
        return Contacts(door=FakeContact(), exit=FakeContact(is_open=True), tamper=FakeContact())
    return gpio_contacts(open_board(settings.gpio), settings.gpio)


def sounder(settings: Settings, clock: Clock = time.monotonic) -> Sounder:
    """What is heard of the device; HardwareError."""
    if settings.sounder.driver == "buzzer":
        return GpioBuzzer(open_board(settings.gpio), settings.gpio)
    if settings.sounder.driver == "speaker":
        chosen = settings.sounder
        return Speaker(chosen.language, chosen.device, chosen.volume_percent)
    return FakeSounder(clock)


def watchdog() -> Watchdog:
    """systemd's, where the door is its service; HardwareError."""
    return SystemdWatchdog() if under_systemd() else FakeWatchdog()
