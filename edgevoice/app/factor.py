"""The second factor of the settings: its parts, and whether they can work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgevoice.app.drivers import check_gpio, check_sounder, outside_button
from edgevoice.app.models import model_path
from edgevoice.config import Settings
from edgevoice.door.challenge import ChallengeFactor, Digits, draw
from edgevoice.door.pin import PinFactor
from edgevoice.door.second_factor import Factor
from edgevoice.errors import HardwareError, SettingsError, StorageError
from edgevoice.hardware import Button, Clock
from edgevoice.hardware.portaudio import quiet_stderr
from edgevoice.recognition.digits import DigitModel
from edgevoice.storage.pins import Pins


@dataclass(frozen=True)
class FactorParts:
    """Instead of what the settings choose. digits: what hears digits; draws: how many -> digits to be said."""

    digits: Digits | None = None
    draws: Callable[[int], str] = draw


def factor(
    settings: Settings, pins: Pins, clock: Clock, parts: FactorParts | None = None
) -> tuple[Factor | None, Button | None]:
    """What is asked for after a voice, and the button at the door; None where the settings want none.

    HardwareError, ModelError, SettingsError where it cannot work. Beside a fake lock, which lets nobody in, other fakes
    will do.
    """
    chosen, moves = settings.door.second_factor, settings.lock.driver != "fake"
    if parts is not None and moves:
        raise SettingsError(f'parts of a second factor may be given only beside a fake lock, not "gpio": {parts}')
    if moves:
        _refuse_unfit(settings)
    if chosen == "none":
        return None, None
    if chosen == "pin":
        button = outside_button(settings, clock)
        return PinFactor(pins, button, settings.pin, clock), button
    given = parts or FactorParts()
    return ChallengeFactor(given.digits or _digits(settings), settings.door.challenge_digits, given.draws), None


def check_factor(settings: Settings, pins: Pins, people: Sequence[str]) -> str:
    """What is asked for, in words; HardwareError, ModelError, StorageError where it cannot work as it is set."""
    chosen, seconds = settings.door.second_factor, settings.door.factor_seconds
    if chosen == "none":
        return "none: a known voice opens by itself"
    _refuse_unfit(settings)
    if chosen == "challenge":
        _digits(settings)
        return f"{settings.door.challenge_digits} digits, within {seconds:g} s, by {check_sounder(settings)}"
    check_gpio(settings)
    if without := sorted(set(people) - set(pins.owners())):
        raise StorageError(f"{', '.join(without)}: not let in without a PIN; run: edgevoice pin set NAME, for each")
    return f"a PIN, within {seconds:g} s, at the button on GPIO {settings.gpio.outside_button_pin}"


def _refuse_unfit(settings: Settings) -> None:
    """Nobody could give a second factor to a button or a sounder that is not there, or that asks in another tongue."""
    chosen = settings.door.second_factor
    if chosen == "pin" and settings.pin.driver == "fake":
        raise HardwareError(
            'door.second_factor is "pin", but the button at the door is a fake: wire one, and set pin.driver = "gpio"'
        )
    if chosen == "challenge" and settings.sounder.driver == "fake":
        raise HardwareError(
            'door.second_factor is "challenge", but the sounder is a fake, and nobody would hear the digits:'
            ' set sounder.driver = "speaker"'
        )
    if chosen == "challenge" and settings.sounder.driver == "speaker" and settings.sounder.language != "en":
        raise SettingsError(
            f'door.second_factor is "challenge", but sounder.language is "{settings.sounder.language}": the model of'
            ' digits knows them in English alone; set it to "en"'
        )


def _digits(settings: Settings) -> Digits:
    """ModelError where there is none, or it cannot be trusted."""
    path = model_path(settings, "digits.tflite")
    with quiet_stderr():  # the interpreter greets from C
        return DigitModel(path)
