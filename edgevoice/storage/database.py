"""The one SQLite file: how it is opened, migrated, written and told apart from anything else."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import numpy as np
import sqlite_utils
from numpy.typing import NDArray

from edgevoice.errors import DamagedError, StorageError
from edgevoice.storage.explain import PUT_A_BACKUP, explained
from edgevoice.storage.files import make_private
from edgevoice.storage.migrate import Row, Value, found_version, migrate
from edgevoice.storage.schema import VERSION

FILE_NAME = "edgevoice.sqlite"
BUSY_SECONDS = 10.0  # how long a writer waits for another program to finish
CACHE_KB = 64  # of pages that SQLite keeps, in one block: what the system has read it keeps anyway, and can drop


class Database:
    """The open database; every failure is a StorageError that says what to do, and leaves the file as it was.

    Write-ahead log with ``synchronous=FULL``: what a transaction has written outlives a power cut once it returns.
    One object belongs to one thread.
    """

    def __init__(self, path: Path, busy_seconds: float) -> None:
        """Use ``open``."""
        self.path = path
        self.damaged = False
        """Whether SQLite has called the file damaged since it was opened."""
        self._busy_seconds = busy_seconds
        self._depth = 0
        self._mend: Callable[[], None] | None = None
        self._tables: sqlite_utils.Database

    @classmethod
    def open(cls, folder: Path, busy_seconds: float = BUSY_SECONDS) -> "Database":
        """Open ``folder/edgevoice.sqlite``; a missing folder is made 0700 and a missing file 0600.

        A damaged file raises DamagedError, a foreign, newer or unreachable one StorageError; none is ever replaced.
        """
        path = folder / FILE_NAME
        make_private(folder, path)
        database = cls(path, busy_seconds)
        database.reopen()
        return database

    @classmethod
    def read(cls, path: Path, known_as: Path | None = None) -> "Database":
        """Open a file that nobody writes to, to be read and left exactly as it is; the same errors.

        ``known_as``: the path to tell instead of its own.
        """
        database = cls(known_as or path, BUSY_SECONDS)
        with database._told():
            uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            database._use(sqlite3.connect(uri, uri=True, isolation_level=None))
            try:
                database.version()
            except BaseException:
                database.close()
                raise
        return database

    @classmethod
    def take_in_log(cls, path: Path) -> None:
        """Write into the file at ``path`` what its write-ahead log beside it holds; the log is gone then.

        For a copy of what a door left that was killed; the same errors.
        """
        database = cls(path, BUSY_SECONDS)
        with database._told():
            database._use(sqlite3.connect(path, isolation_level=None))
            try:
                database.rows("pragma journal_mode = delete")
            finally:
                database.close()

    def reopen(self) -> None:
        """Open what stands at the path now, after another file was put there."""
        with self._told():
            self._use(sqlite3.connect(self.path, timeout=self._busy_seconds, isolation_level=None))
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise
        self.damaged = False

    def mend_with(self, mend: Callable[[], None]) -> None:
        """What to do before the next use once SQLite has called the file damaged: put a good one there, and reopen."""
        self._mend = mend

    def wait_at_most(self, seconds: float) -> None:
        """How long a writer waits from now on for another program to finish."""
        self._busy_seconds = seconds
        self.rows(f"pragma busy_timeout = {round(1000 * seconds)}")

    def rows(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """What a query finds, or what a single statement returns."""
        self._make_ready()
        with self._told():
            found: list[Row] = self._tables.execute(sql, parameters).fetchall()
        return found

    def numbers(self, sql: str) -> NDArray[np.int64]:
        """The whole numbers of the one column that a query finds; no Python object stays for any of them."""
        self._make_ready()
        with self._told():
            found = self._tables.execute(sql)
            return np.fromiter((number for (number,) in found if isinstance(number, int)), dtype=np.int64)

    @property
    def in_transaction(self) -> bool:
        """Whether what was written last may still be undone."""
        return self._depth > 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept together, on the disk at the end, or nothing of it.

        One inside another is part of it: what fails inside is undone there, and the outer one may go on.
        """
        self._make_ready()
        depth = self._depth
        inside = f"inside_{depth}"
        with self._told():
            self._tables.execute(f"savepoint {inside}" if depth else "begin immediate")
            self._depth = depth + 1
            try:
                yield
                self._refuse_halves()
                self._tables.execute(f"release {inside}" if depth else "commit")
            except BaseException:
                with suppress(
                    sqlite3.Error
                ):  # SQLite may have rolled back by itself; the first error is the one to tell
                    self._tables.execute(f"rollback to {inside}" if depth else "rollback")
                raise
            finally:
                self._depth = depth

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside is of one moment; others may go on writing."""
        self._make_ready()
        with self._told():
            self._tables.execute("begin")
            try:
                yield
            finally:
                with suppress(sqlite3.Error):
                    self._tables.execute("commit")

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

    def check(self, thorough: bool = False) -> None:
        """Walk the whole file, ``thorough``: and compare every index; damage raises DamagedError."""
        found = self.rows("pragma integrity_check(1)" if thorough else "pragma quick_check(1)")
        if found != [("ok",)]:
            self.damaged = True
            raise DamagedError(f"{self.path} is damaged ({found[0][0]!r}): {PUT_A_BACKUP}")

    def version(self) -> int:
        """The schema's version, 0 for an empty file; a file that this program must not touch raises StorageError."""
        return found_version(self.path, self.rows)

    def copy_to(self, path: Path) -> None:
        """Write all of it, as it stands at one moment, into the one empty file ``path``; others may go on writing.

        Nothing that was deleted lies in the gaps of its pages, and its indexes are made anew, whatever became of these.
        """
        self.rows("vacuum into ?", (str(path),))

    def become(self, path: Path) -> None:
        """Take over all that stands in the database at ``path``, in one transaction, and bring it up to date."""
        with self._told():
            source = sqlite3.connect(path, isolation_level=None)
            try:
                source.backup(self._tables.conn)
            finally:
                source.close()
            self._prepare()

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._tables.conn.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _use(self, connection: sqlite3.Connection) -> None:
        connection.text_factory = _text
        self._tables = sqlite_utils.Database(connection, execute_plugins=False)

    def _make_ready(self) -> None:
        self._refuse_halves()
        if self.damaged and self._mend and not self._depth:
            mend, self._mend = self._mend, None  # what it does itself must not begin again
            try:
                mend()
            finally:
                self._mend = mend

    def _refuse_halves(self) -> None:
        """Where one statement fails (a full disk, an I/O error, no memory) SQLite may undo the whole transaction by
        itself, and would keep what comes after it for good (https://sqlite.org/lang_transaction.html)."""
        if self._depth and not self._tables.conn.in_transaction:
            raise StorageError(
                f"database {self.path}: nothing was changed, as a part of it failed: the disk is full, or the card "
                "does not answer: free some space and try again"
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what SQLite says into a StorageError with what to do."""
        try:
            yield
        except sqlite3.Error as error:
            told = explained(error, self.path, self._busy_seconds)
            self.damaged = self.damaged or isinstance(told, DamagedError)
            raise told from error

    def _prepare(self) -> None:
        version = self.version()
        mode = self.rows("pragma journal_mode = wal")
        if mode != [("wal",)]:
            raise StorageError(f"{self.path} cannot keep a write-ahead log ({mode!r}): put it on a local disk")
        for pragma in (
            "synchronous = full",
            "foreign_keys = on",
            "secure_delete = on",
            "temp_store = memory",
            f"cache_size = -{CACHE_KB}",
        ):
            self.rows(f"pragma {pragma}")
        if version < VERSION:
            with self.transaction():  # another program may have been faster
                migrate(self.version(), self.rows)


def _text(read: bytes) -> str:
    """A damaged text must not hide the rows beside it, as it would by an exception."""
    return read.decode("utf-8", "replace")
