"""A backup in the place of a database that is damaged or gone."""

import logging
import shutil
from pathlib import Path

from edgevoice.errors import DamagedError, StorageError
from edgevoice.storage.backups import Backup, backups, damaged_files, examine
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.files import beside, flush, place
from edgevoice.storage.secrets import FILE_NAME as KEY_NAME
from edgevoice.storage.secrets import keys_beside

_log = logging.getLogger(__name__)
_PAGE = 4096  # bytes; a database with any table in it has more than one page
_DAMAGED_KEPT = 2  # times that what was moved aside is kept, so that a failing card cannot fill itself


def is_lost(folder: Path) -> bool:
    """Whether people were enrolled here once and the database is gone.

    A new, empty one in its place would let the next person at the door be the first.
    """
    size, log = _size(folder / FILE_NAME), folder / f"{FILE_NAME}-wal"
    empty = size == 0 or (size <= _PAGE and _size(log) == 0)  # beside no page at all SQLite throws the log away
    return empty and ((folder / KEY_NAME).exists() or bool(backups(folder)))


def newest_good(folder: Path) -> Backup | None:
    """The newest backup that can be read through and opens with the key; None where there is none."""
    keys = keys_beside(folder / KEY_NAME)
    for backup in backups(folder):
        try:
            examine(backup.path, keys)
        except StorageError as error:
            _log.warning("the backup %s is no good: %s", backup.path, error)
        else:
            return backup
    return None


def last_good(folder: Path) -> Backup:
    """``newest_good`` for a door whose database is damaged or gone; DamagedError where there is none, or nobody in it:
    whoever was enrolled since would stand before a house that anybody may claim."""
    good = newest_good(folder)
    if good is None or not _holds_anybody(good.path):
        raise DamagedError(
            f"the database in {folder} is damaged or gone, and of {len(backups(folder))} backups there none is good and"
            " holds anybody: the door stays shut until one is put in place (`edgevoice restore FILE`), or the folder is"
            " moved away to begin anew"
        )
    return good


def put_in_place(folder: Path, good: Path, why: str = "damaged") -> str:
    """Move the database aside and put a copy of ``good`` there; what became of the old one, in words, and ``why``.

    Only while nobody else serves this door, and with the old database closed. A power cut on the way leaves the
    database missing, which ``is_lost`` finds.
    """
    path = folder / FILE_NAME
    try:
        with beside(path) as ready:
            shutil.copyfile(good, ready)
            told = _set_aside(path, why)
            place(ready, path)
    except OSError as error:
        raise StorageError(
            f"no backup could be put in place in {folder}: {error.strerror}; free some space or correct the permissions"
        ) from error
    return told


def story(told: str, backup: Backup) -> str:
    """What the owner must know."""
    return (
        f"{told}; the backup of {backup.made_at:%Y-%m-%d %H:%M} UTC was put in its place:"
        " whoever was enrolled or removed since must be enrolled or removed again"
    )


def _holds_anybody(backup: Path) -> bool:
    with Database.read(backup) as copy:
        return bool(copy.rows("select 1 from speakers limit 1"))


def _set_aside(path: Path, why: str) -> str:
    """Its log first: a log beside a database that it does not belong to would damage that one."""
    older = damaged_files(path.parent)
    number = max((_number(each) for each in older), default=0) + 1
    told = f"the database was {why}, and moved to {path.name}.damaged-{number}"
    if _size(path) == 0:
        told = "the database was gone"
    for suffix in ("-wal", "-shm", ""):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(file.with_name(f"{file.name}.damaged-{number}"))
    for each in older:
        if _number(each) <= number - _DAMAGED_KEPT:
            each.unlink()
    flush(path.parent)
    return told


def _number(damaged: Path) -> int:
    return int(damaged.name.rpartition("-")[2])


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
