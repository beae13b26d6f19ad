"""Sound that was lost, as a serving door tells it: a line, and no fault."""

import json
from pathlib import Path

import numpy as np
import pytest

from edgevoice.app import Device
from edgevoice.cli.desk import Desk
from edgevoice.cli.display import Lines
from edgevoice.cli.run import _report
from edgevoice.door.states import State
from edgevoice.hardware.microphone import MicrophoneSettings, PyAudioMicrophone
from tests.hardware.fake_portaudio import Card, SoundCards
from tests.house import door


def test_dropped_blocks_are_a_line_and_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine, display = SoundCards([Card()]), Lines(Desk(None, None, as_json=True))
    with door(tmp_path) as it:
        device = Device(it.lock, it.lights, it.kiosk, it.pipeline)
        microphone = PyAudioMicrophone(
            MicrophoneSettings(ring_seconds=0.24), lambda status: _report(device, display, status, 1.0), machine.start
        )
        microphone.open()
        for number in range(6):
            machine.stream.speak(np.arange(1_280) + number)
        next(microphone.blocks())
        assert it.kiosk.look() is State.LISTENING
        assert it.audit() == []
        microphone.close()
    told = [json.loads(line)["state"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["starting", "hearing", "3 blocks dropped", "closed"]
