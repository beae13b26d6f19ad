"""What a door does beside serving: a backup a day, and at its end a note of how long it served."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edgevoice.app.home import House
from edgevoice.config import Settings
from edgevoice.config.settings import StorageSettings
from edgevoice.errors import DamagedError, StorageError
from edgevoice.storage.backups import DAY_S, back_up, is_due
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.restore import is_lost

FIRST_S = 60.0  # after the start, which has enough to do
AGAIN_S = 600.0  # between two looks
FAILED_S = 3600.0  # after one that failed: it is written down each time

_log = logging.getLogger(__name__)


@contextmanager
def upkeep(settings: Settings, home: House, first_s: float = FIRST_S, again_s: float = AGAIN_S) -> Iterator[None]:
    """Look after the database in a thread, with a connection of its own, until the end of the ``with`` statement."""
    ending = threading.Event()
    kept = settings.storage.backups_kept
    look_after = _LookAfter(home.database, settings.storage, ending)
    thread = threading.Thread(target=look_after.run, args=(first_s, again_s), name="upkeep", daemon=True)
    if kept:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        if kept:
            thread.join()
        with suppress(StorageError):  # what was heard is kept for longer then, as after a power cut
            home.heard.drop_old()


class _LookAfter:
    def __init__(self, serving: Database, settings: StorageSettings, ending: threading.Event) -> None:
        self._serving, self._settings, self._ending = serving, settings, ending
        self._last_s = time.monotonic()

    def run(self, first_s: float, again_s: float) -> None:
        wait_s = first_s
        while not self._ending.wait(wait_s):
            wait_s = again_s if self._look() else max(again_s, FAILED_S)

    def _look(self) -> bool:
        """Whether all is well, or is now."""
        folder = self._serving.path.parent
        try:
            if is_lost(folder):  # to open it would make a new house
                raise DamagedError(f"the database in {folder} is gone")
            # The second: where the clock is wrong the age of a file says nothing.
            if is_due(folder) or time.monotonic() - self._last_s > DAY_S:
                self._back_up(folder)
        except DamagedError as error:
            self._serving.damaged = True  # the door mends it before its next use
            _log.error("no backup: %s", error)
        except (StorageError, OSError) as error:
            _log.error("no backup: %s", error)
        else:
            return True
        return False

    def _back_up(self, folder: Path) -> None:
        with Database.open(folder) as database:
            try:
                made = back_up(database, self._settings.backups_kept)
            except StorageError as error:
                Events(database, self._settings.events_kept).write("fault", f"no backup: {error}")
                raise
        self._last_s = time.monotonic()
        _log.info("the backup %s was written and read through", made.path)
