"""A door that is killed, in every state it can be in: its relay is off a moment later, as the board's log shows."""

import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from edgevoice.cli import main
from edgevoice.door.kiosk import State
from edgevoice.visit import FOLDER, load_visit
from tests.killed_door import WAYS, KilledDoor, Way

OPEN = next(way for way in WAYS if way.state == "open")
BOUND_SECONDS = 1.0  # here it takes some milliseconds; the machine may be busy


@dataclass(frozen=True)
class Killed:
    """What became of a door: when it was off after the signal, its exit status, who drove it off and what came last."""

    off_after_s: float
    status: int
    by_itself: bool
    levels: list[int | None]


def kill(way: Way, number: signal.Signals, data: Path, folder: Path) -> Killed:
    shutil.copytree(data, folder / "data")
    door = KilledDoor(way, folder)
    try:
        door.bring_there()
        if way.state != "open":
            door.energise()
        assert door.relay()[-1].level == 1
        door.send(number)
        off_after_s = door.off_after_s()
        first_off = next(line for line in door.relay() if line.at_s > door.sent_s and line.level == 0)
        status = door.end()
        while door.relay()[-1].level is not None:  # the guard lets go of the pin when it is off
            assert time.monotonic() < door.sent_s + 30.0
            time.sleep(0.01)
    finally:
        door.stop()
    return Killed(off_after_s, status, first_off.process == door.process.pid, [line.level for line in door.relay()])


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[dict[str, Killed]]:
    """Every case at once, since each mostly waits for its sound."""
    data = tmp_path_factory.mktemp("household") / "data"
    takes = [str(FOLDER / take) for take in load_visit().enrolment["Ada"]]
    assert main(["--data", str(data), "enroll", "Ada", *takes]) == 0
    cases = {way.state: (way, signal.SIGKILL) for way in WAYS}
    cases |= {number.name: (OPEN, number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGABRT)}
    cases["SIGSTOP"] = replace(OPEN, open_seconds=0.5), signal.SIGSTOP
    with ThreadPoolExecutor(len(cases)) as together:
        futures = {
            name: together.submit(kill, *case, data, tmp_path_factory.mktemp(name.replace(" ", "-")))
            for name, case in cases.items()
        }
        yield {name: future.result() for name, future in futures.items()}


def test_there_is_a_way_into_every_state_of_the_machine() -> None:
    assert {way.state for way in WAYS} == {state.value for state in State}


@pytest.mark.parametrize("state", [way.state for way in WAYS])
def test_killed_in_any_state_the_relay_is_driven_off_by_the_guard(killed: dict[str, Killed], state: str) -> None:
    door = killed[state]
    assert door.status == -signal.SIGKILL
    assert not door.by_itself
    assert door.off_after_s < BOUND_SECONDS
    assert door.levels[-2:] == [0, None]  # off, and let go, pulled towards off


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_door_that_is_told_to_end_shuts_itself_first(killed: dict[str, Killed], name: str) -> None:
    assert killed[name].by_itself
    assert killed[name].off_after_s < BOUND_SECONDS
    assert killed[name].status == 0


def test_a_door_that_crashes_in_c_is_shut_by_its_guard(killed: dict[str, Killed]) -> None:
    assert killed["SIGABRT"].status == -signal.SIGABRT
    assert not killed["SIGABRT"].by_itself
    assert killed["SIGABRT"].off_after_s < BOUND_SECONDS


def test_a_door_that_hangs_in_a_pulse_is_killed_by_its_guard_when_the_pulse_is_overdue(
    killed: dict[str, Killed],
) -> None:
    assert killed["SIGSTOP"].status == -signal.SIGKILL
    assert not killed["SIGSTOP"].by_itself
    assert 2.0 < killed["SIGSTOP"].off_after_s < 2.5 + BOUND_SECONDS
