"""``edgevoice run`` as a service: systemd is told of sound that was really heard, and of nothing else."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.notify_socket import NotifySocket, notify_socket
from tests.served import FED, LOST, WAITS, WATCHDOG_S, room_noise, served, speak
from tests.virtual_microphone import VirtualMicrophone, virtual_microphone, why_not

pytest.importorskip("cysystemd", reason="needs cysystemd (pip install edgevoice[service])")
pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "")

WATCHED_S = 0.8
SILENCE_S = 1.0
SETTINGS = f"""[microphone]
stall_seconds = 1.0
silence_seconds = {SILENCE_S}
retry_seconds = 0.05
longest_retry_seconds = 0.2
"""


@dataclass
class Told:
    """What systemd heard in each phase of one evening, and whether the door went quiet in the others."""

    zeros_alone: list[str]
    at_first: list[str]
    quiet_when_muted: bool
    spoken_to: list[str]
    quiet_when_unplugged: bool
    plugged: list[str]
    at_last: list[str]
    status: int
    errors: str


@pytest.fixture(name="told", scope="module")
def _told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("service")
    (folder / "edgevoice.toml").write_text(SETTINGS)
    with virtual_microphone() as microphone, notify_socket(folder, WATCHDOG_S) as manager:
        yield _evening(folder, microphone, manager)


def _evening(folder: Path, microphone: VirtualMicrophone, manager: NotifySocket) -> Told:
    noise = room_noise(folder)
    with served(folder, {**microphone.environment, **manager.environment}) as door:
        before = manager.wait_for(WAITS) + manager.wait_for(LOST) + manager.wait_for(WAITS)
        at_first = speak(microphone, noise, manager)
        muted = manager.stops(FED, SILENCE_S + WATCHED_S)  # nothing but zeros until they count as a fault
        spoken_to = speak(microphone, noise, manager)
        microphone.unplug()
        unplugged = manager.stops(FED, WATCHED_S)
        microphone.plug()
        plugged = speak(microphone, noise, manager)
        door.send_signal(signal.SIGTERM)
        at_last = manager.wait_for("STOPPING=1")
        _, errors = door.communicate(timeout=60)
    return Told(before, at_first, muted, spoken_to, unplugged, plugged, at_last, door.returncode, errors)


def test_a_microphone_that_was_muted_from_the_start_is_waited_for(told: Told) -> None:
    assert not {"READY=1", FED} & set(told.zeros_alone)


def test_it_is_ready_when_the_first_sound_has_gone_through(told: Told) -> None:
    assert [message for message in told.at_first if message in ("READY=1", FED)][:2] == ["READY=1", FED]


def test_a_muted_microphone_feeds_no_watchdog(told: Told) -> None:
    assert told.quiet_when_muted


def test_sound_feeds_it_again(told: Told) -> None:
    assert FED in told.spoken_to


def test_an_unplugged_microphone_feeds_no_watchdog(told: Told) -> None:
    assert told.quiet_when_unplugged


def test_one_that_is_back_feeds_it_again_without_a_restart(told: Told) -> None:
    assert FED in told.plugged
    assert "READY=1" not in told.plugged


def test_the_end_is_told_and_is_no_failure(told: Told) -> None:
    assert told.at_last[-1] == "STOPPING=1"
    assert told.status == 0, told.errors
