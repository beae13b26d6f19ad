"""The audit log: what the door did, when, why and on which figures; never sound and never a vector."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from edgevoice.errors import StorageError
from edgevoice.storage.database import Database

KEPT_EVENTS = 100_000
LONGEST_REASON = 500  # characters; the text of a foreign exception can have any length
SOMEONE = "someone removed since"


@dataclass(frozen=True)
class Event:
    """One row: ids only ever rise; ``at`` is UTC; a figure that was no finite number is None."""

    id: int
    at: datetime
    kind: str
    reason: str
    speaker: str | None
    figures: Mapping[str, float | None]


def _utc() -> datetime:
    return datetime.now(timezone.utc)


class Events:
    """Appends events and keeps the newest ``keep`` (1 or more), so that a device can run for years."""

    def __init__(self, database: Database, keep: int = KEPT_EVENTS, now: Callable[[], datetime] = _utc) -> None:
        self._database = database
        self._keep = keep
        self._now = now

    def write(
        self, kind: str, reason: str, speaker: str | None = None, figures: Mapping[str, float] | None = None
    ) -> int:
        """Append one event and return its id once it is on the disk; StorageError when it is not."""
        at = self._now().astimezone(timezone.utc).isoformat(timespec="milliseconds")
        row = (at, kind, _shorten(reason), speaker, _to_json(figures or {}))
        with self._database.transaction():
            self._database.rows("insert into events (at, kind, reason, speaker, figures) values (?, ?, ?, ?, ?)", row)
            ((newest,),) = self._database.rows("select last_insert_rowid()")
            assert isinstance(newest, int)
            self._database.rows("delete from events where id <= ?", (newest - self._keep,))
        return newest

    def last(self, count: int) -> list[Event]:
        """The newest ``count`` events, oldest first."""
        found = self._database.rows(
            "select id, at, kind, reason, speaker, figures from events order by id desc limit ?", (max(count, 0),)
        )
        return [_event(*row) for row in reversed(found)]


def call_in_log(database: Database, old: str, new: str | None) -> None:
    """Call a person ``new`` in all past events, or nobody where they were removed; within the caller's transaction.

    The rows stay: that the door moved is the history of the house, the name belongs to the person. A row speaks of one
    person, so those of somebody else, whose name may hold this one, are left alone.
    """
    word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    found = database.rows(
        "select id, reason from events where instr(reason, ?) > 0 and (speaker is null or speaker = ?)", (old, old)
    )
    for row, reason in found:
        told = word.sub(lambda _: new or SOMEONE, str(reason))
        database.rows("update events set reason = ? where id = ?", (told, row))
    database.rows("update events set speaker = ? where speaker = ?", (new, old))


def _shorten(reason: str) -> str:
    """A bounded text that UTF-8 can carry."""
    clean = reason.encode("utf-8", "replace").decode()
    return clean if len(clean) <= LONGEST_REASON else clean[: LONGEST_REASON - 1] + "…"


def _to_json(figures: Mapping[str, float]) -> str:
    return json.dumps({name: float(value) if math.isfinite(value) else None for name, value in figures.items()})


def _event(*row: object) -> Event:
    number, at, kind, reason, speaker, figures = row
    try:
        assert isinstance(number, int)
        when = datetime.fromisoformat(str(at))
        return Event(
            number, when, str(kind), str(reason), None if speaker is None else str(speaker), _from_json(figures)
        )
    except ValueError as error:
        raise StorageError(f"event {number} cannot be read ({error}): put back a backup of the database") from error


def _from_json(figures: object) -> dict[str, float | None]:
    read: dict[str, float | None] = json.loads(str(figures))
    return read
