"""An upgrade from the edgevoice whose audit log stood in plain text: people and events are kept, and sealed."""

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import StorageError
from edgevoice.storage.archive import unpack_and_restore
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.events import Events
from edgevoice.storage.keys import Key, write_key
from edgevoice.storage.plain import seal_plain
from edgevoice.storage.schema import APPLICATION_ID, MIGRATIONS
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers

MODEL = "xvector-1"


@pytest.fixture
def old(folder: Path) -> Path:
    """A house of version 1: Ada is enrolled, and three things have happened, of which one can be read only in part."""
    folder.mkdir()
    key = Key.random()
    write_key(key, folder / "key")
    connection = sqlite3.connect(folder / FILE_NAME)
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute("insert into speakers values (1, 'Ada', 'ada', '2026-01-01T00:00:00+00:00')")
    sealed = key.seal(np.ones(8, "<f4").tobytes(), f"voiceprint 1 of {MODEL}")
    connection.execute("insert into voiceprints values (1, ?, 3, ?)", (MODEL, sealed))
    for number, (kind, reason, speaker, figures) in enumerate(
        (
            ("enrolled", "Ada was enrolled", "Ada", "{}"),
            ("open", "Ada scored 4.2", "Ada", '{"llr": 4.2, "snr_db": null}'),
            ("fault", "someone removed since was here", None, "{"),
        )
    ):
        at = f"2026-01-0{number + 1}T00:00:00.000+00:00"
        values = (number + 7, at, kind, reason, speaker, figures)
        connection.execute("insert into events values (?, ?, ?, ?, ?, ?)", values)
    connection.execute(f"pragma application_id = {APPLICATION_ID}")
    connection.execute("pragma user_version = 1")
    connection.commit()
    connection.close()
    return folder


def test_people_and_events_are_there_after_the_upgrade_and_no_plain_word_is(old: Path) -> None:
    with Database.open(old) as database:
        events, speakers = Events(database), Speakers(database, Secrets(old / "key", database))
        assert seal_plain(database, events) == 3
        assert seal_plain(database, events) == 0
        assert [voice.speaker for voice in speakers.voiceprints(MODEL)] == ["Ada"]
        speakers.rename("Ada", "Eve")
        assert [(event.kind, event.reason, event.speaker) for event in events.last(9)] == [
            ("enrolled", "Eve was enrolled", "Eve"),
            ("open", "Eve scored 4.2", "Eve"),
            ("fault", "someone removed since was here", None),
        ]
        assert [dict(event.figures) for event in events.last(9)] == [{}, {"llr": 4.2, "snr_db": None}, {}]
        assert events.last(1)[0].at.isoformat() == "2026-01-03T00:00:00+00:00"
        assert events.verify().problems == ()
        written = b"".join(path.read_bytes() for path in old.iterdir())
    assert b"scored" not in written and b"was enrolled" not in written


def test_without_the_key_nothing_is_lost_and_the_key_may_come_back(old: Path) -> None:
    (old / "key").rename(old / "elsewhere")
    with Database.open(old) as database, pytest.raises(StorageError, match="key is missing"):
        seal_plain(database, Events(database))
    (old / "elsewhere").rename(old / "key")
    with Database.open(old) as database:
        assert seal_plain(database, Events(database)) == 3


def test_a_key_that_does_not_open_the_people_is_not_taken_for_theirs(old: Path) -> None:
    (old / "key").write_bytes(bytes(32))
    with Database.open(old) as database, pytest.raises(StorageError, match="must enrol again"):
        seal_plain(database, Events(database))


def test_a_backup_of_that_time_can_be_put_back(tmp_path: Path, old: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    shutil.copy2(old / "key", new / "key")
    assert unpack_and_restore(new, old / FILE_NAME, lambda: "") == "the database was gone"
    with Database.open(new) as database:
        assert [voice.speaker for voice in Speakers(database, Secrets(new / "key", database)).voiceprints(MODEL)] == [
            "Ada"
        ]
        assert [event.kind for event in Events(database).last(9)] == ["enrolled", "open", "fault", "restored"]
        assert Events(database).verify().problems == ()
