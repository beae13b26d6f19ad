"""A change of the key: whatever happens on the way, one key opens everything."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.keys import Key
from edgevoice.storage.rotation import Step, give_up, rotate
from edgevoice.storage.sealed import SEALED
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers

MODEL = "xvector-1"
STEPS = (
    "look at what is there",
    "write the new key beside the old one",
    "seal voiceprints anew",
    "seal events anew",
    "seal originals anew",
    "seal heard anew",
    "seal habits anew",
    "seal pins anew",
    "sign the audit log anew",
    "write it down",
    "end the transaction",
    "put the new key in the place of the old one",
    "overwrite what the old key has sealed",
    "make a new backup in the place of the older ones",
    "done",
)


class Household:
    """What a program that has just been started sees."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.secrets = Secrets(database.path.with_name("key"), database)
        self.speakers = Speakers(database, self.secrets)
        self.events = Events(database, secrets=self.secrets)
        self.secrets.settle()

    def rotate(self, step: Step = lambda _: None) -> Key:
        return rotate(self.database, self.secrets, self.events, step)


@contextmanager
def household(folder: Path) -> Iterator[Household]:
    with Database.open(folder) as database:
        yield Household(database)


@pytest.fixture
def home(folder: Path) -> Path:
    """Ada and Bo are enrolled, and something has happened."""
    with household(folder) as it:
        for number, name in enumerate(("Ada", "Bo")):
            it.speakers.add(name, np.eye(8, dtype=np.float32)[number], MODEL, 3)
            it.events.write("open", f"{name} scored 4.2", name, {"llr": 4.2})
    return folder


def all_is_there(folder: Path) -> None:
    """Everybody opens, every event can be read, the chain is whole, and both can be added to."""
    with household(folder) as it:
        people = it.speakers.voiceprints(MODEL)
        assert [voice.speaker for voice in people] == ["Ada", "Bo"]
        np.testing.assert_array_equal(people[1].vector, np.eye(8, dtype=np.float32)[1])
        assert [event.reason for event in it.events.last(99)][:2] == ["Ada scored 4.2", "Bo scored 4.2"]
        assert all(event.readable for event in it.events.last(99))
        it.events.write("open", "after")
        assert it.events.verify().problems == ()
        assert sorted(path.name for path in folder.iterdir() if "sqlite" not in path.name) == ["key"]


def killed_at(folder: Path, which: str) -> None:
    """Rotate in a process of its own that ends without another word at that step."""

    def end(step: str) -> None:
        if step == which:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        with household(folder) as it:
            it.rotate(end)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_the_steps_are_those_that_are_stopped_below(home: Path) -> None:
    told: list[str] = []
    with household(home) as it:
        it.rotate(told.append)
    assert tuple(told) == STEPS


@pytest.mark.parametrize("which", STEPS)
def test_killed_at_any_step_loses_nothing_and_can_be_done_again(home: Path, which: str) -> None:
    before = (home / "key").read_bytes()
    killed_at(home, which)
    all_is_there(home)
    committed = STEPS.index(which) > STEPS.index("end the transaction")
    assert ((home / "key").read_bytes() != before) == committed
    with household(home) as it:
        it.rotate()
    all_is_there(home)


@pytest.mark.parametrize("which", STEPS)
def test_an_error_at_any_step_loses_nothing_and_the_same_program_goes_on(home: Path, which: str) -> None:
    def fail(step: str) -> None:
        if step == which:
            raise OSError("on purpose")

    with household(home) as it:
        with pytest.raises(OSError, match="on purpose"):
            it.rotate(fail)
        assert len(it.speakers.voiceprints(MODEL)) == 2
        it.events.write("open", "in the same program")
        assert it.events.verify().problems == ()
    all_is_there(home)


def test_the_new_key_is_another_and_nothing_opens_with_the_old_one(home: Path) -> None:
    old = Key((home / "key").read_bytes())
    with household(home) as it:
        new = it.rotate()
        assert it.events.last(1)[0].reason == (
            f"the key was changed, from {old.id} to {new.id}; the audit log was whole"
        )
        for sealed, number, at, kind in it.database.rows("select sealed, id, at, kind from events"):
            assert isinstance(sealed, bytes) and isinstance(number, int)
            assert isinstance(at, str) and isinstance(kind, str)
            assert old.open(sealed, f"event {number} at {at} of kind {kind}") is None
    assert (home / "key").read_bytes() == new.secret != old.secret
    assert (home / "key").stat().st_mode & 0o777 == 0o600
    all_is_there(home)


def test_a_door_that_serves_meanwhile_goes_on_with_the_new_key(home: Path) -> None:
    with household(home) as door, household(home) as another:
        door.events.write("open", "before")
        another.rotate()
        assert len(door.speakers.voiceprints(MODEL)) == 2
        door.events.write("open", "after")
        door.speakers.add("Cy", np.eye(8, dtype=np.float32)[2], MODEL, 3)
        assert door.events.verify().problems == ()
        assert len(another.speakers.voiceprints(MODEL)) == 3


def test_what_was_wrong_with_the_log_is_written_down_before_everything_is_signed_anew(home: Path) -> None:
    with household(home) as it:
        it.database.rows("update events set kind = 'refused' where id = 1")
        it.rotate()
        assert it.events.last(1)[0].reason.endswith("the audit log was not whole: row 1 was changed")
        assert [event.readable for event in it.events.last(9)] == [False, True, True]


def test_a_removed_row_stays_noticed_after_a_change_of_the_key(home: Path) -> None:
    with household(home) as it:
        it.database.rows("delete from events where id = 2")
        it.rotate()
        assert it.events.verify().problems == ("row 2 was removed",)


def test_a_voiceprint_that_does_not_open_stops_it_with_nothing_changed(home: Path) -> None:
    before = (home / "key").read_bytes()
    with household(home) as it:
        it.database.rows("update voiceprints set sealed = x'00' where speaker = 1")
        with pytest.raises(StorageError, match=r"voiceprint 1 of xvector-1 does not open, and would be lost"):
            it.rotate()
        assert it.events.verify().problems == ()
    assert (home / "key").read_bytes() == before


def test_a_card_gone_read_only_stops_it_with_nothing_changed(home: Path) -> None:
    with household(home) as it:
        it.database.rows("pragma query_only = on")
        with pytest.raises(StorageError, match="readonly"):
            it.rotate()
    all_is_there(home)


def test_a_lost_key_is_given_up_and_everybody_must_enrol_again(home: Path) -> None:
    (home / "key").unlink()
    with household(home) as it:
        assert give_up(it.database, it.secrets, it.events) == 2
        assert it.speakers.list() == []
        it.speakers.add("Ada", np.ones(8, np.float32), MODEL, 3)
        assert [(event.kind, event.readable) for event in it.events.last(9)] == [
            ("open", False),
            ("open", False),
            ("key", True),
        ]
        assert "2 people must enrol again" in it.events.last(1)[0].reason
        assert it.events.verify().problems == ()


def test_a_wrong_key_is_moved_aside_and_not_destroyed(home: Path) -> None:
    (home / "key").write_bytes(bytes(32))
    with household(home) as it:
        with pytest.raises(StorageError, match="another than the one that sealed this database"):
            it.events.write("open", "nobody")
        give_up(it.database, it.secrets, it.events)
    assert (home / "key.unused-1").read_bytes() == bytes(32)
    assert (home / "key").read_bytes() != bytes(32)


def test_a_key_that_works_is_not_given_up(home: Path) -> None:
    with household(home) as it, pytest.raises(StorageError, match="is there and is the right one"):
        give_up(it.database, it.secrets, it.events)
    all_is_there(home)


def test_every_sealed_column_of_the_schema_is_sealed_anew(database: Database) -> None:
    tables = [str(name) for (name,) in database.rows("select name from sqlite_master where type = 'table'")]
    sealed = {
        table for table in tables for column in database.rows(f"pragma table_info({table})") if column[1] == "sealed"
    }
    assert sealed == {each.table for each in SEALED}


def test_a_key_is_not_lost_because_another_program_writes_or_everybody_may_read_it(home: Path) -> None:
    key = (home / "key").read_bytes()
    with household(home) as other, household(home) as it:
        it.database.wait_at_most(0.1)
        with other.database.transaction(), pytest.raises(StorageError, match="another program has been writing"):
            give_up(it.database, it.secrets, it.events)
        (home / "key").chmod(0o644)
        with pytest.raises(StorageError, match="chmod 600"):
            give_up(it.database, it.secrets, it.events)
        (home / "key").chmod(0o600)
        assert (home / "key").read_bytes() == key
        assert len(it.speakers.voiceprints(MODEL)) == 2
