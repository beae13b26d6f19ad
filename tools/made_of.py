"""What is kept in files from run to run: never taken for what it is no longer, written whole or not at all."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import AudioError, SettingsError


def made_of(files: Iterable[Path], *what: object) -> str:
    """24 digits, others as soon as a file's place, size or time, or the ``repr`` of anything else, is another.

    AudioError where a file is not there.
    """
    try:
        states = [(str(path.absolute()), (state := path.stat()).st_size, state.st_mtime_ns) for path in files]
    except OSError as error:
        raise AudioError(
            f"{error.filename}: no such file; paths of an index are relative to --root: check it"
        ) from error
    return hashlib.sha256(repr((states, what)).encode()).hexdigest()[:24]


def refuse_another(record: Path, key: str) -> None:
    """Keep in ``record`` what its folder is made of; SettingsError where that was something else."""
    if not record.exists():
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(key, encoding="ascii")
    elif record.read_text(encoding="ascii") != key:
        raise SettingsError(
            f"{record.parent} was made of other clips or settings than are asked for now, and would be taken for what "
            "is wanted: name another --output, or remove that one to begin anew"
        )


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Another name of the same folder to write to, which becomes ``path`` at the end: who stops before leaves none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.part{path.suffix}")
    yield part
    part.replace(path)


def kept(path: Path | None, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """The array in an .npy file, made and put there where it is not; None: made, and kept nowhere."""
    if path is None:
        return make()
    if not path.exists():
        with whole(path) as part:
            np.save(part, make())
    return np.asarray(np.load(path))
