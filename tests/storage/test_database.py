"""The file: how it is made, what it promises, what it refuses and with which words."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path

import pytest

from edgevoice.errors import SpeakerError, StorageError
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.events import Events
from edgevoice.storage.schema import APPLICATION_ID, MIGRATIONS, VERSION
from edgevoice.storage.state import State

NOBODY = 65_534


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder of an ordinary user, and this process as that user: root may write anywhere."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder
            return
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


def test_what_is_written_outlives_the_program_that_is_killed(folder: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path;"
        "from edgevoice.storage.database import Database; from edgevoice.storage.events import Events;"
        "Events(Database.open(Path(sys.argv[1]))).write('open', 'Ada scored 4.2'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(folder)], check=False).returncode == -9
    with Database.open(folder) as database:
        assert [event.reason for event in Events(database).last(5)] == ["Ada scored 4.2"]


def test_every_connection_keeps_its_promises(folder: Path, database: Database) -> None:
    database.close()
    with Database.open(folder) as again:
        assert again.rows("pragma journal_mode") == [("wal",)]
        assert again.rows("pragma synchronous") == [(2,)]
        assert again.rows("pragma foreign_keys") == [(1,)]
        assert again.rows("pragma secure_delete") == [(1,)]
        assert again.rows("pragma user_version") == [(VERSION,)]


def test_only_the_owner_reads_the_file_its_log_and_its_folder(folder: Path, database: Database) -> None:
    State(database).put("lockout", {"refusals": 1.0})
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        FILE_NAME: 0o600,
        f"{FILE_NAME}-wal": 0o600,
        f"{FILE_NAME}-shm": 0o600,
    }


def test_a_file_that_everybody_could_read_is_closed_to_them(folder: Path, database: Database) -> None:
    database.close()
    (folder / FILE_NAME).chmod(0o644)
    Database.open(folder).close()
    assert (folder / FILE_NAME).stat().st_mode & 0o777 == 0o640


def test_a_part_of_a_transaction_may_fail_and_the_rest_be_kept(database: Database) -> None:
    state = State(database)
    with database.transaction():
        state.put("first", {"x": 1.0})
        with pytest.raises(SpeakerError), database.transaction():
            state.put("second", {"x": 2.0})
            raise SpeakerError("on purpose")
        state.put("third", {"x": 3.0})
    assert (state.get("first"), state.get("second"), state.get("third")) == ({"x": 1.0}, None, {"x": 3.0})


def test_a_transaction_that_fails_keeps_nothing(database: Database) -> None:
    state = State(database)
    state.put("lockout", {"refusals": 1.0})
    with pytest.raises(SpeakerError), database.transaction():
        database.rows("delete from state")
        raise SpeakerError("on purpose")
    assert state.get("lockout") == {"refusals": 1.0}


def test_two_programs_share_the_file(folder: Path, database: Database) -> None:
    with Database.open(folder) as other:
        Events(other).write("open", "from the other")
        Events(database).write("open", "from this one")
        assert [event.reason for event in Events(other).last(5)] == ["from the other", "from this one"]


def elsewhere(folder: Path, what: str) -> str:
    """What another program prints of the ``State`` of the same database, which it then closes."""
    program = (
        "import sys; from pathlib import Path;"
        "from edgevoice.storage.database import Database; from edgevoice.storage.state import State;"
        f"database = Database.open(Path(sys.argv[1])); state = State(database); print({what}); database.close()"
    )
    command = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_program_that_opened_the_file_twice_shares_it_still(folder: Path, database: Database) -> None:
    """A door makes its backup by a second connection; who looks in after that must not take the log away."""
    state = State(database)
    state.put("before", {"is": 1.0})
    Database.open(folder).close()
    assert elsewhere(folder, "state.get('before')") == "{'is': 1.0}"
    state.put("after", {"is": 2.0})
    assert elsewhere(folder, "state.get('after')") == "{'is': 2.0}"
    elsewhere(folder, "state.put('other', {'is': 3.0})")
    assert state.get("other") == {"is": 3.0}


def test_a_newer_schema_is_refused_by_its_version_and_left_alone(folder: Path, database: Database) -> None:
    database.rows(f"pragma user_version = {VERSION + 1}")
    database.close()
    before = (folder / FILE_NAME).read_bytes()
    with pytest.raises(StorageError, match=rf"version {VERSION + 1}, this edgevoice knows versions up to {VERSION}"):
        Database.open(folder)
    assert (folder / FILE_NAME).read_bytes() == before


def test_a_migration_stopped_half_way_starts_from_the_beginning(folder: Path) -> None:
    folder.mkdir()
    connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    connection.execute("begin")
    connection.execute(MIGRATIONS[0][0])
    connection.close()  # the power fails here: SQLite rolls back
    with Database.open(folder) as database:
        assert database.rows("pragma user_version") == [(VERSION,)]


def older(folder: Path, version: int, *statements: str) -> None:
    """A file as the edgevoice of that version left it, and what it has done."""
    folder.mkdir()
    with sqlite3.connect(folder / FILE_NAME) as connection:
        for statement in (*chain.from_iterable(MIGRATIONS[:version]), *statements):
            connection.execute(statement)
        connection.execute(f"pragma application_id = {APPLICATION_ID}")
        connection.execute(f"pragma user_version = {version}")
    connection.close()


@pytest.mark.parametrize("version", range(1, VERSION))
def test_a_file_of_any_older_version_is_brought_to_the_schema_of_a_new_one(
    folder: Path, tmp_path: Path, version: int
) -> None:
    older(folder, version)
    with Database.open(folder) as updated, Database.open(tmp_path / "new") as new:
        tables = "select type, name, sql from sqlite_master order by name"
        assert updated.rows(tables) == new.rows(tables)
        assert updated.version() == VERSION


def test_who_was_enrolled_first_before_there_were_administrators_is_the_one(folder: Path) -> None:
    people = ("insert into speakers values (3, 'Ada', 'ada', '')", "insert into speakers values (5, 'Ben', 'ben', '')")
    older(folder, 2, *people)
    with Database.open(folder) as updated:
        assert updated.rows("select name, administrator from speakers order by id") == [("Ada", 1), ("Ben", 0)]


def test_a_sound_that_was_added_before_there_were_beeps_has_none(folder: Path) -> None:
    older(folder, 7, "insert into recordings values (1, 'bell', 'bell', 'bell.wav', '1', 9, x'0000', '')")
    with Database.open(folder) as updated:
        assert updated.rows("select name, beeps from recordings") == [("bell", b"")]


def test_a_migration_that_fails_leaves_the_file_of_the_older_version(folder: Path) -> None:
    older(folder, 5, "create table pins (another text)")
    with pytest.raises(StorageError, match="pins already exists"):
        Database.open(folder)
    with sqlite3.connect(folder / FILE_NAME) as connection:
        assert connection.execute("pragma user_version").fetchone() == (5,)
        assert connection.execute("select count(*) from sqlite_master where name = 'habits'").fetchone() == (0,)
    connection.close()


def test_of_two_programs_that_find_an_older_file_at_once_one_brings_it_up_to_date(folder: Path) -> None:
    older(folder, 6)
    found: list[int] = []

    def begin() -> None:
        with Database.open(folder) as another:
            found.append(another.version())

    first = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    first.execute("pragma journal_mode = wal")
    first.execute("begin immediate")
    second = threading.Thread(target=begin)
    second.start()
    second.join(0.5)  # it has seen the older version, and waits
    for statement in (*chain.from_iterable(MIGRATIONS[6:]), f"pragma user_version = {VERSION}", "commit"):
        first.execute(statement)
    second.join()
    first.close()
    assert found == [VERSION]


@pytest.mark.parametrize(
    "theirs", ["create table accounts (balance integer)", "pragma application_id = 7", "pragma user_version = 3"]
)
def test_the_file_of_another_program_is_refused_and_left_alone(folder: Path, theirs: str) -> None:
    folder.mkdir()
    with sqlite3.connect(folder / FILE_NAME) as connection:
        connection.execute(theirs)
    connection.close()
    before = (folder / FILE_NAME).read_bytes()
    with pytest.raises(StorageError, match="belongs to another program: move it away"):
        Database.open(folder)
    assert (folder / FILE_NAME).read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(b"RIFF this is a recording, not a database" * 100)
    with pytest.raises(StorageError, match=r"file is not a database.*put a backup in its place"):
        Database.open(folder)
    assert (folder / FILE_NAME).read_bytes() == b"RIFF this is a recording, not a database" * 100


def test_a_damaged_page_is_found_by_check_and_never_ends_in_another_error(folder: Path, database: Database) -> None:
    Events(database).write("open", "Ada scored 4.2")
    database.close()
    path = folder / FILE_NAME
    whole = path.read_bytes()
    page = len(whole) // 4096 // 2 * 4096
    path.write_bytes(whole[:page] + b"\xff" * 4096 + whole[page + 4096 :])
    with pytest.raises(StorageError, match=r"malformed|damaged"), Database.open(folder) as damaged:
        damaged.check()
    assert path.stat().st_size == len(whole)


def test_a_sound_file_passes_check(database: Database) -> None:
    Events(database).write("open", "Ada scored 4.2")
    database.check()


def test_a_truncated_file_is_refused(folder: Path, database: Database) -> None:
    Events(database).write("open", "Ada scored 4.2")
    database.close()
    path = folder / FILE_NAME
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(StorageError, match=r"malformed|damaged"), Database.open(folder) as damaged:
        damaged.check()


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a letter")
    with pytest.raises(StorageError, match=r"cannot keep data in .*data.*--data"):
        Database.open(tmp_path / "data")
    with pytest.raises(StorageError, match="Not a directory"):
        Database.open(tmp_path / "data" / "deeper")
    assert (tmp_path / "data").read_text() == "a letter"


def test_a_missing_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    with Database.open(tmp_path / "state" / "edgevoice") as database:
        assert database.path.exists()


def test_a_folder_that_cannot_be_written_says_so() -> None:
    with unprivileged() as folder:
        folder.chmod(0o500)
        with pytest.raises(StorageError, match=r"Permission denied.*--data"):
            Database.open(folder)
        folder.chmod(0o700)


def test_a_file_that_cannot_be_written_says_so() -> None:
    with unprivileged() as folder:
        Database.open(folder).close()
        (folder / FILE_NAME).chmod(0o400)
        with pytest.raises(StorageError, match="Permission denied"):
            Database.open(folder)


def test_a_card_gone_read_only_says_so_and_keeps_what_was_there(database: Database) -> None:
    Events(database).write("open", "before")
    database.rows("pragma query_only = on")  # SQLite answers as it does on a read-only file system
    with pytest.raises(StorageError, match=r"readonly.*card is not read-only"):
        Events(database).write("open", "after")
    assert [event.reason for event in Events(database).last(9)] == ["before"]


def test_a_full_disk_says_so_keeps_what_was_there_and_works_again_with_space(database: Database) -> None:
    events = Events(database)
    events.write("open", "before")
    ((pages,),) = database.rows("pragma page_count")
    database.rows(f"pragma max_page_count = {pages!r}")
    with pytest.raises(StorageError, match="full: nothing was changed: free some space"):
        for _ in range(200):
            events.write("refused", "x" * 400)
    database.rows("pragma max_page_count = 1000000")
    assert events.last(1000)[0].reason == "before"
    assert events.write("open", "after") > 1
    assert events.last(1)[0].reason == "after"


def test_nothing_is_kept_of_a_transaction_that_sqlite_has_undone_by_itself(database: Database) -> None:
    """As it does on a full disk; a part whose failure its caller can bear must not let the rest be kept."""
    events = Events(database)
    ((pages,),) = database.rows("pragma page_count")
    database.rows(f"pragma max_page_count = {pages!r}")
    with pytest.raises(StorageError, match="full"):
        while True:
            events.write("refused", "x" * 400)
    with pytest.raises(StorageError, match="nothing was changed, as a part of it failed"), database.transaction():
        database.rows("update events set kind = 'open'")
        with pytest.raises(StorageError, match="full"):
            events.write("refused", "x" * 400)
        with suppress(StorageError):
            database.rows("delete from events where kind = 'refused'")
    assert {event.kind for event in events.last(1_000)} == {"refused"}


def test_a_writer_that_never_ends_is_waited_for_and_then_named(folder: Path, database: Database) -> None:
    database.rows("pragma busy_timeout = 20")  # milliseconds, so that the test need not wait for the real ten seconds
    with (
        Database.open(folder) as other,
        other.transaction(),
        pytest.raises(StorageError, match="locked: another program"),
    ):
        Events(database).write("open", "Ada scored 4.2")
    Events(database).write("open", "Ada scored 4.2")


def test_a_damaged_file_is_mended_before_its_next_use_and_never_within_a_transaction(database: Database) -> None:
    mended: list[bool] = []
    database.mend_with(lambda: mended.append(database.in_transaction))
    with database.transaction():
        database.damaged = True
        database.rows("select 1")
    assert mended == []
    database.rows("select 1")
    assert mended == [False]


def test_a_closed_database_says_so(database: Database) -> None:
    database.close()
    database.close()
    with pytest.raises(StorageError, match="closed"):
        Events(database).last(1)
