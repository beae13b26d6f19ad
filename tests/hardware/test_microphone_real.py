"""PyAudio for real: a stream from a virtual microphone."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tests.virtual_microphone import VirtualMicrophone, virtual_microphone, why_not

pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "")


@pytest.fixture(name="microphone", scope="module")
def _microphone() -> Iterator[VirtualMicrophone]:
    with virtual_microphone() as microphone:
        yield microphone


class Recorder:
    """The recorder as a child process that hears the virtual microphone."""

    def __init__(self, microphone: VirtualMicrophone, path: Path) -> None:
        self.path = path
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.hardware.record", path],
            env=microphone.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def wait_for(self, line: str) -> None:
        assert self._child.stdout is not None
        for said in self._child.stdout:
            if said.strip() == line:
                return
        _, errors = self._finish()
        raise AssertionError(f"the recorder ended, with {self._child.returncode}, before it said {line!r}: {errors}")

    def stop(self) -> "Recorded":
        _, errors = self._finish()
        assert self._child.returncode == 0, errors
        saved = np.load(self.path)
        return Recorded(saved["samples"], saved["starts"], int(saved["lost"]), errors)

    def _finish(self) -> tuple[str, str]:
        return self._child.communicate(timeout=20)


@dataclass(frozen=True, eq=False)
class Recorded:
    """samples: (n,) int16; starts: start_sample of each block; lost: dropped blocks + overruns; errors: stderr."""

    samples: Samples
    starts: NDArray[np.int64]
    lost: int
    errors: str


@pytest.fixture(name="spoken", scope="module")
def _spoken() -> Samples:
    """Noise that swells and never is 0: it resembles itself at one lag only."""
    noise = np.random.default_rng(7).normal(0, 6_000, SAMPLE_RATE) * np.linspace(0.1, 1, SAMPLE_RATE)
    samples = np.clip(noise, -32_768, 32_767).astype(np.int16)
    return np.where(samples == 0, np.int16(1), samples)


@pytest.fixture(name="recorded", scope="module")
def _recorded(microphone: VirtualMicrophone, spoken: Samples, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("recorded")
    silence = np.zeros(3 * SAMPLE_RATE // 10, np.int16)
    soundfile.write(folder / "played.wav", np.concatenate([silence, spoken, silence]), SAMPLE_RATE)
    recorder = Recorder(microphone, folder / "recorded.npz")
    recorder.wait_for("ready")
    microphone.play(folder / "played.wav")
    recorder.wait_for("sound")
    recorder.wait_for("quiet")
    return recorder.stop()


def test_what_is_played_is_what_the_driver_records_sample_for_sample(recorded: Recorded, spoken: Samples) -> None:
    begin = int(np.flatnonzero(recorded.samples)[0])
    np.testing.assert_array_equal(recorded.samples[begin : begin + len(spoken)], spoken)
    assert recorded.lost == 0


def test_blocks_of_80_ms_follow_one_another_without_a_gap(recorded: Recorded) -> None:
    assert set(np.diff([*recorded.starts, len(recorded.samples)])) == {1_280}


def test_alsa_and_jack_do_not_chatter_on_standard_error(recorded: Recorded) -> None:
    assert recorded.errors == ""


def test_an_unplugged_device_is_noticed_and_heard_again_when_it_is_back(
    microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    recorder = Recorder(microphone, tmp_path / "recorded.npz")
    recorder.wait_for("ready")
    microphone.unplug()
    recorder.wait_for("unplugged")
    recorder.wait_for("missing")
    microphone.plug()
    recorder.wait_for("starting")
    recorder.wait_for("quiet")
    assert (np.diff(recorder.stop().starts) > 2_560).sum() == 1, "the outage is a gap in start_sample"


def test_however_often_and_quickly_it_is_unplugged_it_is_heard_again(
    microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    """In one process with PortAudio this ended within a few times: in a loop without end, or with SIGABRT."""
    recorder = Recorder(microphone, tmp_path / "recorded.npz")
    recorder.wait_for("ready")
    for _ in range(6):
        microphone.unplug()
        microphone.plug()
    recorder.wait_for("unplugged")
    recorder.wait_for("starting")
    recorder.wait_for("quiet")
    assert recorder.stop().errors == ""
