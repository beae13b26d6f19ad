"""The people, the audit log and what must outlive a restart."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgevoice.config import Loaded, Settings
from edgevoice.door.register import Register
from edgevoice.errors import DamagedError, StorageError
from edgevoice.storage import restore
from edgevoice.storage.alone import alone
from edgevoice.storage.backups import finish
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.files import make_data_folder
from edgevoice.storage.habits import Habits
from edgevoice.storage.heard import Heard
from edgevoice.storage.pins import Pins
from edgevoice.storage.plain import seal_plain
from edgevoice.storage.recordings import Recordings
from edgevoice.storage.secrets import FILE_NAME as KEY_NAME
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from edgevoice.storage.state import State

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class House:
    """The people, the audit log, known sounds and what must outlive a restart: one SQLite file and a key.

    Belongs to one thread.
    """

    database: Database
    secrets: Secrets
    speakers: Speakers
    events: Events
    state: State
    heard: Heard
    recordings: Recordings
    habits: Habits
    pins: Pins

    @property
    def register(self) -> Register:
        """The people, changed by the rules of the house."""
        return Register(self.database, self.speakers, self.events, self.heard)


def open_house(loaded: Loaded) -> House:
    """Open the database, making it where there never was one; StorageError. Close ``house.database`` at the end.

    Where it is damaged or gone the last good backup takes its place, which is logged as an error and written down.
    """
    database, told = _open(loaded.data)
    try:
        home = _furnish(database, loaded.settings)
        home.secrets.settle()
        if told:
            _tell(home, told)
        _finish(home)
    except BaseException:
        database.close()
        raise
    return home


@contextmanager
def house(loaded: Loaded) -> Iterator[House]:
    """``open_house`` for a ``with`` statement."""
    opened = open_house(loaded)
    try:
        yield opened
    finally:
        opened.database.close()


def mending(home: House) -> Callable[[], None]:
    """What puts the last good backup in place while the door serves, and this process alone holds the folder."""

    def mend() -> None:
        folder = home.database.path.parent
        good = restore.last_good(folder)
        home.database.close()
        told = restore.story(restore.put_in_place(folder, good.path), good)
        home.database.reopen()
        _tell(home, told)

    return mend


def _furnish(database: Database, settings: Settings) -> House:
    secrets = Secrets(database.path.with_name(KEY_NAME), database)
    events = Events(database, keep=settings.storage.events_kept, secrets=secrets)
    heard = Heard(database, secrets, settings.replay.keep_days, settings.replay.keep_most)
    speakers, state, recordings = Speakers(database, secrets), State(database), Recordings(database)
    habits, pins = Habits(database, secrets), Pins(database, secrets)
    return House(database, secrets, speakers, events, state, heard, recordings, habits, pins)


def _open(folder: Path) -> tuple[Database, str]:
    """The database, and what had to be done for it, in words; empty where nothing had to."""
    make_data_folder(folder)
    if not restore.is_lost(folder):
        try:
            return _sound(folder), ""
        except DamagedError as error:
            _log.error("%s", error)
    with alone(folder):
        good = restore.last_good(folder)
        told = restore.story(restore.put_in_place(folder, good.path), good)
        return Database.open(folder), told


def _sound(folder: Path) -> Database:
    """The database, walked through once: damage that is found later costs a visit, and at the first start all."""
    database = Database.open(folder)
    try:
        database.check()
    except BaseException:
        database.close()
        raise
    return database


def _finish(home: House) -> None:
    """What was begun before, by an older edgevoice or until a power cut; where that cannot be now, the next time."""
    try:
        finish(home.database)
        seal_plain(home.database, home.events)
    except StorageError as error:
        _log.warning("what was begun before is not finished yet: %s", error)


def _tell(home: House, told: str) -> None:
    _log.error("%s", told)
    home.events.write("restored", told)
