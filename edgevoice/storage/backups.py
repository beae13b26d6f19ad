"""Backups beside the database: the newest few, each read through and opened with the key before it counts.

They hold no key. They have a number and not a date in their name, as a clock may be wrong.
"""

import errno
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from edgevoice.errors import DamagedError, StorageError
from edgevoice.storage import chain
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.files import beside, clear_unfinished, flush, make_folder, place
from edgevoice.storage.keys import ENROL_AGAIN, Key
from edgevoice.storage.sealed import SEALED, Sealed
from edgevoice.storage.secrets import FILE_NAME as KEY_NAME
from edgevoice.storage.secrets import keys_beside
from edgevoice.storage.state import State

FOLDER = "backups"
CONDEMNED = "condemned backups"
"""The name under which ``State`` has the number of the last of them."""
BEFORE_UPGRADE = "before-upgrade"
"""The copy of people and key that deploy/install.sh makes, and lets go of once the new version serves."""
KEPT_BACKUPS = 7
DAY_S = 24 * 3600.0
ROOM_BYTES = 8_000_000
"""What a backup leaves free: more than SQLite's log of what the door writes meanwhile, up to its next checkpoint."""
_log = logging.getLogger(__name__)
_DAMAGED = re.compile(r"\.damaged-\d+$")
_NAME = re.compile(r"edgevoice-(\d{6,})\.sqlite")


@dataclass(frozen=True)
class Backup:
    """A file with its number; ``made_at`` as the clock was then, UTC."""

    path: Path
    number: int

    @property
    def made_at(self) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, timezone.utc)


def backups(folder: Path) -> list[Backup]:
    """Those of a data folder, newest first."""
    found = ((path, _NAME.fullmatch(path.name)) for path in (folder / FOLDER).glob("*.sqlite"))
    numbered = [Backup(path, int(match[1])) for path, match in found if match]
    return sorted(numbered, key=lambda backup: backup.number, reverse=True)


def is_due(folder: Path, now_s: float | None = None) -> bool:
    """Whether the newest backup is a day old, or there is none. One from the future is due too: a clock was wrong when
    it was made, or is now, and the date would hold back all others for years."""
    now_s = time.time() if now_s is None else now_s
    for backup in backups(folder):
        with suppress(FileNotFoundError):  # one that is taken away at this moment, as somebody is removed
            return not 0 <= now_s - backup.path.stat().st_mtime < DAY_S
    return True


def free_bytes(folder: Path) -> int:
    """For which there is room in a folder."""
    return shutil.disk_usage(folder).free


def back_up(database: Database, keep: int = KEPT_BACKUPS, free: Callable[[Path], int] = free_bytes) -> Backup:
    """Copy the database while others use it, read the copy through, and let go of all but the newest ``keep``.

    ``free``: bytes that a folder has room for. StorageError: no space, also where the door would have none meanwhile,
    or a voiceprint that the key does not open; DamagedError where the database is damaged. Then the older backups stay
    as they were.
    """
    folder = database.path.parent
    try:
        make_folder(folder / FOLDER)
        _clear(folder)
        if free(folder) < database.path.stat().st_size + ROOM_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        while (made := _copy(database, folder / FOLDER)) is None:
            pass
        for old in backups(folder)[keep:]:
            old.path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"no backup could be written to {folder / FOLDER}: {error.strerror};"
            " free some space or correct the permissions"
        ) from error
    return made


def _copy(database: Database, folder: Path) -> Backup | None:
    """None where somebody was removed, or the key changed, while it was made: it would bring them back."""
    begun = _held_by_copies(database)
    with beside(folder / FILE_NAME) as copy:
        database.copy_to(copy)
        examine_copy(database, copy, keys_beside(database.path.with_name(KEY_NAME)))
        flush(copy)
        with database.transaction():  # a removal is one too, and condemns what is there before it ends
            if begun - _held_by_copies(database):
                return None
            number = _newest(folder.parent) + 1
            path = folder / f"edgevoice-{number:06}.sqlite"
            place(copy, path)
    return Backup(path, number)


def _held_by_copies(database: Database) -> set[tuple[object, ...]]:
    """Numbers of people, which are never given twice, and the name of the key."""
    return {*database.rows("select id from speakers"), *database.rows("select key from sealing")}


def _newest(folder: Path) -> int:
    return max((backup.number for backup in backups(folder)), default=0)


def condemn(database: Database) -> None:
    """Within the transaction that removes somebody or changes the key: write down which backups have to go with it.

    ``renew`` takes them away, and after a power cut before it ``finish`` does.
    """
    State(database).put(CONDEMNED, {"up_to": _newest(database.path.parent)})


def finish(database: Database) -> None:
    """Take away what a removal or a change of the key has condemned and a power cut has left; StorageError."""
    up_to = (State(database).get(CONDEMNED) or {}).get("up_to", 0)
    if any(backup.number <= up_to for backup in backups(database.path.parent)):
        database.forget()
        renew(database)


def renew(database: Database) -> None:
    """One backup of how things stand now in the place of all older ones, and of every other copy, where there are any.

    After somebody was removed, whom the older ones still hold, and after a change of the key, which they do not know.
    The older ones go even where the new one cannot be written, which is told as a warning: the next look of the door
    that serves finds that a backup is due.
    """
    folder = database.path.parent
    old = [*(backup.path for backup in backups(folder)), *damaged_files(folder), *folder.glob(f"{BEFORE_UPGRADE}*")]
    _clear(folder)
    if not old:
        return
    try:
        back_up(database, keep=len(old) + 1)
    except StorageError as error:
        _log.warning("there is no backup now, as the older ones held what had to go: %s", error)
    for path in old:
        _remove(path)
    with suppress(StorageError):  # a full disk: ``finish`` finds none of them
        redeem(database)


def redeem(database: Database) -> None:
    """No backup has to go: they have gone, or the database is of another folder, whose numbers are others."""
    State(database).put(CONDEMNED, {"up_to": 0})


def damaged_files(folder: Path) -> list[Path]:
    """What was moved aside because it was damaged."""
    return sorted(path for path in folder.glob(f"{FILE_NAME}*") if _DAMAGED.search(path.name))


def examine(path: Path, keys: Sequence[Key], known_as: Path | None = None) -> None:
    """Read a database through, open all that is vital in it with one of the keys and look whether its audit log can be
    written on; changes nothing.

    ``known_as``: what errors call it where its owner knows it by another name.

    DamagedError, or StorageError where the key is not among them or a single voiceprint does not open.
    """
    with Database.read(path, known_as) as copy:
        copy.check(thorough=True)
        if copy.version() == 0:
            raise DamagedError(f"{copy.path} holds nothing: take another backup")
        there = {str(name) for (name,) in copy.rows("select name from sqlite_master where type = 'table'")}
        vital = [sealed for sealed in SEALED if sealed.vital and sealed.table in there]
        found = [(sealed, row) for sealed in vital for row in copy.rows(_rows_of(sealed))]
        names = _keys_named(copy) if "sealing" in there else []
        if (found or names) and not (keys := [key for key in keys if not names or key.id in names]):
            raise StorageError(f"{copy.path} is sealed with a key that is not here: {ENROL_AGAIN}")
        for sealed, (secret, *bound) in found:
            purpose = sealed.purpose(*bound)
            if not isinstance(secret, bytes) or all(key.open(secret, purpose) is None for key in keys):
                raise StorageError(f"{copy.path}: {purpose} does not open with the key: {ENROL_AGAIN}")
        if names:
            _check_log(copy, keys)


def examine_copy(database: Database, copy: Path, keys: Sequence[Key]) -> None:
    """As ``examine``, for a copy that was just made: what is wrong with it is told of the database."""
    database.check(thorough=True)  # of its indexes, which were made anew, the copy tells nothing
    with database.snapshot():  # as another program may change the key
        _check_log(database, keys)
    try:
        examine(copy, keys, known_as=database.path)
    except DamagedError as error:
        raise StorageError("the copy was damaged while it was written: check the card") from error


def _check_log(database: Database, keys: Sequence[Key]) -> None:
    """DamagedError where the key that the database names did not sign where its audit log begins and ends."""
    names = _keys_named(database)
    for key in keys:
        if key.id in names:
            chain.read_ends(database, key)


def _keys_named(database: Database) -> list[str]:
    return [str(name) for (name,) in database.rows("select key from sealing")]


def _clear(folder: Path) -> None:
    """What was never finished in a data folder goes; where that cannot be done the owner is told."""
    for each in (folder, folder / FOLDER):
        try:
            clear_unfinished(each)
        except OSError as error:
            _log.warning("%s is a copy that was never finished (%s): remove it by hand", error.filename, error.strerror)


def _remove(copy: Path) -> None:
    """Take a file or a folder away; where that cannot be done the owner is told, and the others still go."""
    try:
        if copy.is_dir():
            shutil.rmtree(copy)
        else:
            copy.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s still holds what had to go (%s): remove it by hand", copy, error.strerror)


def _rows_of(sealed: Sealed) -> str:
    return f"select sealed, {', '.join(sealed.bound)} from {sealed.table}"
