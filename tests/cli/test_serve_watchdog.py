"""When the loop says that it lives: only after sound that was heard and a pipeline that returned."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edgevoice.app import Device
from edgevoice.cli.serve import Service
from edgevoice.errors import HardwareError
from edgevoice.hardware.board import open_board
from edgevoice.hardware.fake import FakeMicrophone, FakeWatchdog
from edgevoice.hardware.gpio import GpioLock
from edgevoice.hardware.guarding import Guard
from edgevoice.hardware.pins import GpioSettings
from edgevoice.listening.capture import AudioBlock
from tests.cli.test_serve import Quiet
from tests.house import BrokenRecogniser, Ear, Parts, block, door

BLOCKS = 3


def watched(folder: Path, parts: Parts | None = None, healthy: bool = True) -> FakeWatchdog:
    """What the watchdog of a door that is given a few blocks was told."""
    microphone = FakeMicrophone([block(number) for number in range(BLOCKS)])
    microphone.healthy = healthy
    watchdog = FakeWatchdog()
    with door(folder, parts) as it:
        device = Device(it.lock, it.lights, it.kiosk, it.pipeline, watchdog)
        Service(device, Quiet(), lambda _: None).serve(microphone)
    return watchdog


def test_every_block_that_went_through_is_a_sign_of_life(tmp_path: Path) -> None:
    watchdog = watched(tmp_path)
    assert watchdog.signs_of_life == BLOCKS
    assert watchdog.is_ready
    assert watchdog.waits == 0
    assert watchdog.has_stopped


def test_a_microphone_that_gives_no_sound_is_none(tmp_path: Path) -> None:
    watchdog = watched(tmp_path, healthy=False)
    assert watchdog.signs_of_life == 0
    assert watchdog.waits == BLOCKS
    assert not watchdog.is_ready


def test_a_block_without_sound_is_none(tmp_path: Path) -> None:
    watchdog = FakeWatchdog()
    with door(tmp_path) as it:
        device = Device(it.lock, it.lights, it.kiosk, it.pipeline, watchdog)
        microphone = FakeMicrophone([AudioBlock(np.zeros(0, np.int16), 0)])
        Service(device, Quiet(), lambda _: None).serve(microphone)
    assert watchdog.signs_of_life == 0


def test_an_ear_that_fails_at_every_block_is_none(tmp_path: Path) -> None:
    watchdog = watched(tmp_path, Parts(ear=Ear("hear")))
    assert (watchdog.signs_of_life, watchdog.waits) == (0, 0)


def test_a_model_that_fails_at_every_utterance_is_none(tmp_path: Path) -> None:
    assert watched(tmp_path, Parts(recogniser=BrokenRecogniser())).signs_of_life == 0


def test_the_manager_is_told_how_the_door_stands(tmp_path: Path) -> None:
    assert watched(tmp_path).text == "stopped"


def test_a_lock_whose_guard_has_ended_is_none_and_ends_the_loop_at_the_next_block(tmp_path: Path) -> None:
    settings = GpioSettings(simulated=tmp_path / "board")
    guard, watchdog = Guard(settings), FakeWatchdog()
    lock = GpioLock(open_board(settings), settings, guard=guard)

    class Kills(FakeMicrophone):
        """Gives a block, and kills the guard before the next ones."""

        def blocks(self) -> Iterator[AudioBlock]:
            yield block(0)
            os.kill(guard.process, signal.SIGKILL)
            os.waitid(os.P_PID, guard.process, os.WEXITED | os.WNOWAIT)
            yield from (block(number) for number in range(1, BLOCKS))

    with door(tmp_path / "data") as it:
        device = Device(lock, it.lights, it.kiosk, it.pipeline, watchdog)
        with pytest.raises(HardwareError, match="its guard has ended"):
            Service(device, Quiet(), lambda _: None).serve(Kills([]))
        assert [event.kind for event in it.audit()].count("fault") == 1
    assert watchdog.signs_of_life == 1
    lock.close()
