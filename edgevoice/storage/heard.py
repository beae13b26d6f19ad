"""What the door has heard: sealed fingerprints, never sound, kept for a time and up to a number."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.names import fold
from edgevoice.storage.sealed import HEARD
from edgevoice.storage.secrets import Secrets

_log = logging.getLogger(__name__)
_AT_ONCE = 500  # rows of one query, well below the variables that SQLite allows

Kind = Literal["attempt", "enrolment"]


@dataclass(frozen=True)
class Kept:
    """One row: ids only ever rise; ``at``: UTC, ISO 8601; ``plain``: what was kept."""

    id: int
    at: str
    kind: str
    plain: bytes


def _utc() -> datetime:
    return datetime.now(timezone.utc)


class Heard:
    """Keeps the newest ``most`` of the last ``days``; each change is on the disk when its call returns."""

    def __init__(
        self, database: Database, secrets: Secrets, days: float, most: int, now: Callable[[], datetime] = _utc
    ) -> None:
        self._database, self._secrets = database, secrets
        secrets.belong_to(database)
        self._days, self._now = days, now
        self.most = most
        """How many are kept at most."""
        self._unreadable: set[int] = set()

    def add(self, plains: Sequence[bytes], kind: Kind, speaker: str | None, recognised: bool = True) -> list[int]:
        """Seal and keep all of them or none; their ids. ``speaker``: whose removal takes them along, if enrolled.

        ``recognised``: whether the voice was; what was not gives way first, so that no stranger's chatter pushes out
        what somebody could replay. Old rows give way in the same transaction. StorageError: disk or key; nothing was
        changed then.
        """
        with self._database.transaction():
            rows = [self._insert(plain, kind, speaker, recognised) for plain in plains]
            self._drop_old()
        return rows

    def replace(self, row: int, plain: bytes, speaker: str | None, recognised: bool) -> None:
        """Keep this in the place of what ``row`` held; nothing happens where the row is gone.

        ``recognised``: whether the voice was now; where it was before, it stays so.
        """
        with self._database.transaction():
            self._seal(row, plain)
            self._database.rows(
                "update heard set speaker = (select id from speakers where folded = ?), recognised = max(recognised, ?)"
                " where id = ?",
                (None if speaker is None else fold(speaker), recognised, row),
            )

    def assign(self, rows: Sequence[int], speaker: str) -> None:
        """These were the enrolment of ``speaker``, whose removal takes them along."""
        with self._database.transaction():
            for row in rows:
                self._database.rows(
                    "update heard set kind = 'enrolment', recognised = 1,"
                    " speaker = (select id from speakers where folded = ?) where id = ?",
                    (fold(speaker), row),
                )

    def drop_old(self) -> None:
        """Forget what is older than is kept. Rows of the future, of a clock that was wrong, go by their number."""
        with self._database.transaction():
            self._drop_old()

    def stamp(self) -> tuple[int, int]:
        """Changes whenever rows come or go; costs less than ``ids``."""
        ((count, newest),) = self._database.rows("select count(*), coalesce(max(id), 0) from heard")
        assert isinstance(count, int)
        assert isinstance(newest, int)
        return count, newest

    def ids(self) -> NDArray[np.int64]:
        """(n,) numbers of every row that is there and can be read, oldest first."""
        found = self._database.numbers("select id from heard order by id")
        return np.setdiff1d(found, list(self._unreadable), assume_unique=True) if self._unreadable else found

    def read(self, rows: Collection[int]) -> list[Kept]:
        """These rows, oldest first. One that does not open is told once in the log and left out, also of ``ids``."""
        wanted = sorted(rows)
        found: list[Kept] = []
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            sql = f"select id, at, kind, sealed from heard where id in ({marks}) order by id"
            found += [kept for row in self._database.rows(sql, some) if (kept := self._open(*row)) is not None]
        return found

    def _insert(self, plain: bytes, kind: Kind, speaker: str | None, recognised: bool) -> int:
        at = self._now().astimezone(timezone.utc).isoformat(timespec="seconds")
        ((row,),) = self._database.rows(
            "insert into heard (at, kind, recognised, speaker, sealed)"
            " values (?, ?, ?, (select id from speakers where folded = ?), x'') returning id",
            (at, kind, recognised, None if speaker is None else fold(speaker)),
        )
        assert isinstance(row, int)
        self._seal(row, plain)
        return row

    def _seal(self, row: int, plain: bytes) -> None:
        sealed = self._secrets.seal(plain, HEARD.purpose(row))
        self._database.rows("update heard set sealed = ? where id = ?", (sealed, row))

    def _open(self, *values: object) -> Kept | None:
        row, at, kind, sealed = values
        assert isinstance(row, int)
        try:
            # One flipped bit makes a text of a blob; it opens as little as nothing.
            secret = sealed if isinstance(sealed, bytes) else b""
            return Kept(row, str(at), str(kind), self._secrets.open(secret, HEARD.purpose(row)))
        except StorageError as error:
            self._unreadable.add(row)
            _log.warning("a fingerprint of what was heard on %s is left out: %s", at, error)
            return None

    def _drop_old(self) -> None:
        oldest = self._now().astimezone(timezone.utc) - timedelta(days=self._days)
        self._database.rows("delete from heard where at < ?", (oldest.isoformat(timespec="seconds"),))
        self._database.rows(
            "delete from heard where id in (select id from heard order by recognised, id"
            " limit max(0, (select count(*) from heard) - ?))",  # only these are sorted, not all that are kept
            (self.most,),
        )
