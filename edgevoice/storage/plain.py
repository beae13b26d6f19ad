"""Events of an older edgevoice, whose details stand in plain text: sealed as soon as there is a key for it."""

import json

from edgevoice.storage.database import Database
from edgevoice.storage.events import Events


def seal_plain(database: Database, events: Events) -> int:
    """Move every such event into the audit log, oldest first; how many. StorageError without the key: they stay.

    Call it when the database is opened; it costs nothing where nothing is left to do.
    """
    if not database.rows("select 1 from plain_events limit 1"):
        return 0
    with database.transaction():
        old = database.rows("select at, kind, reason, speaker, figures from plain_events order by id")
        for at, kind, reason, speaker, figures in old:
            who = None if speaker is None else str(speaker)
            events.append(str(at), str(kind), str(reason), who, _figures(str(figures)))
        database.rows("delete from plain_events")
    database.forget()
    return len(old)


def _figures(text: str) -> dict[str, float]:
    """What can be read of them."""
    try:
        return {name: float("nan") if value is None else float(value) for name, value in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError):
        return {}
