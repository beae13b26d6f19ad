"""Files that nobody else may read, and that appear whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgevoice.errors import StorageError

EVERYBODY = 0o007


def make_private(folder: Path, path: Path) -> None:
    """A folder 0700 and a file 0600 where there is none; SQLite gives its -wal and -shm the mode of the file.

    A file that everybody may read is closed to them; a group is left alone, as an owner may have meant it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        if (mode := path.stat().st_mode) & EVERYBODY:
            path.chmod(mode & 0o770)
    except OSError as error:
        raise StorageError(
            f"cannot keep data in {folder}: {error.strerror} ({error.filename});"
            " choose a folder that this user may write with --data, or correct its permissions"
        ) from error


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A private, empty file in the same folder, to be written and then moved to ``path``; gone at the end if it was
    not moved."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # O_EXCL, 0600
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for left in (name, f"{name}-wal", f"{name}-shm", f"{name}-journal"):  # SQLite's, where it wrote the file
            Path(left).unlink(missing_ok=True)


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
