"""A house that is opened, and a door that serves, when the database is damaged, gone, locked or full."""

import logging
import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgevoice import app
from edgevoice.app.home import mending
from edgevoice.app.upkeep import upkeep
from edgevoice.config import Loaded, load
from edgevoice.door.act import Act, Row
from edgevoice.door.claim import Claim
from edgevoice.door.decide import Cause, Decision
from edgevoice.door.machine import Machine, step
from edgevoice.door.states import Event
from edgevoice.errors import DamagedError, StorageError
from edgevoice.hardware.fake import FakeLights, FakeLock, ManualClock
from edgevoice.storage.backups import CONDEMNED, back_up, backups
from edgevoice.storage.database import FILE_NAME
from edgevoice.storage.rotation import rotate
from tests.program import EDGEVOICE
from tests.waiting import wait_until

MODEL = "xvector-1"
MATCH = Decision(True, "Ada scored 4.2, needs 3.1", "Ada", Cause.MATCH, {"llr": 4.2})


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """Ada is enrolled, and a backup was made."""
    loaded = load(data=tmp_path / "data", system_file=tmp_path / "none")
    with app.house(loaded) as home:
        home.speakers.add("Ada", np.ones(8, np.float32), MODEL, 3)
        home.events.write("open", "Ada scored 4.2", "Ada")
        back_up(home.database)
    return loaded


def spoil(path: Path) -> None:
    """Overwrite every page but the first; the file is the same one, as where a card fails."""
    whole = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (len(whole) - 4096))


def opens(act: Act) -> bool:
    """Whether the door opens for somebody who has been recognised."""
    listening = step(Machine(), Event.STARTED, 0.0).machine
    return act.carry_out(step(listening, Event.MATCH, 0.0), Row.of(MATCH)).opened


def test_a_backup_of_the_house_before_anybody_lived_there_lets_nobody_claim_it(tmp_path: Path) -> None:
    loaded = load(data=tmp_path / "data", system_file=tmp_path / "none")
    with app.house(loaded) as home:
        assert Claim(home.state, 60.0, lambda: 0.0).is_open()
        back_up(home.database)
        home.speakers.add("Ada", np.ones(8, np.float32), MODEL, 3)
    spoil(loaded.data / FILE_NAME)
    with pytest.raises(DamagedError, match="none is good and holds anybody: the door stays shut"):
        app.open_house(loaded)


def people(loaded: Loaded) -> list[str]:
    with app.house(loaded) as home:
        return [voice.speaker for voice in home.speakers.voiceprints(MODEL)]


DAMAGE: dict[str, Callable[[Path], object]] = {
    "damaged": spoil,
    "no database": lambda path: path.write_bytes(b"this is a letter" * 999),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:6000]),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_the_last_good_backup_takes_its_place_and_that_is_said_loudly(
    loaded: Loaded, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    DAMAGE[how](loaded.data / FILE_NAME)
    with app.house(loaded) as home:
        assert [voice.speaker for voice in home.speakers.voiceprints(MODEL)] == ["Ada"]
        event = home.events.last(1)[0]
        assert event.kind == "restored"
        assert "was put in its place: whoever was enrolled or removed since must be" in event.reason
        assert home.events.verify().problems == ()
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR][-1] == event.reason
    assert bool(list(loaded.data.glob("*damaged*"))) == (how not in ("gone",))


@pytest.mark.parametrize("how", ["empty", "gone"])
def test_a_log_that_a_power_cut_has_left_makes_no_new_house_of_a_lost_one(loaded: Loaded, how: str) -> None:
    path = loaded.data / FILE_NAME
    log = path.with_name(f"{FILE_NAME}-wal")
    with app.house(loaded) as home:
        home.events.write("open", "Ada scored 4.2", "Ada")
        left = log.read_bytes()
    DAMAGE[how](path)
    log.write_bytes(left)
    assert people(loaded) == ["Ada"]


@pytest.mark.parametrize("how", DAMAGE)
def test_without_a_good_backup_nobody_can_become_the_first_person(loaded: Loaded, how: str) -> None:
    for backup in backups(loaded.data):
        backup.path.unlink()
    DAMAGE[how](loaded.data / FILE_NAME)
    for _ in range(2):
        with pytest.raises(
            DamagedError, match=r"of 0 backups there none is good and holds anybody: the door stays shut"
        ):
            app.open_house(loaded)


def test_a_database_that_a_door_serves_from_is_not_exchanged_under_it(loaded: Loaded, models: Path) -> None:
    with app.house(loaded) as home, app.device(loaded.settings, home):
        spoil(loaded.data / FILE_NAME)
        with pytest.raises(StorageError, match="serves this door already"):
            app.open_house(loaded)


def test_a_door_whose_database_is_damaged_while_it_serves_stays_shut_once_and_then_works(loaded: Loaded) -> None:
    clock = ManualClock()
    with app.house(loaded) as home:
        home.database.mend_with(mending(home))
        lock = FakeLock(clock)
        act = Act(lock, FakeLights(clock), home.events, clock=clock)
        home.database.rows("pragma wal_checkpoint(truncate)")
        home.database.rows("pragma cache_size = 0")  # as after years: SQLite must read the file
        home.database.rows("pragma shrink_memory")
        spoil(loaded.data / FILE_NAME)
        assert not opens(act)
        assert lock.openings == []
        assert opens(act)
        assert [event.kind for event in home.events.last(9)] == ["open", "restored", "fault", "open"]
        assert home.events.verify().problems == ()
    assert people(loaded) == ["Ada"]


def test_a_door_whose_audit_log_cannot_be_written_on_stays_shut_once_and_then_works(loaded: Loaded) -> None:
    clock = ManualClock()
    with app.house(loaded) as home:
        home.database.mend_with(mending(home))
        lock = FakeLock(clock)
        act = Act(lock, FakeLights(clock), home.events, clock=clock)
        home.database.rows("update chain set last_mac = x'00' || substr(last_mac, 2)")
        assert not opens(act)
        assert lock.openings == []
        assert opens(act)
        assert [event.kind for event in home.events.last(9)] == ["open", "restored", "fault", "open"]
        assert home.events.verify().problems == ()
    assert people(loaded) == ["Ada"]


def test_a_backup_that_is_due_finds_an_audit_log_that_cannot_be_written_on(loaded: Loaded) -> None:
    (good,) = backups(loaded.data)
    os.utime(good.path, (1e9, 1e9))
    with app.house(loaded) as home:
        home.database.mend_with(mending(home))
        home.database.rows("update chain set last_id = last_id + 1")
        with upkeep(loaded.settings, home, first_s=0.01, again_s=0.01):
            wait_until(lambda: home.database.damaged, 30)
        assert backups(loaded.data) == [good]
        home.events.write("open", "Ada scored 4.2", "Ada")
        assert [event.kind for event in home.events.last(9)] == ["open", "restored", "open"]


def test_where_nothing_can_be_put_in_place_the_door_stays_shut(loaded: Loaded) -> None:
    clock = ManualClock()
    with app.house(loaded) as home:
        home.database.mend_with(mending(home))
        lock = FakeLock(clock)
        act = Act(lock, FakeLights(clock), home.events, clock=clock)
        home.database.damaged = True
        backups(loaded.data)[0].path.unlink()
        for _ in range(3):
            assert not opens(act)
            with pytest.raises(DamagedError):
                home.speakers.voiceprints(MODEL)
        assert lock.openings == []


def test_another_program_that_writes_and_writes_holds_the_door_for_a_moment_only(loaded: Loaded, models: Path) -> None:
    with app.house(loaded) as home, app.device(loaded.settings, home) as device:
        act = Act(device.lock, device.lights, home.events, clock=lambda: 0.0)
        busy = sqlite3.connect(loaded.data / FILE_NAME, isolation_level=None)
        busy.execute("begin immediate")
        started = time.monotonic()
        assert not opens(act)
        assert 0.4 < time.monotonic() - started < 8.0  # a decision and its fault, half a second each; not ten
        assert len(home.speakers.list()) == 1  # reading goes on
        busy.execute("rollback")
        busy.close()
        assert opens(act)


def test_a_key_change_that_was_cut_off_is_finished_when_the_house_is_opened(loaded: Loaded) -> None:
    def fail(step: str) -> None:
        if step == "put the new key in the place of the old one":
            raise OSError("on purpose")

    with app.house(loaded) as home, pytest.raises(OSError, match="on purpose"):
        rotate(home.database, home.secrets, home.events, fail)
    assert (loaded.data / "key.new").exists()
    assert people(loaded) == ["Ada"]
    assert not (loaded.data / "key.new").exists()


def test_a_backup_of_before_a_key_change_that_was_cut_off_goes_when_the_house_is_opened(loaded: Loaded) -> None:
    def fail(step: str) -> None:
        if step == "make a new backup in the place of the older ones":
            raise OSError("on purpose")

    (old,) = backups(loaded.data)
    with app.house(loaded) as home, pytest.raises(OSError, match="on purpose"):
        rotate(home.database, home.secrets, home.events, fail)
    assert old.path.exists()
    assert people(loaded) == ["Ada"]
    assert not old.path.exists()
    assert backups(loaded.data)


def test_a_removal_that_was_cut_off_is_finished_when_the_house_is_opened(loaded: Loaded) -> None:
    with app.house(loaded) as home:
        home.speakers.add("Wilhelmine", np.arange(8, dtype=np.float32), MODEL, 3)
        with home.database.transaction():
            for _ in range(3_000):  # so that the rest of a removal takes its time
                home.events.write("open", "Ada scored 4.2", "Ada")
        back_up(home.database)
        command = [*EDGEVOICE, "--data", str(loaded.data), "speakers", "remove", "Wilhelmine"]
        with subprocess.Popen(command) as removal:
            while len(home.speakers.list()) == 2 and removal.poll() is None:
                pass
            removal.kill()
    assert people(loaded) == ["Ada"]
    with app.house(loaded) as home:
        assert [event.kind for event in home.events.last(3)].count("removed") == 1
    assert backups(loaded.data)
    assert not any(b"Wilhelmine" in path.read_bytes() for path in loaded.data.rglob("*") if path.is_file())
    last = backups(loaded.data)
    with app.house(loaded) as home:  # and not again, where a restored backup has other numbers
        assert home.state.get(CONDEMNED) == {"up_to": 0.0}
    assert backups(loaded.data) == last


def wait_for(what: str, loaded: Loaded, home: app.House) -> None:
    wait_until(lambda: (what == "backup" and bool(backups(loaded.data))) or home.events.last(1)[0].kind == what, 30)


def looking() -> list[threading.Thread]:
    """The threads that look after a database."""
    return [thread for thread in threading.enumerate() if thread.name == "upkeep"]


def test_a_door_makes_a_backup_when_one_is_due_and_writes_down_why_it_cannot(loaded: Loaded) -> None:
    backups(loaded.data)[0].path.unlink()
    with app.house(loaded) as home:
        with upkeep(loaded.settings, home, first_s=0.01, again_s=0.01):
            wait_for("backup", loaded, home)
        (made,) = backups(loaded.data)
        made.path.unlink()
        home.database.rows("update voiceprints set sealed = x'00'")
        with upkeep(loaded.settings, home, first_s=0.01, again_s=0.01):
            wait_for("fault", loaded, home)
        assert "no backup" in home.events.last(1)[0].reason
        assert backups(loaded.data) == []


def test_the_looks_go_on_after_a_backup_that_could_not_be_looked_at(
    loaded: Loaded, caplog: pytest.LogCaptureFixture
) -> None:
    (good,) = backups(loaded.data)
    good.path.unlink()
    good.path.symlink_to(good.path)  # it leads to itself
    with app.house(loaded) as home, upkeep(loaded.settings, home, first_s=0.01, again_s=0.01):
        (looks,) = looking()
        wait_until(lambda: "no backup" in caplog.text, 30)
        looks.join(0.1)
        assert looks.is_alive()


def test_a_database_that_goes_while_the_door_serves_is_put_back_and_not_begun_anew(loaded: Loaded) -> None:
    (good,) = backups(loaded.data)
    with app.house(loaded) as home:
        home.database.mend_with(mending(home))
        (loaded.data / FILE_NAME).unlink()
        os.utime(good.path, (0, 0))  # a backup is due
        with upkeep(loaded.settings, home, first_s=0.01, again_s=0.01):
            wait_for("restored", loaded, home)
    assert people(loaded) == ["Ada"]
    assert backups(loaded.data) == [good]


def test_no_backups_are_made_where_none_are_wanted(loaded: Loaded) -> None:
    backups(loaded.data)[0].path.unlink()
    none = replace(loaded.settings, storage=replace(loaded.settings.storage, backups_kept=0))
    with app.house(loaded) as home, upkeep(none, home, first_s=0.0, again_s=0.01):
        assert looking() == []
    assert backups(loaded.data) == []


def test_how_long_a_door_served_is_written_down_when_it_ends(loaded: Loaded) -> None:
    with app.house(loaded) as home:
        home.heard.drop_old()
        with upkeep(loaded.settings, home):
            time.sleep(0.05)
        served = home.state.get("heard")
    assert served is not None
    assert served["served_s"] >= 0.05
