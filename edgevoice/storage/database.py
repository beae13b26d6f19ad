"""The one SQLite file: how it is opened, migrated, written and told apart from anything else."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import sqlite_utils

from edgevoice.errors import StorageError
from edgevoice.storage.schema import APPLICATION_ID, MIGRATIONS, VERSION

FILE_NAME = "edgevoice.sqlite"
BUSY_SECONDS = 10.0  # how long a writer waits for another program to finish

Value = str | int | float | bytes | None
Row = tuple[Value, ...]

_WHAT_TO_DO = {
    "not a database": "not SQLite, or damaged: put a backup in its place, or move it away and enrol again",
    "malformed": "the file is damaged: put a backup in its place, or move it away and enrol again",
    "disk is full": "nothing was changed: free some space and try again",
    "readonly": "it cannot be written: check the permissions of file and folder, and that the card is not read-only",
    "unable to open": "it cannot be opened: check the permissions of the file and its folder",
    "locked": f"another program has been writing to it for {BUSY_SECONDS:g} s: end that program and try again",
    "closed": "it was closed already: start edgevoice again",
    # SQLite says so too where a full disk has no room for its shared memory.
    "i/o error": "the disk is full, or the card does not answer: free some space, or check the kernel log",
}


class Database:
    """The open database; every failure is a StorageError that says what to do, and leaves the file as it was.

    Write-ahead log with ``synchronous=FULL``: what a transaction has written outlives a power cut once it returns.
    One object belongs to one thread.
    """

    def __init__(self, path: Path, tables: sqlite_utils.Database) -> None:
        self.path = path
        self._tables = tables

    @classmethod
    def open(cls, folder: Path) -> "Database":
        """Open ``folder/edgevoice.sqlite``; a missing folder is made 0700 and a missing file 0600.

        A damaged, foreign, newer or unreachable file raises StorageError and is never replaced.
        """
        path = folder / FILE_NAME
        _make_private(folder, path)
        with _explained(path):
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            database = cls(path, sqlite_utils.Database(connection, execute_plugins=False))
            try:
                database._prepare()
            except BaseException:
                database.close()
                raise
        return database

    def rows(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """What a query finds, or what a single statement returns."""
        with _explained(self.path):
            found: list[Row] = self._tables.execute(sql, parameters).fetchall()
        return found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept together, on the disk at the end, or nothing of it.

        One within another belongs to it.
        """
        if self._tables.conn.in_transaction:
            yield
            return
        with _explained(self.path):
            self._tables.execute("begin immediate")
            try:
                yield
                self._tables.execute("commit")
            except BaseException:
                with suppress(
                    sqlite3.Error
                ):  # SQLite may have rolled back by itself; the first error is the one to tell
                    self._tables.conn.rollback()
                raise

    def forget(self) -> bool:
        """Write the file anew and empty the write-ahead log, so that deleted bytes stand in neither.

        secure_delete alone leaves copies in the gaps of pages that SQLite has rearranged. False when a full disk or
        another program was in the way; the log is then emptied by a later checkpoint.
        """
        done = True
        try:
            self.rows("vacuum")
        except StorageError:
            done = False
        ((busy, _, _),) = self.rows("pragma wal_checkpoint(truncate)")
        return done and busy == 0

    def check(self) -> None:
        """Walk the whole file; damage raises StorageError."""
        found = self.rows("pragma quick_check(1)")
        if found != [("ok",)]:
            raise StorageError(f"{self.path} is damaged ({found[0][0]!r}): {_WHAT_TO_DO['malformed']}")

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._tables.conn.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _prepare(self) -> None:
        version = self._version()
        mode = self.rows("pragma journal_mode = wal")
        if mode != [("wal",)]:
            raise StorageError(f"{self.path} cannot keep a write-ahead log ({mode!r}): put it on a local disk")
        for pragma in ("synchronous = full", "foreign_keys = on", "secure_delete = on", "temp_store = memory"):
            self.rows(f"pragma {pragma}")
        if version < VERSION:
            self._migrate()

    def _version(self) -> int:
        """The schema's version; a file that this program must not touch raises StorageError."""
        ((version,),) = self.rows("pragma user_version")
        ((owner,),) = self.rows("pragma application_id")
        ((tables,),) = self.rows("select count(*) from sqlite_master")
        if owner != APPLICATION_ID and (version or owner or tables):
            raise StorageError(f"{self.path} belongs to another program: move it away, or choose another --data folder")
        if not isinstance(version, int) or version > VERSION:
            raise StorageError(
                f"{self.path} has schema version {version!r}, this edgevoice knows versions up to {VERSION}:"
                " install the newer edgevoice again, or put back the backup made before the update"
            )
        return version

    def _migrate(self) -> None:
        """Take every step that is missing in one transaction; another program may have been faster."""
        with self.transaction():
            for statements in MIGRATIONS[self._version() :]:
                for statement in statements:
                    self.rows(statement)
            self.rows(f"pragma application_id = {APPLICATION_ID}")
            self.rows(f"pragma user_version = {VERSION}")


def _make_private(folder: Path, path: Path) -> None:
    """A folder 0700 and a file 0600 where there is none; SQLite gives its -wal and -shm the mode of the file."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StorageError(
            f"cannot keep data in {folder}: {error.strerror} ({error.filename});"
            " choose a folder that this user may write with --data, or correct its permissions"
        ) from error


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says into a StorageError with what to do."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error).lower()
        advice = next((advice for words, advice in _WHAT_TO_DO.items() if words in said), "run `edgevoice check`")
        raise StorageError(f"database {path}: {error}: {advice}") from error
