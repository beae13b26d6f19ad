import os
import subprocess
import sys

import pytest

from edgevoice.errors import MicrophoneError
from edgevoice.hardware.portaudio import Device, choose, quiet_stderr
from edgevoice.hardware.recorder_process import list_devices
from tests.hardware.fake_portaudio import Card, SoundCards

USB = Device(0, "USB PnP Sound Device: Audio (hw:1,0)", 1, 48_000, False)
HAT = Device(2, "seeed-2mic-voicecard: - (hw:2,0)", 2, 48_000, False)
DEFAULT = Device(5, "default", 32, 44_100, True)
ALL = [USB, HAT, DEFAULT]


@pytest.mark.parametrize(
    ("wanted", "device"), [(None, DEFAULT), (2, HAT), ("usb pnp", USB), ("default", DEFAULT), ("hw:2,0", HAT)]
)
def test_a_device_is_found_by_default_number_name_or_part_of_a_name(wanted: str | int | None, device: Device) -> None:
    assert choose(ALL, wanted) == device


def test_an_exact_name_wins_over_names_that_contain_it() -> None:
    longer = Device(6, "default mix", 1, 16_000, False)
    assert choose([longer, DEFAULT], "default") == DEFAULT


def test_without_a_default_the_first_device_is_taken() -> None:
    assert choose([USB, HAT], None) == USB


@pytest.mark.parametrize("wanted", [1, "bluetooth"])
def test_a_missing_device_is_named_with_those_that_are_there(wanted: str | int) -> None:
    with pytest.raises(MicrophoneError, match=r"was not found: there is 0: USB PnP.*2: seeed") as caught:
        choose(ALL, wanted)
    assert repr(wanted) in str(caught.value)


def test_a_name_that_fits_two_devices_is_refused() -> None:
    with pytest.raises(MicrophoneError, match="more than one"):
        choose(ALL, "hw:")


def test_no_device_at_all_is_said_so() -> None:
    with pytest.raises(MicrophoneError, match="no capture device at all"):
        choose([], None)


def test_devices_that_only_play_are_not_listed() -> None:
    machine = SoundCards([Card("loudspeaker", channels=0), Card("USB microphone", rates=(44_100,))])
    assert list_devices(machine.start) == [Device(1, "USB microphone", 1, 44_100, True)]
    assert machine.terminated == 1


def test_stderr_is_quiet_inside_and_speaks_again_after(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        os.write(2, b"ALSA lib: chatter")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_stderr_speaks_again_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="refused"), quiet_stderr():
        raise OSError("refused")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_without_pyaudio_everything_imports_and_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['pyaudio'] = None\n"  # what Python itself does with a module that must not be found
        "from edgevoice.hardware import fake, fake_gpio, gpio, microphone, portaudio, wave\n"
        "from edgevoice.errors import MicrophoneError\n"
        "try: portaudio.load_pyaudio()\n"
        "except MicrophoneError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=30)
    assert "PyAudio is missing" in done.stdout
    assert "pip install edgevoice[microphone]" in done.stdout
