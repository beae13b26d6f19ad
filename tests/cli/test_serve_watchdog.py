"""When the loop says that it lives: only after sound that was heard and a pipeline that returned."""

from pathlib import Path

from edgevoice.app import Device
from edgevoice.cli.serve import Service
from edgevoice.hardware.fake import FakeMicrophone, FakeWatchdog
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
        Service(device, Quiet(), it.clock, 5.0, lambda _: None).serve(microphone)
    return watchdog


def test_every_block_that_went_through_is_a_sign_of_life(tmp_path: Path) -> None:
    watchdog = watched(tmp_path)
    assert watchdog.signs_of_life == BLOCKS
    assert watchdog.is_ready
    assert watchdog.has_stopped


def test_a_microphone_that_gives_no_sound_is_none(tmp_path: Path) -> None:
    watchdog = watched(tmp_path, healthy=False)
    assert watchdog.signs_of_life == 0
    assert not watchdog.is_ready


def test_an_ear_that_fails_at_every_block_is_none(tmp_path: Path) -> None:
    assert watched(tmp_path, Parts(ear=Ear("hear"))).signs_of_life == 0


def test_a_model_that_fails_at_every_utterance_is_none(tmp_path: Path) -> None:
    assert watched(tmp_path, Parts(recogniser=BrokenRecogniser())).signs_of_life == 0


def test_the_manager_is_told_how_the_door_stands(tmp_path: Path) -> None:
    assert watched(tmp_path).text == "stopped"
