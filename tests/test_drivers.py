"""The drivers that the settings choose."""

from dataclasses import replace
from pathlib import Path

import pytest

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.config.settings import ButtonSettings, ContactSettings, LightSettings, LockSettings, SounderSettings
from edgevoice.errors import HardwareError
from edgevoice.hardware.buzzer import GpioBuzzer
from edgevoice.hardware.fake_inputs import FakeButton, FakeContact
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.hardware.folder_gpio import read_log
from edgevoice.hardware.gpio_inputs import GpioButton
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.speaker import Speaker

WIRED = Settings(
    lock=LockSettings(driver="gpio"),
    lights=LightSettings(driver="gpio"),
    button=ButtonSettings(driver="gpio", hold_seconds=1.5),
    contacts=ContactSettings(driver="gpio"),
    sounder=SounderSettings(driver="buzzer"),
)


def wired(board: Path) -> Settings:
    return replace(WIRED, gpio=GpioSettings(button_pin=24, door_pin=5, buzzer_pin=12, simulated=board))


def test_without_settings_nothing_is_wired_and_nothing_is_amiss() -> None:
    assert isinstance(app.button(Settings()), FakeButton)
    assert isinstance(app.sounder(Settings()), FakeSounder)
    contacts = app.contacts(Settings())
    parts = (contacts.door, contacts.exit, contacts.tamper)
    assert all(isinstance(part, FakeContact) for part in parts)
    assert [part.is_open for part in parts if part] == [False, True, False]  # a door that is shut, nobody who wants out


def test_a_wired_board_is_what_the_settings_say(tmp_path: Path) -> None:
    settings = wired(tmp_path)
    button, contacts, sounder = app.button(settings), app.contacts(settings), app.sounder(settings)
    assert isinstance(button, GpioButton)
    assert isinstance(sounder, GpioBuzzer)
    assert (contacts.door is None, contacts.exit, contacts.tamper) == (False, None, None)
    lock, lights = app.lock(settings), app.lights(settings)
    assert {line.channel for line in read_log(tmp_path)} == {17, 22, 27, 23, 12}
    for part in (lock, lights, button, contacts, sounder):
        part.close()


@pytest.mark.parametrize("part", [app.button, app.sounder, app.check_gpio, app.check_sounder])
def test_a_part_without_its_pin_is_told(part: object, tmp_path: Path) -> None:
    assert callable(part)
    with pytest.raises(HardwareError, match=r"gpio\.(button|buzzer)_pin is not set"):
        part(replace(WIRED, gpio=GpioSettings(simulated=tmp_path)))


def test_a_speaker_speaks_the_language_that_was_chosen() -> None:
    spoken = app.sounder(Settings(sounder=SounderSettings(driver="speaker", language="it")))
    assert isinstance(spoken, Speaker)
    assert not spoken.busy
