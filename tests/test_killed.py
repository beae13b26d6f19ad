"""A door that is killed, in every state it can be in: its relay is off a moment later, as the board's log shows."""

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from edgevoice import app
from edgevoice.cli import main
from edgevoice.config import load
from edgevoice.door.states import State
from edgevoice.hardware.folder_gpio import read_log
from edgevoice.visit import FOLDER, load_visit
from tests.killed_door import BELL, BOOTING, RELAY, STOPPED, WAYS, KilledDoor, Way

OPEN = next(way for way in WAYS if way.state == "open")
BOUND_SECONDS = 5.0  # here it takes some milliseconds, on a busy machine most of a second; a pulse lasts 30
AT_ONCE = 10  # doors; each mostly waits for its sound


@dataclass(frozen=True)
class Killed:
    """What became of a door: when it was off after the signal, its exit status, who drove it off, every level of the
    relay, and the pins that were driven first of all, and first after the signal."""

    off_after_s: float
    status: int | None
    by_itself: bool
    levels: list[int | None]
    first_pins: tuple[int, int]


def kill(way: Way, number: signal.Signals, data: Path, folder: Path) -> Killed:
    if way.anybody:
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
    every = read_log(door.board)
    first_pins = every[0].channel, next(line.channel for line in every if line.at_s > door.sent_s)
    levels = [line.level for line in door.relay()]
    return Killed(off_after_s, status, first_off.process == door.pid, levels, first_pins)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, models: Path) -> dict[str, Killed]:
    """Every case, many at once."""
    data = tmp_path_factory.mktemp("household") / "data"
    for name in ("Ada", "Ben"):
        takes = [str(FOLDER / take) for take in load_visit().enrolment[name]]
        assert main(["--data", str(data), "enroll", name, *takes]) == 0
    assert main(["--data", str(data), "recordings", "add", "bell", str(FOLDER / BELL)]) == 0
    with app.house(load(data=data, system_file=data / "none")) as house:
        house.pins.put("Ada", "3141")
    cases = {way.state: (way, signal.SIGKILL) for way in WAYS}
    cases |= {number.name: (OPEN, number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGABRT)}
    cases["SIGSTOP"] = replace(OPEN, rules="open_seconds = 0.5"), signal.SIGSTOP
    with ThreadPoolExecutor(AT_ONCE) as together:
        futures = {
            name: together.submit(kill, *case, data, tmp_path_factory.mktemp(name.replace(" ", "-")))
            for name, case in cases.items()
        }
        return {name: future.result() for name, future in futures.items()}


def test_there_is_a_way_into_every_state_of_the_machine() -> None:
    # A door that has stopped has let go of its relay, as the cases with SIGTERM show.
    assert {way.state for way in WAYS} | {STOPPED} == {state.value for state in State}


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


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_of_all_pins_the_relay_is_driven_first_at_the_start_and_at_the_end(
    killed: dict[str, Killed], name: str
) -> None:
    assert killed[name].first_pins == (RELAY, RELAY)


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


@pytest.mark.parametrize("state", ["listening", BOOTING])
def test_a_door_whose_guard_is_killed_ends_shut_and_says_why_so_that_the_service_starts_it_again(
    tmp_path: Path, models: Path, state: str
) -> None:
    way = next(way for way in WAYS if way.state == state)
    door = KilledDoor(replace(way, anybody=False), tmp_path)
    try:
        door.bring_there()
        os.kill(door.guard, signal.SIGKILL)
        assert door.end() == 1
    finally:
        door.stop()
    levels = [line.level for line in door.relay()]
    assert levels[-2:] == [0, None]
    assert 1 not in levels
    with app.house(load(data=tmp_path / "data", system_file=tmp_path / "none")) as house:
        faults = [event.reason for event in house.events.last(99) if event.kind == "fault"]
    assert len(faults) == 1
    assert "its guard has ended" in faults[0]
