"""A backup to take away: one file with the database and, behind a passphrase, its key."""

import logging
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgevoice.errors import DamagedError, StorageError
from edgevoice.storage.alone import alone
from edgevoice.storage.backups import back_up, backups, examine, examine_copy, finish, redeem
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.events import Events
from edgevoice.storage.files import beside, make_data_folder, place
from edgevoice.storage.keys import Key, read_key, write_key
from edgevoice.storage.passphrase import unwrap, wrap
from edgevoice.storage.plain import seal_plain
from edgevoice.storage.restore import is_lost, put_in_place
from edgevoice.storage.secrets import FILE_NAME as KEY_NAME
from edgevoice.storage.secrets import Secrets, keys_beside, set_aside

KEY_MEMBER = "key.json"
_log = logging.getLogger(__name__)

Ask = Callable[[], str]
"""Gives the passphrase; called where one is needed."""


@dataclass(frozen=True)
class Unpacked:
    """A database, and the key that came with it; None where none did."""

    database: Path
    key: Key | None


def pack(database: Database, secrets: Secrets, file: Path, passphrase: str | None) -> None:
    """Write ``file``, a zip archive with the database and, with a passphrase, the key. Never over another file.

    StorageError where it cannot be written, where the key does not open everybody, or for a short passphrase.
    """
    if file.exists():
        raise StorageError(f"{file} is there already: move it away first, or name another file")
    wrapped = None
    if passphrase is not None:
        with database.transaction():
            wrapped = wrap(secrets.key(), passphrase)
    try:
        with beside(database.path) as copy, beside(file, ours=False) as ready:
            database.copy_to(copy)
            examine_copy(database, copy, keys_beside(secrets.path))
            # Stored: what is sealed cannot be made smaller. Not strict: an unset clock may be before 1980, zip cannot.
            with zipfile.ZipFile(ready, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
                archive.write(copy, FILE_NAME)
                if wrapped is not None:
                    archive.writestr(zipfile.ZipInfo(KEY_MEMBER), wrapped)
            place(ready, file)
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error.strerror}; name another file") from error


def unpack_and_restore(folder: Path, file: Path, ask: Ask) -> str:
    """Put what is in ``file``, an archive or the bare database of a local backup, in the place of the database.

    The backup is read through first; where it is no good, or the passphrase is wrong, nothing has changed. The
    database that was in use is kept as the newest local backup, or moved aside where it is damaged. What was done, in
    words. StorageError where a door is being served from the folder.
    """
    make_data_folder(folder)
    with alone(folder), _unpacked(folder, file, ask) as unpacked:
        key_path = folder / KEY_NAME
        _examine(unpacked, file, [unpacked.key] if unpacked.key else keys_beside(key_path))
        told = _exchange(folder, unpacked, key_path)
        with Database.open(folder) as database:
            redeem(database)
            secrets = Secrets(key_path, database)
            secrets.settle()
            events = Events(database, secrets=secrets)
            seal_plain(database, events)
            events.write("restored", f"a backup was put in place by hand; {told}")
            database.forget()
    return told


def _examine(unpacked: Unpacked, file: Path, keys: Sequence[Key]) -> None:
    """As ``examine``; what is wrong is told of ``file``, which is all that its owner knows of."""
    try:
        examine(unpacked.database, keys, known_as=file)
    except DamagedError as error:
        raise StorageError(
            f"{file} is no backup of edgevoice, or a damaged one; nothing was changed: take another one"
        ) from error


def _exchange(folder: Path, unpacked: Unpacked, key_path: Path) -> str:
    """The key first, as the new one; then the database, which names it and so puts it in force."""
    if unpacked.key is not None and not _is(unpacked.key, key_path):
        set_aside(key_path, copy=True)
        write_key(unpacked.key, key_path.with_name(f"{KEY_NAME}.new"), over=True)
    if is_lost(folder):  # an empty database, be it for a moment, would be a new house
        return put_in_place(folder, unpacked.database)
    try:
        with Database.open(folder) as database:
            finish(database)  # the mark of what a removal left goes with the database
            told = _kept(database)
            if told:
                database.become(unpacked.database)
    except DamagedError:
        return put_in_place(folder, unpacked.database)
    return told or put_in_place(folder, unpacked.database, "one that the key does not open")


def _kept(database: Database) -> str:
    """What becomes of the database in use; empty where it is no good as a backup. StorageError where another program
    uses it."""
    if not database.rows("select 1 from sealing union select 1 from voiceprints limit 1"):
        return "there was no other before it"
    with database.transaction():  # nobody is writing to it
        pass
    try:
        kept = back_up(database, keep=len(backups(database.path.parent)) + 1)
    except DamagedError:
        raise
    except StorageError as error:
        _log.warning("how it was before is not kept as a backup, but moved aside: %s", error)
        return ""
    return f"how it was before is kept in {kept.path.name}"


@contextmanager
def _unpacked(folder: Path, file: Path, ask: Ask) -> Iterator[Unpacked]:
    with beside(folder / FILE_NAME) as copy:
        try:
            if not zipfile.is_zipfile(file):
                shutil.copyfile(file, copy)
                _take_in_log(file, copy)
                wrapped = None
            else:
                with zipfile.ZipFile(file) as archive:
                    with archive.open(FILE_NAME) as source, copy.open("wb") as target:
                        shutil.copyfileobj(source, target)
                    wrapped = archive.read(KEY_MEMBER) if KEY_MEMBER in archive.namelist() else None
        except Exception as error:  # zipfile raises six kinds, and each way of packing one of its own
            why = error.strerror if isinstance(error, OSError) else error
            raise StorageError(f"{file} cannot be read as a backup: {why}; take another one") from error
        yield Unpacked(copy, None if wrapped is None else unwrap(wrapped, ask()))


def _take_in_log(file: Path, copy: Path) -> None:
    """What a door that was killed wrote last stands in the log beside its database, and not in the file itself."""
    log = file.with_name(f"{file.name}-wal")
    if log.is_file() and log.stat().st_size:
        shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
        Database.take_in_log(copy)


def _is(key: Key, path: Path) -> bool:
    try:
        return read_key(path).id == key.id
    except StorageError:
        return False
