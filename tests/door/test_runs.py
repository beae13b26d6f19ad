"""Start and end of a door in the audit log: what a power cut leaves, and a service that is started again and again."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from edgevoice import app
from edgevoice.config import load
from edgevoice.door.runs import Runs, this_boot
from edgevoice.door.states import State
from edgevoice.hardware.fake import ManualClock
from edgevoice.storage.backups import back_up
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from tests.house import BrokenError

BOOT = 12.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path) as database:
        yield database


class Machine:
    """On which a door is started: its clock begins anew with each boot."""

    def __init__(self, database: Database) -> None:
        self.database, self.events, self.clock, self.boot = database, Events(database), ManualClock(), BOOT

    def reboot(self) -> None:
        self.clock, self.boot = ManualClock(), self.boot + 1

    def run(self, ends: BaseException | None = None, lasts_s: float = 1.0) -> None:
        """One door: it fails, is stopped, or comes to its end."""
        door = Runs(self.database, self.events, self.clock, self.boot)
        with suppress(BrokenError, KeyboardInterrupt), door as runs:
            runs.started("edgevoice 1")
            self.clock.advance(lasts_s)
            if ends is not None:
                raise ends

    def cut(self) -> None:
        """One door, and the power goes."""
        Runs(self.database, self.events, self.clock, self.boot).started("edgevoice 1")
        self.reboot()

    def told(self) -> list[str]:
        return [f"{event.kind}: {event.reason}" for event in self.events.last(99)]


@pytest.mark.parametrize("ends", [None, KeyboardInterrupt()])
def test_each_start_and_each_end_in_order_is_told_however_soon(database: Database, ends: BaseException | None) -> None:
    machine = Machine(database)
    for _ in range(3):
        machine.run(ends)
    assert machine.told() == ["started: edgevoice 1", "stopped: in order"] * 3


def test_a_power_cut_is_a_start_without_an_end_before_it_however_soon_the_power_is_back(database: Database) -> None:
    machine = Machine(database)
    machine.cut()
    machine.cut()
    machine.run()
    assert machine.told() == ["started: edgevoice 1"] * 3 + ["stopped: in order"]


def test_a_service_that_fails_and_is_started_again_and_again_does_not_flood_the_log(database: Database) -> None:
    machine = Machine(database)
    for _ in range(24 * 3600 // 5):
        machine.run(BrokenError("the guard"), lasts_s=5.0)
    told = machine.told()
    assert told[:2] == ["started: edgevoice 1", "stopped: after a fault: BrokenError: the guard"]
    assert told[2] == "started: edgevoice 1; it had started 11 times more since that was last told"
    assert 2 * 24 < len(told) < 2 * 32  # one an hour in the end
    machine.run()
    assert machine.told()[-1].startswith("stopped: in order; it had started ")
    machine.run()
    assert machine.told()[-2:] == ["started: edgevoice 1", "stopped: in order"]


def test_starts_that_were_held_back_are_told_after_a_power_cut(database: Database) -> None:
    machine = Machine(database)
    machine.run(BrokenError("the guard"))
    machine.cut()
    machine.run()
    assert machine.told()[2:] == [
        "started: edgevoice 1; it had started once more since that was last told",
        "stopped: in order",
    ]


def test_a_door_that_never_began_has_not_ended(database: Database) -> None:
    events = Events(database)
    with suppress(BrokenError), Runs(database, events):
        raise BrokenError("no relay")
    assert events.last(9) == []


def test_an_end_that_cannot_be_written_down_is_told_by_the_log(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with Runs(database, Events(database)) as runs:
        runs.started("edgevoice 1")
        database.rows("pragma query_only = on")
    assert "the end of the door, in order, is not in the audit log" in caplog.text


def test_a_start_that_cannot_be_written_down_is_a_fault(tmp_path: Path, models: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    with app.house(loaded) as home:
        home.speakers.add("Ada", np.ones(8, np.float32), app.xvector(loaded.settings).manifest.name, 3)
        home.events.write("role", "Ada is an administrator now", "Ada")
        back_up(home.database)
        home.database.rows("update chain set last_id = 7")
        with app.device(loaded.settings, home) as device:
            assert device.kiosk.state is State.FAULT
        rows = home.events.last(9)
        assert [event.kind for event in rows] == ["role", "restored", "fault", "stopped"]
        assert "where the audit log begins and ends" in rows[2].reason


def test_a_boot_has_a_number() -> None:
    assert this_boot() == this_boot() > 0
