"""The people, the audit log and what must outlive a restart."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edgevoice.config import Loaded
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.habits import Habits
from edgevoice.storage.secrets import FILE_NAME as KEY_NAME
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from edgevoice.storage.state import State


@dataclass(frozen=True)
class House:
    """The people, the audit log and what must outlive a restart: one SQLite file and a key. Belongs to one thread."""

    database: Database
    speakers: Speakers
    events: Events
    state: State
    habits: Habits


def open_house(loaded: Loaded) -> House:
    """Open the database, making it where there is none; StorageError. Close ``house.database`` at the end."""
    database = Database.open(loaded.data)
    secrets = Secrets(loaded.data / KEY_NAME)
    events = Events(database, keep=loaded.settings.storage.events_kept)
    return House(database, Speakers(database, secrets), events, State(database), Habits(database, secrets))


@contextmanager
def house(loaded: Loaded) -> Iterator[House]:
    """``open_house`` for a ``with`` statement."""
    opened = open_house(loaded)
    try:
        yield opened
    finally:
        opened.database.close()
