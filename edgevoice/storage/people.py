"""Who is meant by a name."""

from collections.abc import Sequence

from edgevoice.errors import SpeakerError
from edgevoice.storage.database import Database
from edgevoice.storage.names import fold

_TOLD = 10  # names, where none of them was meant


def row_of(database: Database, name: str) -> tuple[int, str]:
    """Number and name of the person of that name, in any case or width; SpeakerError."""
    found = database.rows("select id, name from speakers where folded = ?", (fold(name),))
    if not found or not isinstance(found[0][0], int):
        raise nobody(name, [str(kept) for (kept,) in database.rows("select name from speakers order by id")])
    return found[0][0], str(found[0][1])


def nobody(name: str, enrolled: Sequence[str]) -> SpeakerError:
    """The error where a name is none of those enrolled."""
    known = ", ".join(enrolled[:_TOLD]) or "nobody"
    more = ", ..." if len(enrolled) > _TOLD else ""
    return SpeakerError(f"nobody is enrolled as {name[:80]!a}; enrolled: {known}{more}")
