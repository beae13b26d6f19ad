"""``edgevoice run`` as a service that starts where no microphone is: all but the voice is served until there is one."""

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgevoice import app
from edgevoice.config import load
from tests.killed_door import CASE, CLOSED, DOOR, OPEN, move
from tests.notify_socket import NotifySocket, notify_socket
from tests.served import FED, LOST, WAITS, WATCHDOG_S, room_noise, served, speak
from tests.virtual_microphone import VirtualMicrophone, virtual_microphone, why_not

pytest.importorskip("cysystemd", reason="needs cysystemd (pip install edgevoice[service])")
pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "")

WATCHED_S = 0.8
PATIENT_S = 60.0
LEAVE_S = 1.0
SETTINGS = """[microphone]
{device}
retry_seconds = 0.05
longest_retry_seconds = 0.2
[lock]
driver = "gpio"
[contacts]
driver = "gpio"
[door]
leave_seconds = {leave_s}
[gpio]
door_pin = {door}
tamper_pin = {case}
simulated = "{folder}/board"
"""


def settle(folder: Path, device: str | None = None) -> None:
    """A house whose door stands open."""
    (folder / "board" / "inputs").mkdir(parents=True)
    named = f'device = "{device}"' if device else ""
    settings = SETTINGS.format(device=named, door=DOOR, case=CASE, folder=folder, leave_s=LEAVE_S)
    (folder / "edgevoice.toml").write_text(settings)
    move(folder, CASE, CLOSED)
    move(folder, DOOR, OPEN)


def audit(folder: Path, count: int, manager: NotifySocket) -> tuple[list[tuple[str, str]], list[str]]:
    """Kind and reason of what the audit log holds after the start, oldest first, once there are so many, and what the
    manager was told meanwhile; AssertionError after long."""
    told: list[str] = []
    until = time.monotonic() + PATIENT_S
    while True:
        with app.house(load(data=folder, system_file=folder / "none")) as home:
            rows = [(event.kind, event.reason) for event in home.events.last(100) if event.kind != "started"]
        if len(rows) >= count:
            return rows, told
        assert time.monotonic() < until, rows
        told += manager.listen(0.1)


@dataclass
class Told:
    """What was told in each phase of one evening."""

    at_first: list[str]
    meanwhile: list[str]
    rows: list[tuple[str, str]]
    """Of the audit log, before there was a microphone."""
    plugged: list[str]
    unplugged: list[str]
    status: int
    errors: str


@pytest.fixture(name="told", scope="module")
def _told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("service")
    settle(folder)
    with virtual_microphone() as microphone, notify_socket(folder, WATCHDOG_S) as manager:
        microphone.unplug()
        yield _evening(folder, microphone, manager)


def _evening(folder: Path, microphone: VirtualMicrophone, manager: NotifySocket) -> Told:
    with served(folder, {**microphone.environment, **manager.environment}) as door:
        at_first = manager.wait_for(LOST) + manager.wait_for(WAITS)
        move(folder, DOOR, CLOSED)
        meanwhile = manager.listen(LEAVE_S + WATCHED_S)
        at_start, told = audit(folder, 1, manager)
        meanwhile += told
        move(folder, DOOR, OPEN)
        rows, told = audit(folder, len(at_start) + 1, manager)
        meanwhile += told
        move(folder, DOOR, CLOSED)
        microphone.plug()
        plugged = speak(microphone, room_noise(folder), manager) + manager.wait_for("STATUS=listening")
        microphone.unplug()
        manager.wait_for(LOST)
        unplugged = manager.listen(WATCHED_S)
        door.send_signal(signal.SIGTERM)
        _, errors = door.communicate(timeout=PATIENT_S)
    return Told(at_first, meanwhile, rows, plugged, unplugged, door.returncode, errors)


def test_the_start_is_made_longer_as_long_as_the_loop_lives_and_nothing_says_ready(told: Told) -> None:
    assert {message.partition("=")[0] for message in told.at_first + told.meanwhile} == {
        "STATUS",
        WAITS.partition("=")[0],
    }
    assert told.meanwhile.count(WAITS) > 1


def test_the_door_is_served_and_its_microphone_stands_in_the_audit_log_once(told: Told) -> None:
    """Also: a door that stands open while it starts is not forced."""
    (fault, why), (forced, _) = told.rows
    assert (fault, forced) == ("fault", "forced")
    assert "Microphone (default) was not found" in why


def test_a_microphone_that_comes_is_heard_without_a_restart(told: Told) -> None:
    assert told.plugged.count("READY=1") == 1
    assert told.plugged.index("READY=1") < told.plugged.index(FED)


def test_one_that_goes_again_is_the_watchdogs_business(told: Told) -> None:
    assert not {WAITS, FED} & set(told.unplugged)


def test_the_end_is_no_failure(told: Told) -> None:
    assert told.status == 0, told.errors


def test_a_name_that_no_device_has_is_waited_for_and_named(tmp_path: Path) -> None:
    settle(tmp_path, device="a microphone of another house")
    with (
        virtual_microphone() as microphone,
        notify_socket(tmp_path, WATCHDOG_S) as manager,
        served(tmp_path, {**microphone.environment, **manager.environment}) as door,
    ):
        manager.wait_for(WAITS)
        ((_, why),), _ = audit(tmp_path, 1, manager)
        door.send_signal(signal.SIGTERM)
        assert door.wait(PATIENT_S) == 0
    assert "'a microphone of another house' was not found: there is" in why
