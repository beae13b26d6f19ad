"""One door a folder: two that serve the same people would not know of each other's lockout."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgevoice.errors import StorageError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this door until the end of the ``with`` statement, or of the process however it ends.

    StorageError where another door holds it. Whoever only reads or enrols is not kept out.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageError(
                f"another edgevoice serves this door already, with the data in {folder}: end it first, "
                "or choose another --data folder"
            ) from error
        yield
    finally:
        os.close(descriptor)
