"""Files that nobody else may read, that belong to whoever serves, and that appear whole or not at all."""

import errno
import fcntl
import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edgevoice.errors import StorageError

EVERYBODY = 0o007
_UNFINISHED = ".unfinished"


def make_private(folder: Path, path: Path) -> None:
    """A folder 0700 and a file 0600 where there is none; SQLite gives its -wal and -shm mode and owner of the file.

    A file that everybody may read is closed to them, unless it is a stranger's, as a link might lead root to one; a
    group is left alone, as an owner may have meant it.
    """
    make_data_folder(folder)
    with _told(folder):
        if not path.exists():
            _make_file(path)
        _refuse_closed(path, os.R_OK | os.W_OK)
        file = path.stat()
        if file.st_mode & EVERYBODY and file.st_uid == folder.stat().st_uid:
            path.chmod(file.st_mode & 0o770)


def make_data_folder(folder: Path) -> None:
    """A folder 0700 where there is none; StorageError, also for one that this user may not look into."""
    with _told(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_closed(folder, os.R_OK | os.X_OK)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot keep data in {folder}: {error.strerror} ({error.filename});"
            " run it as the user whom it belongs to, choose a folder that this user may write with --data, or correct"
            " its permissions"
        ) from error


def _make_file(path: Path) -> None:
    _refuse_stranger(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _hand_over(descriptor, path.parent)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """A folder 0700 within a data folder where there is none, of the same owner; OSError, StorageError."""
    if folder.exists():
        return
    _refuse_stranger(folder.parent)
    folder.mkdir(mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _hand_over(descriptor, folder.parent)
    finally:
        os.close(descriptor)


@contextmanager
def beside(path: Path, ours: bool = True) -> Iterator[Path]:
    """A private, empty file in the same folder, to be written and then moved to ``path``; gone at the end if it was
    not moved.

    ``ours``: in a data folder, so that it belongs to the same owner; StorageError where that cannot be.
    """
    if ours:
        _refuse_stranger(path.parent)
    descriptor, name = tempfile.mkstemp(_UNFINISHED, f".{path.name}-", path.parent)  # O_EXCL, 0600
    try:
        with suppress(OSError):  # not every file system can that somebody takes a copy away on
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # until the end of this process, however it ends
        if ours:
            _hand_over(descriptor, path.parent)
        yield Path(name)
    finally:
        os.close(descriptor)
        _unlink_with_log(Path(name))


def clear_unfinished(folder: Path) -> None:
    """Take away what ``beside`` began in ``folder`` for a program that was killed, or in a power cut; OSError.

    It may hold somebody who was removed since, and nothing else would ever look at it.
    """
    for left in folder.glob(f".*{_UNFINISHED}"):
        with suppress(FileNotFoundError, BlockingIOError):  # finished meanwhile; still worked on
            descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _unlink_with_log(left)
            finally:
                os.close(descriptor)


def _unlink_with_log(path: Path) -> None:
    """And what SQLite puts beside a file that it writes."""
    for suffix in ("-wal", "-shm", "-journal", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def place(ready: Path, path: Path) -> None:
    """Move a written file over ``path``: the name always has all bytes of the one or of the other, on the disk."""
    flush(ready)
    ready.replace(path)
    flush(path.parent)


def flush(path: Path) -> None:
    """All that was written to a file, or the names in a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_closed(path: Path, mode: int) -> None:
    """OSError. It is not opened for that: a process that closes any descriptor of a database lets go of its locks on it
    (fcntl(2)), and the next program that ends takes the log from under a door (sqlite.org/howtocorrupt.html, 2.2).
    """
    if not os.access(path, mode, effective_ids=True):
        code = errno.EROFS if os.statvfs(path).f_flag & os.ST_RDONLY else errno.EACCES
        raise OSError(code, os.strerror(code), str(path))


def _refuse_stranger(folder: Path) -> None:
    """StorageError where a door could not read what we put into its folder. One of root's tells nothing of the door."""
    owner, we = folder.stat().st_uid, os.geteuid()
    if owner != 0 and we not in (0, owner):
        raise StorageError(
            f"{folder} belongs to {_name(owner)}, who could not read what {_name(we)} puts there;"
            f" run it as that user: sudo -u {_name(owner)} edgevoice ..."
        )


def _hand_over(descriptor: int, folder: Path) -> None:
    """What root puts into a data folder belongs to whoever serves, or it would shut the door."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _name(uid: int) -> str:
    """As sudo takes it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"
