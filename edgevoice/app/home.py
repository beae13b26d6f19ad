"""The people, the audit log and what must outlive a restart."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edgevoice.config import Loaded
from edgevoice.door.register import Register
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
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

    @property
    def register(self) -> Register:
        """The people, changed by the rules of the house."""
        return Register(self.database, self.speakers, self.events)


def open_house(loaded: Loaded) -> House:
    """Open the database, making it where there is none; StorageError. Close ``house.database`` at the end."""
    database = Database.open(loaded.data)
    speakers = Speakers(database, Secrets(loaded.data / KEY_NAME))
    return House(database, speakers, Events(database, keep=loaded.settings.storage.events_kept), State(database))


@contextmanager
def house(loaded: Loaded) -> Iterator[House]:
    """``open_house`` for a ``with`` statement."""
    opened = open_house(loaded)
    try:
        yield opened
    finally:
        opened.database.close()
