"""The recorder's process: whatever becomes of it, or of PortAudio in it, the driver goes on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edgevoice.errors import MicrophoneError
from edgevoice.hardware.microphone import MicrophoneSettings, MicrophoneState, PyAudioMicrophone
from edgevoice.hardware.recorder_process import RecorderProcess, list_devices
from tests.waiting import wait_until

Trouble = Callable[[str], None]


@pytest.fixture(name="trouble")
def _trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trouble:
    """Recorders find the PyAudio of shadow_pyaudio.py, with this trouble."""
    shutil.copy(Path(__file__).with_name("shadow_pyaudio.py"), tmp_path / "pyaudio.py")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")

    def choose(trouble: str) -> None:
        monkeypatch.setenv("TROUBLE", trouble)

    choose("none")
    return choose


class Heard:
    """A microphone whose recorders are known."""

    def __init__(self) -> None:
        self.recorders: list[RecorderProcess] = []
        self.states: list[MicrophoneState] = []
        settings = MicrophoneSettings(retry_seconds=0.01, longest_retry_seconds=0.1, stall_seconds=0.5)
        self.microphone = PyAudioMicrophone(
            settings, lambda status: self.states.append(status.state), sound_system=self._start
        )
        self._sound = (block for block in self.microphone.blocks() if len(block.samples))

    def _start(self) -> RecorderProcess:
        self.recorders.append(RecorderProcess())
        return self.recorders[-1]

    def hear(self) -> None:
        assert next(self._sound).samples.any()

    def again(self) -> None:
        """Until another recorder hears."""
        before, due_s = len(self.recorders), time.monotonic() + 20
        while len(self.recorders) == before:
            assert time.monotonic() < due_s
            self.hear()
        self.hear()

    def tell(self, number: signal.Signals) -> None:
        os.kill(self.recorders[-1].process, number)


@pytest.fixture(name="heard")
def _heard(trouble: Trouble) -> Iterator[Heard]:
    trouble("none")
    heard = Heard()
    heard.hear()
    yield heard
    heard.microphone.close()
    assert not [recorder for recorder in heard.recorders if is_there(recorder.process)]


def is_there(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGSTOP])
def test_a_recorder_that_ends_or_hangs_is_a_device_that_went_away_and_another_hears(
    heard: Heard, number: signal.Signals
) -> None:
    heard.tell(number)
    heard.again()
    assert heard.states[2:] == [MicrophoneState.UNPLUGGED, MicrophoneState.STARTING, MicrophoneState.HEARING]


def test_a_device_that_portaudio_never_closes_costs_a_second(trouble: Trouble) -> None:
    trouble("close")
    heard = Heard()
    heard.hear()
    begun_s = time.monotonic()
    heard.microphone.close()
    assert 1 <= time.monotonic() - begun_s < 5
    assert not is_there(heard.recorders[0].process)


def test_a_device_that_portaudio_never_opens_is_given_up(trouble: Trouble) -> None:
    trouble("open")
    recorder = RecorderProcess(answer_seconds=2.0)
    microphone = PyAudioMicrophone(MicrophoneSettings(), sound_system=lambda: recorder)
    begun_s = time.monotonic()
    with pytest.raises(MicrophoneError, match="'shadow' cannot be opened"):
        microphone.open()
    assert 2 <= time.monotonic() - begun_s < 5, "no other format is waited for"
    assert not is_there(recorder.process)


def test_signals_that_are_meant_for_the_driver_do_not_end_it(heard: Heard) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        heard.tell(number)
    for _ in range(100):
        heard.hear()
    assert len(heard.recorders) == 1


def test_it_ends_with_its_driver_however_that_ended(trouble: Trouble) -> None:
    trouble("close")
    driver = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from edgevoice.hardware.recorder_process import RecorderProcess\n"
            "import time; recorder = RecorderProcess()\n"
            "recorder.open(frames_per_buffer=160, stream_callback=lambda *heard: (None, 0))\n"
            "print(recorder.process, flush=True); time.sleep(60)\n",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert driver.stdout is not None
    recorder = int(driver.stdout.readline())
    assert is_there(recorder)
    driver.kill()
    driver.communicate()
    wait_until(lambda: not is_there(recorder))


def test_what_is_wrong_with_pyaudio_is_told(trouble: Trouble) -> None:
    trouble("import")
    with pytest.raises(MicrophoneError, match=r"PyAudio is missing \(libportaudio.*pip install edgevoice"):
        list_devices()


def test_a_portaudio_that_ends_its_process_ends_no_other(trouble: Trouble) -> None:
    trouble("start")
    with pytest.raises(MicrophoneError, match=r"the recorder ended without a word\. See why with: "):
        list_devices()
