"""The audit log as a chain: each row signs the one before it, so that none can be changed, removed, put in or moved.

Every function works within the caller's transaction (or snapshot, where it only reads).
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace

from edgevoice.errors import DamagedError, StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.explain import PUT_A_BACKUP
from edgevoice.storage.keys import MAC_BYTES, Key
from edgevoice.storage.sealed import EVENTS

NOTHING = bytes(MAC_BYTES)  # what the first row of all signs as the one before it
_AT_ONCE = 1_000  # rows in memory


@dataclass(frozen=True)
class Ends:
    """The row before the oldest that is kept, and the newest: their ids, and what they were signed with."""

    before_id: int = 0
    before_mac: bytes = NOTHING
    last_id: int = 0
    last_mac: bytes = NOTHING


@dataclass(frozen=True)
class Link:
    """One row as the chain sees it."""

    id: int
    at: str
    kind: str
    sealed: bytes
    mac: bytes


def begin(database: Database, key: Key, ends: Ends | None = None) -> None:
    """A chain without a row, or with those ends."""
    _put_ends(database, key, ends or Ends())


def append(database: Database, key: Key, at: str, kind: str, plain: bytes, keep: int) -> int:
    """Seal and sign one more row, let go of all but the newest ``keep``, and give the id of the new one."""
    ends = read_ends(database, key)
    number = ends.last_id + 1
    sealed = key.seal(plain, EVENTS.purpose(number, at, kind))
    mac = _sign(key, ends.last_mac, Link(number, at, kind, sealed, b""))
    database.rows("insert into events values (?, ?, ?, ?, ?)", (number, at, kind, sealed, mac))
    ends = replace(_let_go(database, ends, number - keep), last_id=number, last_mac=mac)
    _put_ends(database, key, ends)
    return number


def read_ends(database: Database, key: Key) -> Ends:
    """Where the chain begins and ends; DamagedError where that is not as it was signed: nothing can be written then."""
    found = database.rows("select before_id, before_mac, last_id, last_mac, tag from chain")
    match found:
        case [(int(first), bytes(first_mac), int(last), bytes(last_mac), bytes(tag))]:
            ends = Ends(first, first_mac, last, last_mac)
            if hmac.compare_digest(tag, _tag(key, ends)):
                return ends
    database.damaged = True
    raise DamagedError(
        f"database {database.path}: where the audit log begins and ends was changed by another program, or is damaged:"
        f" end the door and {PUT_A_BACKUP}; or keep all that is there, and sign the log anew (`edgevoice key rotate`)"
    )


def links(database: Database) -> Iterator[Link]:
    """Every row that is kept, oldest first; one whose columns are of another type has them as text and bytes."""
    after = -(2**62)
    while rows := database.rows(
        "select id, at, kind, sealed, mac from events where id > ? order by id limit ?", (after, _AT_ONCE)
    ):
        for number, at, kind, sealed, mac in rows:
            assert isinstance(number, int)
            after = number
            yield Link(number, str(at), str(kind), _bytes(sealed), _bytes(mac))


def problems(database: Database, key: Key) -> list[str]:
    """All that is wrong with the chain, one sentence each; empty where every row is as it was written."""
    try:
        ends = read_ends(database, key)
    except StorageError as error:
        return [str(error)]
    found: list[str] = []
    number, mac = ends.before_id, ends.before_mac
    for link in links(database):
        if link.id <= ends.before_id or link.id > ends.last_id:
            found.append(f"row {link.id} was put in")
            continue
        if link.id > number + 1:
            found.append(_removed(number + 1, link.id - 1))
        elif not hmac.compare_digest(link.mac, _sign(key, mac, link)):
            found.append(f"row {link.id} was changed")
        number, mac = link.id, link.mac
    if number < ends.last_id:
        found.append(_removed(number + 1, ends.last_id))
    elif mac != ends.last_mac:
        found.append(f"row {number} is not the one that was written last")
    return found


def sign_anew(database: Database, key: Key) -> None:
    """Sign every row that is kept, as it stands, with another key."""
    ((first, last),) = database.rows("select min(id), max(id) from events")
    ((given,),) = database.rows("select coalesce(max(last_id), 0) from chain")
    assert isinstance(given, int)
    before = first - 1 if isinstance(first, int) else given
    mac = NOTHING
    for link in links(database):
        mac = _sign(key, mac, link)
        database.rows("update events set mac = ? where id = ?", (mac, link.id))
    # An id that was given never returns: rows missing at the end stay missing, and are told as that.
    newest = max(last, given) if isinstance(last, int) else given
    begin(database, key, Ends(before, NOTHING, newest, mac))


def _let_go(database: Database, ends: Ends, up_to: int) -> Ends:
    found = database.rows("select id, mac from events where id <= ? order by id desc limit 1", (up_to,))
    if not found:
        return ends
    ((number, mac),) = found
    assert isinstance(number, int)
    database.rows("delete from events where id <= ?", (number,))
    return replace(ends, before_id=number, before_mac=_bytes(mac))


def _sign(key: Key, before: bytes, link: Link) -> bytes:
    """What the row is, and the signature of the one before it; lengths keep the parts apart."""
    parts = (before, str(link.id).encode(), link.at.encode(), link.kind.encode(), link.sealed)
    return key.sign(b"".join(len(part).to_bytes(4, "big") + part for part in parts))


def _tag(key: Key, ends: Ends) -> bytes:
    return key.sign(b"ends %d %d " % (ends.before_id, ends.last_id) + ends.before_mac + ends.last_mac)


def _put_ends(database: Database, key: Key, ends: Ends) -> None:
    values = (ends.before_id, ends.before_mac, ends.last_id, ends.last_mac, _tag(key, ends))
    database.rows("insert or replace into chain values (1, ?, ?, ?, ?, ?)", values)


def _removed(first: int, last: int) -> str:
    return f"row {first} was removed" if first == last else f"rows {first} to {last} were removed"


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
