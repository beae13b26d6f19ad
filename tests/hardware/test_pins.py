import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgevoice.errors import HardwareError
from edgevoice.hardware.pins import GpioSettings, load_gpio


def test_the_defaults_are_allowed() -> None:
    assert GpioSettings().relay_pin == 17


def test_lights_that_are_not_fitted_are_allowed() -> None:
    assert GpioSettings(red_pin=None, green_pin=None, blue_pin=None).red_pin is None


@pytest.mark.parametrize("pin", [0, 1, 28, 54, -3, 17.0, True, "17", None])
def test_a_relay_pin_that_is_no_header_pin_is_named(pin: int) -> None:
    with pytest.raises(HardwareError, match=r"gpio\.relay_pin is .*2 to 27"):
        GpioSettings(relay_pin=pin)


@pytest.mark.parametrize("name", ["red_pin", "green_pin", "blue_pin"])
def test_an_led_pin_that_is_no_header_pin_is_named(name: str) -> None:
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


def test_on_a_desk_the_library_is_refused_in_words() -> None:
    if Path("/proc/device-tree/model").exists() and importlib.util.find_spec("RPi"):
        pytest.skip("this is a Raspberry Pi with its library")
    with pytest.raises(HardwareError, match=r"lock cannot be driven.*(pip install edgevoice\[pi\]|Raspberry Pi)"):
        load_gpio()


def test_lgpio_is_given_a_folder_of_its_own_that_goes_with_the_program(tmp_path: Path) -> None:
    code = (
        "import os, contextlib\n"
        "from edgevoice.hardware.pins import load_gpio\n"
        "from edgevoice.errors import HardwareError\n"
        "with contextlib.suppress(HardwareError): load_gpio()\n"
        "print(os.environ['LG_WD'], os.path.isdir(os.environ['LG_WD']))"
    )

    def run(**more: str) -> list[str]:
        environment = {name: value for name, value in os.environ.items() if name != "LG_WD"} | more
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=tmp_path, check=True, stdout=-1, text=True
        )
        return done.stdout.split()

    folder, existed = run()
    assert existed == "True"
    assert Path(folder) != tmp_path
    assert not Path(folder).exists()
    assert run(RUNTIME_DIRECTORY="/run/edgevoice")[0] == "/run/edgevoice"
    assert run(LG_WD=str(tmp_path))[0] == str(tmp_path)
    assert list(tmp_path.iterdir()) == []
