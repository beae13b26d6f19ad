"""Backups beside the database, and what they are for: a database that is damaged or gone."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import DamagedError, StorageError
from edgevoice.storage.backups import BEFORE_UPGRADE, ROOM_BYTES, back_up, backups, is_due
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.events import MOST_EVENTS, Events
from edgevoice.storage.files import beside
from edgevoice.storage.keys import read_key
from edgevoice.storage.restore import is_lost, last_good, newest_good, put_in_place
from edgevoice.storage.rotation import rotate
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers

MODEL = "xvector-1"
DAY_S = 86_400.0
CARD_BYTES_A_SECOND = 10e6  # the slowest card sold as "class 10"
SERVING_BYTES = 100e6  # docs/install.md


@pytest.fixture
def home(database: Database, speakers: Speakers) -> Path:
    """Ada and Bo are enrolled, and something has happened."""
    for number, name in enumerate(("Ada", "Wilhelmine")):
        speakers.add(name, np.eye(8, dtype=np.float32)[number], MODEL, 3)
    Events(database).write("open", "Ada scored 4.2", "Ada")
    return database.path.parent


def spoil(path: Path) -> None:
    """Overwrite every page but the first."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def test_a_backup_is_one_private_file_that_holds_everything_but_the_key(home: Path, database: Database) -> None:
    made = back_up(database)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert (home / "backups").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in (home / "backups").iterdir()] == ["edgevoice-000001.sqlite"]
    assert read_key(home / "key").secret not in made.path.read_bytes()
    with Database.read(made.path) as copy:
        for table in ("speakers", "voiceprints", "events", "chain", "sealing", "state"):
            assert copy.rows(f"select * from {table}") == database.rows(f"select * from {table}")


class Slow(Database):
    """Something happens between the first copy and its end."""

    def __init__(self, path: Path, busy_seconds: float) -> None:
        super().__init__(path, busy_seconds)
        self.meanwhile: list[Callable[[], object]] = []

    def copy_to(self, path: Path) -> None:
        super().copy_to(path)
        while self.meanwhile:
            self.meanwhile.pop()()


def test_others_write_while_a_backup_is_made(home: Path, database: Database) -> None:
    with Slow.open(home) as slow:
        assert isinstance(slow, Slow)
        slow.meanwhile.append(lambda: database.rows("insert into state values ('late', '{}')"))
        made = back_up(slow)
    with Database.read(made.path) as copy:
        assert copy.rows("select * from state") == []
    assert database.rows("select name from state") == [("late",)]


def test_whoever_is_removed_while_a_backup_is_made_is_not_in_it(
    home: Path, database: Database, speakers: Speakers
) -> None:
    back_up(database)
    with Slow.open(home) as slow:
        assert isinstance(slow, Slow)
        slow.meanwhile.append(lambda: speakers.remove("Wilhelmine"))
        made = back_up(slow)
    assert made == backups(home)[0]
    assert not any(b"Wilhelmine" in path.read_bytes() for path in home.rglob("*") if path.is_file())


def written() -> int:
    """Bytes that this process has written to files so far."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(told["wchar"])


def test_a_backup_is_written_once_as_a_card_bears_only_so_much(home: Path, database: Database) -> None:
    events = Events(database)
    with database.transaction():
        for number in range(3_000):
            events.append("2026-11-22T12:00:00.000+00:00", "open", f"Ada scored {number}", "Ada", {"llr": 4.2})
    database.rows("pragma wal_checkpoint(truncate)")
    before = written()
    made = back_up(database)
    assert written() - before < 1.2 * made.path.stat().st_size


def test_of_as_many_events_as_may_be_kept_a_removal_is_done_before_the_watchdog_and_within_the_services_memory(
    database: Database, speakers: Speakers
) -> None:
    unit = (Path(__file__).parents[2] / "deploy" / "edgevoice.service").read_text()
    watchdog_s, memory_mb = (int(re.findall(rf"^{key}=(\d+)", unit, re.M)[0]) for key in ("WatchdogSec", "MemoryMax"))
    events, rows = Events(database), 3_000
    figures = dict.fromkeys(
        ("threshold", "net_speech_s", "snr_db", "clipped_share", "llr", "score", "mood_calm"), 0.123
    )
    with database.transaction():
        for _ in range(rows):
            events.append("2026-11-22T12:00:00.000+00:00", "open", "Ada scored 4.2, needs 3.1", None, figures)
    back_up(database)
    speakers.add("Ada", np.eye(8, dtype=np.float32)[0], MODEL, 3)
    before = written()
    speakers.remove("Ada")
    assert (written() - before) / rows * MOST_EVENTS < watchdog_s * CARD_BYTES_A_SECOND
    # SQLite's VACUUM holds the whole of the file.
    assert database.path.stat().st_size / rows * MOST_EVENTS + SERVING_BYTES < 1e6 * memory_mb


def test_a_database_whose_index_is_damaged_gives_no_backup(home: Path, database: Database) -> None:
    index = database.rows("select * from sqlite_master where name = 'heard_served'")
    database.close()
    statements = (
        ("delete from sqlite_master where name = 'heard_served'", ()),
        ("insert into heard (at, kind, recognised, sealed, served_s) values ('', '', 0, x'', 1.0)", ()),
        ("insert into sqlite_master values (?, ?, ?, ?, ?)", index[0]),
    )
    for sql, values in statements:  # each sees what the one before has left of the schema
        with closing(sqlite3.connect(home / FILE_NAME, isolation_level=None)) as another:
            another.execute("pragma writable_schema = on")
            another.execute(sql, values)
    with Database.open(home) as spoilt, pytest.raises(DamagedError):
        back_up(spoilt)
    assert backups(home) == []


def test_the_newest_are_kept_by_number_whatever_the_clock_says(home: Path, database: Database) -> None:
    for turn in range(5):
        os.utime(back_up(database, keep=3).path, (1e9 - turn, 1e9 - turn))
    assert [backup.number for backup in backups(home)] == [5, 4, 3]


def test_one_a_day_is_due_and_one_from_the_future_holds_back_no_other(home: Path, database: Database) -> None:
    assert is_due(home)
    back_up(database)
    assert not is_due(home)
    assert is_due(home, time.time() + DAY_S + 1)
    assert is_due(home, 12.0)  # the clock was never set
    made = back_up(database)
    os.utime(made.path, (4e9, 4e9))
    assert is_due(home)
    back_up(database)
    assert not is_due(home)


def test_one_that_goes_while_it_is_looked_at_is_none(home: Path, database: Database) -> None:
    back_up(database)
    gone = home / "backups" / "edgevoice-000002.sqlite"
    gone.symlink_to(home / "gone")  # listed, and not there
    assert not is_due(home)
    assert is_due(home, time.time() + DAY_S + 1)
    backups(home)[1].path.unlink()
    assert is_due(home)


def test_a_backup_that_the_key_does_not_open_does_not_count(home: Path, database: Database) -> None:
    good = back_up(database)
    database.rows("update voiceprints set sealed = x'00' where speaker = 1")
    with pytest.raises(StorageError, match="voiceprint 1 of xvector-1 does not open"):
        back_up(database, keep=1)
    assert [backup.path for backup in backups(home)] == [good.path]
    assert list((home / "backups").iterdir()) == [good.path]


FLIPPED = "update chain set last_mac = x'00' || substr(last_mac, 2)"


def test_a_database_whose_audit_log_cannot_be_written_on_gives_no_backup_and_the_older_ones_stay(
    home: Path, database: Database
) -> None:
    good = back_up(database)
    database.rows(FLIPPED)
    for _ in range(8):
        with pytest.raises(DamagedError, match=r"where the audit log begins and ends.*edgevoice restore.*key rotate"):
            back_up(database)
    assert list((home / "backups").iterdir()) == [good.path]
    with Database.read(good.path) as copy:
        put_back = copy.rows("select last_mac from chain")
    database.rows("update chain set last_mac = ?", put_back[0])
    assert back_up(database).number == 2


def test_a_backup_whose_audit_log_cannot_be_written_on_is_no_good(home: Path, database: Database) -> None:
    good, bad = back_up(database), back_up(database)
    with closing(sqlite3.connect(bad.path, isolation_level=None)) as another:
        another.execute(FLIPPED)
        another.execute("pragma journal_mode = delete")
    assert newest_good(home) == good


def test_a_change_of_the_key_keeps_what_is_there_where_the_audit_log_cannot_be_written_on(
    home: Path, database: Database, speakers: Speakers
) -> None:
    back_up(database)
    database.rows(FLIPPED)
    secrets = Secrets(home / "key", database)
    events = Events(database, secrets=secrets)
    rotate(database, secrets, events)
    assert "the audit log was not whole" in events.last(1)[0].reason
    assert [event.readable for event in events.last(9)] == [True, True]
    assert len(Speakers(database, secrets).voiceprints(MODEL)) == 2
    (made,) = backups(home)
    assert newest_good(home) == made


def test_a_backup_that_would_leave_the_door_no_room_to_write_is_not_begun(home: Path, database: Database) -> None:
    good = back_up(database, free=lambda _: (home / FILE_NAME).stat().st_size + ROOM_BYTES)
    before = written()
    with pytest.raises(StorageError, match="No space left on device; free some space"):
        back_up(database, free=lambda _: (home / FILE_NAME).stat().st_size + ROOM_BYTES - 1)
    assert written() - before < 1_000
    assert [backup.path for backup in backups(home)] == [good.path]


def test_no_backup_is_made_without_the_key(home: Path, database: Database) -> None:
    (home / "key").unlink()
    with pytest.raises(StorageError, match="a key that is not here: put the key's backup in its place"):
        back_up(database)
    assert backups(home) == []


def test_a_folder_that_cannot_be_written_says_so_and_leaves_nothing(home: Path, database: Database) -> None:
    (home / "backups").write_text("a letter")
    with pytest.raises(StorageError, match="no backup could be written"):
        back_up(database)
    assert (home / "backups").read_text() == "a letter"


def test_a_damaged_database_gives_no_backup_and_the_older_ones_stay(home: Path, database: Database) -> None:
    good = back_up(database)
    database.close()
    spoil(home / FILE_NAME)
    with pytest.raises(DamagedError), Database.open(home) as damaged:
        back_up(damaged, keep=1)
    assert [backup.path for backup in backups(home)] == [good.path]
    assert list((home / "backups").iterdir()) == [good.path]


def test_the_last_good_backup_is_found_behind_damaged_ones(
    home: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    made = [back_up(database) for _ in range(3)]
    spoil(made[2].path)
    made[1].path.write_bytes(b"")
    assert last_good(home) == made[0]
    assert "no good" in caplog.text
    assert not list((home / "backups").glob("*-wal"))
    made[0].path.unlink()
    with pytest.raises(
        DamagedError, match=r"of 2 backups there none is good and holds anybody: the door stays shut.*restore FILE"
    ):
        last_good(home)


def test_a_damaged_database_is_moved_aside_with_its_log_and_the_backup_takes_its_place(
    home: Path, database: Database, speakers: Speakers
) -> None:
    back_up(database)
    speakers.add("Cy", np.eye(8, dtype=np.float32)[2], MODEL, 3)
    database.rows("pragma wal_autocheckpoint = 0")
    Events(database).write("open", "only in the log")
    wal = (home / f"{FILE_NAME}-wal").read_bytes()
    assert wal
    assert put_in_place(home, last_good(home).path) == (f"the database was damaged, and moved to {FILE_NAME}.damaged-1")
    assert (home / f"{FILE_NAME}-wal.damaged-1").read_bytes() == wal
    with Database.open(home) as again:
        assert [person.name for person in Speakers(again, Secrets(home / "key", again)).list()] == ["Ada", "Wilhelmine"]
        assert Events(again).verify().problems == ()


def test_what_was_moved_aside_does_not_fill_the_card(home: Path, database: Database) -> None:
    good = back_up(database).path
    database.close()
    for _ in range(5):
        put_in_place(home, good)
    assert sorted(path.name for path in home.glob("*damaged*")) == [f"{FILE_NAME}.damaged-{n}" for n in (4, 5)]


def test_a_house_is_lost_where_its_database_is_gone_and_not_where_there_never_was_one(
    tmp_path: Path, home: Path, database: Database
) -> None:
    assert not is_lost(tmp_path / "new")
    assert not is_lost(home)
    log = home / f"{FILE_NAME}-wal"
    left = log.read_bytes()
    database.close()
    whole = (home / FILE_NAME).read_bytes()
    (home / FILE_NAME).write_bytes(whole[:4096])
    assert is_lost(home)  # SQLite would take it for an empty one
    (home / FILE_NAME).write_bytes(b"")
    assert is_lost(home)
    log.write_bytes(left)  # after a power cut; alone it brings nobody back
    assert is_lost(home)
    (home / FILE_NAME).unlink()
    assert is_lost(home)
    (home / "key").unlink()
    assert not is_lost(home)


def test_a_house_of_which_only_backups_are_left_is_lost_and_not_a_new_one(home: Path, database: Database) -> None:
    back_up(database)
    database.close()
    for path in [path for path in home.iterdir() if path.is_file()]:
        path.unlink()
    assert is_lost(home)


CUT_OFF = """
import os, signal, sys
from pathlib import Path
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.files import beside
home = Path(sys.argv[1])
with Database.open(home) as database, beside(home / "backups" / FILE_NAME) as first, beside(home / FILE_NAME) as second:
    database.copy_to(first)
    database.copy_to(second)
    second.with_name(f"{second.name}-journal").write_bytes(second.read_bytes())
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_power_cut_has_left_of_a_copy_goes_with_the_next_and_one_at_work_stays(
    home: Path, database: Database, speakers: Speakers
) -> None:
    back_up(database)
    for change in (lambda: back_up(database), lambda: speakers.remove("Wilhelmine")):
        subprocess.run([sys.executable, "-c", CUT_OFF, str(home)], check=False)
        assert len(list(home.rglob(".*"))) == 3
        with beside(home / "backups" / FILE_NAME) as at_work:
            change()
            assert list(home.rglob(".*")) == [at_work]
    assert not any(b"Wilhelmine" in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_whoever_is_removed_is_in_no_backup_and_in_no_damaged_file(
    home: Path, database: Database, speakers: Speakers
) -> None:
    ((sealed,),) = database.rows("select sealed from voiceprints where speaker = 2")
    assert isinstance(sealed, bytes)
    back_up(database)
    back_up(database)
    (home / f"{FILE_NAME}.damaged-1").write_bytes(b"Wilhelmine")

    def left() -> bytes:
        return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())

    assert b"Wilhelmine" in left() and sealed[:32] in left()
    speakers.remove("Wilhelmine")
    assert b"wilhelmine" not in left().lower()
    assert sealed[:32] not in left()
    assert [backup.number for backup in backups(home)] == [3]


def test_a_change_of_the_key_leaves_one_backup_that_opens_with_it(home: Path, database: Database) -> None:
    back_up(database)
    secrets = Secrets(home / "key", database)
    rotate(database, secrets, Events(database, secrets=secrets))
    assert [backup.number for backup in backups(home)] == [2]
    assert last_good(home).number == 2


def keep_a_copy(home: Path) -> Path:
    """As deploy/install.sh does before an upgrade."""
    copy = home / BEFORE_UPGRADE
    copy.mkdir(mode=0o700)
    for file in [path for path in home.iterdir() if path.is_file()]:
        shutil.copy2(file, copy)
    return copy


def test_whoever_is_removed_is_not_in_the_copy_of_an_upgrade_either(
    home: Path, database: Database, speakers: Speakers
) -> None:
    copy = keep_a_copy(home)
    assert (copy / "key").read_bytes() == (home / "key").read_bytes()
    speakers.remove("Wilhelmine")
    assert not copy.exists()
    assert b"Wilhelmine" not in b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_the_key_that_is_given_up_is_not_in_the_copy_of_an_upgrade(home: Path, database: Database) -> None:
    old, copy = (home / "key").read_bytes(), keep_a_copy(home)
    secrets = Secrets(home / "key", database)
    rotate(database, secrets, Events(database, secrets=secrets))
    assert not copy.exists()
    assert all(path.read_bytes() != old for path in home.rglob("*") if path.is_file())


def test_a_copy_that_cannot_be_removed_is_told_and_the_others_go(
    home: Path, database: Database, speakers: Speakers, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A link is nothing that the installer makes, and is not followed."""
    (tmp_path / "elsewhere").mkdir()
    (home / BEFORE_UPGRADE).symlink_to(tmp_path / "elsewhere")
    old = back_up(database)
    (home / f"{FILE_NAME}.damaged-1").write_bytes(b"Wilhelmine")
    speakers.remove("Wilhelmine")
    assert f"{home / BEFORE_UPGRADE} still holds what had to go" in caplog.text
    assert "remove it by hand" in caplog.text
    assert not old.path.exists()
    assert not (home / f"{FILE_NAME}.damaged-1").exists()
