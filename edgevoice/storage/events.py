"""The audit log: what the door did, when, why and on which figures; never sound and never a vector.

Number, time and kind of an event can be read without the key. Its details are sealed, and name people by the number of
their row, not by name: whoever is renamed is called otherwise in all past events, and whoever is removed by no name.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from edgevoice.errors import StorageError
from edgevoice.storage import chain
from edgevoice.storage.database import Database
from edgevoice.storage.sealed import EVENTS
from edgevoice.storage.secrets import FILE_NAME as KEY_NAME
from edgevoice.storage.secrets import Secrets

MOST_EVENTS = 200_000
"""As many as ``storage.events_kept`` may be: with so many, of 0.37 kB each, removing somebody writes 230 MB and takes
75 MB of memory. A card of 10 MB/s has it done before the watchdog takes a door that does not answer for dead."""
LONGEST_REASON = 500  # characters; the text of a foreign exception can have any length
SOMEONE = "someone removed since"
BUILT_IN = 2026
"""A clock that shows an earlier year was never set."""

_Part = str | int
_NEVER = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Event:
    """One row: ids only ever rise; ``at`` is UTC; a figure that was no finite number is None.

    Not ``readable``: the reason says why, and there is neither speaker nor figure.
    """

    id: int
    at: datetime
    kind: str
    reason: str
    speaker: str | None
    figures: Mapping[str, float | None]
    readable: bool = True

    @property
    def clock_set(self) -> bool:
        """Whether ``at`` can be true; a board without a battery starts long ago until the network tells it."""
        return self.at.year >= BUILT_IN


@dataclass(frozen=True)
class Proof:
    """How many events are kept; the number of the newest and what it is signed with, as 64 hexadecimal digits;
    what is wrong, one sentence each."""

    rows: int
    last_id: int
    head: str
    problems: tuple[str, ...]


def _utc() -> datetime:
    return datetime.now(timezone.utc)


class Events:
    """Appends events and keeps the newest ``keep`` (1 or more), so that a device can run for years."""

    def __init__(
        self,
        database: Database,
        keep: int = MOST_EVENTS,
        now: Callable[[], datetime] = _utc,
        secrets: Secrets | None = None,
    ) -> None:
        """``keep``: ``storage.events_kept``; who does not know that lets go of none that it may keep. ``secrets``: what
        seals the details; none: the key beside the database."""
        self._database = database
        self._keep = keep
        self._now = now
        self._secrets = secrets or Secrets(database.path.with_name(KEY_NAME), database)
        self._known: dict[str, int] = {}

    def write(
        self, kind: str, reason: str, speaker: str | None = None, figures: Mapping[str, float] | None = None
    ) -> int:
        """Append one event and return its id once it is on the disk; StorageError when it is not."""
        at = self._now().astimezone(timezone.utc).isoformat(timespec="milliseconds")
        with self._database.transaction():
            return self.append(at, kind, reason, speaker, figures or {})

    def append(self, at: str, kind: str, reason: str, speaker: str | None, figures: Mapping[str, float]) -> int:
        """Within the caller's transaction: one event of the time ``at``, in ISO 8601."""
        details = _to_json(self._anonymous(_shorten(reason), speaker), figures)
        return chain.append(self._database, self._secrets.key(), at, kind, details, self._keep)

    def last(self, count: int) -> list[Event]:
        """The newest ``count`` events, oldest first; one that cannot be read is among them and says so."""
        found = self._database.rows(
            "select id, at, kind, sealed from events order by id desc limit ?", (max(count, 0),)
        )
        names = {number: name for name, number in self._people().items()}
        return [self._event(names, *row) for row in reversed(found)]

    def verify(self) -> Proof:
        """Walk the whole chain; StorageError without the key."""
        with self._database.snapshot():
            ((rows, last),) = self._database.rows("select count(*), coalesce(max(id), 0) from events")
            assert isinstance(rows, int) and isinstance(last, int)
            key = self._secrets.current()
            if key is None:
                return Proof(rows, last, "", ("there are events, and no key was ever named",) if rows else ())
            found = chain.problems(self._database, key)
            macs = self._database.rows("select mac from events where id = ?", (last,))
        return Proof(rows, last, "".join(mac.hex() for (mac,) in macs if isinstance(mac, bytes)), tuple(found))

    def check(self) -> None:
        """Whether the log can be written on; DamagedError, and LostKeyError without the key."""
        with self._database.snapshot():
            key = self._secrets.current()
            if key is not None:
                chain.read_ends(self._database, key)

    def holds(self, number: int, head: str) -> bool:
        """Whether event ``number`` is the one that was the newest, signed with ``head``, when that was noted."""
        found = self._database.rows("select mac from events where id = ?", (number,))
        return [bytes(mac).hex() for (mac,) in found if isinstance(mac, bytes)] == [head.lower()]

    def _people(self) -> dict[str, int]:
        found = self._database.rows("select name, id from speakers")
        return {str(name): number for name, number in found if isinstance(number, int)}

    def _anonymous(self, reason: str, speaker: str | None) -> tuple[list[_Part], _Part | None]:
        """Reason and speaker with numbers in the place of names.

        A row speaks of one person, so where it says of whom, other names in it are left alone. Whoever was removed in
        the very moment still has the number they had.
        """
        people = self._people()
        self._known |= people
        who = self._known.get(speaker) if speaker is not None else None
        if speaker is None:
            return _split(reason, people), None
        return (_split(reason, {speaker: who}), who) if who is not None else ([reason], speaker)

    def _event(self, names: Mapping[int, str], number: object, at: object, kind: object, sealed: object) -> Event:
        assert isinstance(number, int)
        when = _NEVER
        try:
            when = datetime.fromisoformat(str(at)).astimezone(timezone.utc)
            if not isinstance(sealed, bytes):
                raise TypeError(sealed)
            parts, speaker, figures = _from_json(self._secrets.open(sealed, EVENTS.purpose(number, at, kind)))
        except (StorageError, ValueError, TypeError, KeyError, OverflowError):
            return Event(number, when, str(kind), f"cannot be read: {self._why()}", None, {}, readable=False)
        reason = "".join(names.get(part, SOMEONE) if isinstance(part, int) else part for part in parts)
        who = names.get(speaker) if isinstance(speaker, int) else speaker
        return Event(number, when, str(kind), reason, who, figures)

    def _why(self) -> str:
        try:
            self._secrets.current()
        except StorageError:
            return "the key that sealed it is not here"
        return "it does not open with the key, and was changed, damaged or sealed with a key that was lost"


def _split(reason: str, people: Mapping[str, int]) -> list[_Part]:
    """The text, cut where a whole word is a name, with the number instead; a longer name goes before one within it."""
    if not people:
        return [reason]
    names = "|".join(re.escape(name) for name in sorted(people, key=len, reverse=True))
    parts: list[_Part] = []
    for number, piece in enumerate(re.split(rf"(?<!\w)({names})(?!\w)", reason)):
        parts.append(people[piece] if number % 2 else piece)
    return parts


def _shorten(reason: str) -> str:
    """A bounded text that UTF-8 can carry."""
    clean = reason.encode("utf-8", "replace").decode()
    return clean if len(clean) <= LONGEST_REASON else clean[: LONGEST_REASON - 1] + "…"


def _to_json(told: tuple[list[_Part], _Part | None], figures: Mapping[str, float]) -> bytes:
    finite = {name: float(value) if math.isfinite(value) else None for name, value in figures.items()}
    return json.dumps({"reason": told[0], "speaker": told[1], "figures": finite}, ensure_ascii=False).encode()


def _from_json(plain: bytes) -> tuple[list[_Part], _Part | None, dict[str, float | None]]:
    read = json.loads(plain)
    return read["reason"], read["speaker"], read["figures"]
