"""What the door has heard: sealed fingerprints, never sound, kept for a time and up to a number."""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.names import fold
from edgevoice.storage.sealed import HEARD
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.state import State

_log = logging.getLogger(__name__)
_AT_ONCE = 500  # rows of one query, well below the variables that SQLite allows
_DAY_S = 24 * 3600.0
_NEWEST = 32  # stay whoever spoke: more than the sentences of an enrolment, whose voice is nobody's yet

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
    """Keeps the newest ``most`` of the last ``days``; each change is on the disk when its call returns.

    The days are those that a door has served: a clock on the wall may be unset at boot, and jump by months later. They
    are counted from the first use of this object on, in ``state``, so that they go on after a restart.
    """

    NAME = "heard"

    def __init__(
        self,
        database: Database,
        secrets: Secrets,
        days: float,
        most: int,
        now: Callable[[], datetime] = _utc,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``now``: only told; ``clock``: monotonic seconds."""
        self._database, self._secrets, self._state = database, secrets, State(database)
        self._days, self._now, self._clock = days, now, clock
        self.most = most
        """How many are kept at most."""
        self._unreadable: set[int] = set()
        self._looked_s: float | None = None

    def add(self, plains: Sequence[bytes], kind: Kind, speaker: str | None, recognised: bool = True) -> list[int]:
        """Seal and keep all of them or none; their ids. ``speaker``: whose removal takes them along, if enrolled.

        ``recognised``: whether the voice was; what was not gives way first, so that no stranger's chatter pushes out
        what somebody could replay; but the newest stay, whoever spoke. Old rows give way in the same transaction.
        StorageError: disk or key; nothing was changed then.
        """
        with self._database.transaction():
            served_s = self._served()
            rows = [self._insert(plain, kind, speaker, recognised, served_s) for plain in plains]
            self._drop_old(served_s, len(rows))
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
        """These were the enrolment of ``speaker``, whose removal takes them along.

        StorageError where one of them is gone, and could be replayed; nothing was changed then.
        """
        with self._database.transaction():
            for row in rows:
                if not self._database.rows(
                    "update heard set kind = 'enrolment', recognised = 1,"
                    " speaker = (select id from speakers where folded = ?) where id = ? returning id",
                    (fold(speaker), row),
                ):
                    raise StorageError(
                        f"of the {len(rows)} sentences of this enrolment fingerprint {row} is gone: somebody was"
                        f" removed meanwhile, or replay.keep_most ({self.most}) is too small for it; enrol again"
                    )

    @property
    def served_s(self) -> float:
        """Seconds that the door has served, as far as they are written down."""
        return (self._state.get(self.NAME) or {}).get("served_s", 0.0)

    def drop_old(self) -> None:
        """Forget what is older than is kept."""
        with self._database.transaction():
            self._drop_old(self._served())

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
        """These rows, oldest first. One that does not open is told once in the log and left out, also of ``ids``; all
        are, and told as one, where the key is lost."""
        wanted = sorted({*rows} - self._unreadable) if self._has_key() else []
        found: list[Kept] = []
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            sql = f"select id, at, kind, sealed from heard where id in ({marks}) order by id"
            found += [kept for row in self._database.rows(sql, some) if (kept := self._open(*row)) is not None]
        return found

    def _has_key(self) -> bool:
        try:
            self._secrets.current()
        except StorageError as error:
            if sealed := self.ids().tolist():
                self._unreadable.update(sealed)
                _log.warning("all %d fingerprints of what was heard are left out: %s", len(sealed), error)
            return False
        return True

    def _served(self) -> float:
        """Seconds served so far, written down within the caller's transaction."""
        now_s = self._clock()
        passed_s = 0.0 if self._looked_s is None else max(now_s - self._looked_s, 0.0)
        self._looked_s = now_s
        served_s = self.served_s + passed_s
        self._state.put(self.NAME, {"served_s": served_s})
        return served_s

    def _insert(self, plain: bytes, kind: Kind, speaker: str | None, recognised: bool, served_s: float) -> int:
        at = self._now().astimezone(timezone.utc).isoformat(timespec="seconds")
        ((row,),) = self._database.rows(
            "insert into heard (at, kind, recognised, speaker, sealed, served_s)"
            " values (?, ?, ?, (select id from speakers where folded = ?), x'', ?) returning id",
            (at, kind, recognised, None if speaker is None else fold(speaker), served_s),
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

    def _drop_old(self, served_s: float, added: int = 0) -> None:
        self._database.rows("delete from heard where served_s < ?", (served_s - self._days * _DAY_S,))
        newest = max(added, min(_NEWEST, self.most // 2))  # half at most: the others are for what could be replayed
        self._database.rows(
            "delete from heard where id in (select id from heard"
            " order by id > coalesce((select id from heard order by id desc limit 1 offset ?), 0), recognised, id"
            " limit max(0, (select count(*) from heard) - ?))",  # only these are sorted, not all that are kept
            (newest, self.most),
        )
