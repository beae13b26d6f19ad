"""A real unlock, again and again: every function of the device that it calls fails once, and none leaves the door open.

The list is not written by hand: what a new stage adds to the way of a sound is found by running it.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import copytree
from types import CodeType, FrameType

import numpy as np
import pytest

import edgevoice
from edgevoice import app
from edgevoice.cli.serve import Service, StreamClock
from edgevoice.config import Loaded, load
from edgevoice.hardware.fake import FakeLock, FakeMicrophone
from edgevoice.listening.capture import Samples
from edgevoice.storage.events import Event
from edgevoice.visit import FOLDER
from tests.cli.conftest import VISIT
from tests.cli.test_serve import Quiet
from tests.house import BrokenError
from tests.sound import clip

PACKAGE = Path(edgevoice.__file__).parent
ROOMS = ("listening", "recognition", "door", "storage", "hardware", "fixedpoint", "pipeline.py", "tflite.py")

Seen = Callable[[CodeType], None]


@cache
def room(code: CodeType) -> str | None:
    """The file within the package, where it is one of the rooms that a sound goes through."""
    path = Path(code.co_filename)
    inside = path.relative_to(PACKAGE) if path.is_relative_to(PACKAGE) else None
    return str(inside) if inside and inside.parts[0] in ROOMS else None


@contextmanager
def watching(seen: Seen) -> Iterator[None]:
    """Show every function of the rooms as it is called; what ``seen`` raises, the call raises."""

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and room(frame.f_code):
            seen(frame.f_code)

    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(None)


def unlock(folder: Path, samples: Samples, seen: Seen) -> tuple[FakeLock, list[Event]]:
    """Serve until the sound ends or the loop fails, as ``edgevoice run`` does; the lock and the audit log after it."""
    loaded = loaded_from(folder)
    clock, microphone = StreamClock(), FakeMicrophone.of(samples)
    with app.house(loaded) as house:
        with app.device(loaded.settings, house, clock) as device:
            assert isinstance(device.lock, FakeLock)
            try:
                with watching(seen):
                    Service(device, Quiet(), lambda _: None, clock).serve(microphone)
            except BrokenError:
                pass
            assert not device.lock.is_open
        return device.lock, house.events.last(100)


def let_go(caplog: pytest.LogCaptureFixture) -> None:
    """Forget what was logged. pytest keeps each record until the test ends, and its traceback a whole device, 10 MB."""
    for record in caplog.records:
        record.exc_info = None
    caplog.clear()


def loaded_from(folder: Path) -> Loaded:
    return load(data=folder, system_file=folder / "none")


@pytest.fixture(name="household", scope="module")
def _household(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("household") / "data"
    loaded = loaded_from(folder)
    with app.house(loaded) as house:
        app.enroll_files(loaded.settings, house, "Ada", [FOLDER / take for take in VISIT.enrolment["Ada"]])
    return folder


def test_whatever_fails_on_the_way_of_a_sound_ends_shut_with_an_audit_row_that_says_why(
    household: Path, tmp_path: Path, models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    samples = np.concatenate([clip("ada-unlock-1.opus"), np.zeros(16_000, np.int16)])
    called: dict[CodeType, None] = {}
    lock, _ = unlock(copytree(household, tmp_path / "sound"), samples, lambda code: called.setdefault(code))
    assert lock.openings == [5.0]  # it opens where nothing fails
    assert {str(room(code)).split("/")[0] for code in called} == set(ROOMS)

    for number, broken in enumerate(called):

        def seen(code: CodeType, broken: CodeType = broken) -> None:
            if code is broken:
                raise BrokenError(f"injected into {broken.co_name}")

        let_go(caplog)
        lock, log = unlock(copytree(household, tmp_path / str(number)), samples, seen)
        faults = [event.reason for event in log if event.kind == "fault"]
        if "the mood" in caplog.text and f"injected into {broken.co_name}" in caplog.text and not faults:
            assert lock.openings == [5.0], (room(broken), broken.co_name)  # the mood moves no lock, either way
            continue
        assert any(f"injected into {broken.co_name}" in reason for reason in faults), (room(broken), broken.co_name)
