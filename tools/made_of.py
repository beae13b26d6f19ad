"""What is kept in files from run to run: never taken for what it is no longer, written whole or not at all."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import edgevoice
from edgevoice.errors import AudioError, SettingsError

_EDGEVOICE = Path(edgevoice.__file__).parent


def made_of(files: Iterable[Path], *what: object) -> str:
    """24 hexadecimal digits that change with any file's path, size or time, and with the ``repr`` of anything else.

    AudioError where a file is not there.
    """
    try:
        states = [(str(path.absolute()), (state := path.stat()).st_size, state.st_mtime_ns) for path in files]
    except OSError as error:
        raise AudioError(
            f"{error.filename}: no such file; paths of an index are relative to --root: check it"
        ) from error
    return hashlib.sha256(repr((states, what)).encode()).hexdigest()[:24]


def source_hash(*places: Path) -> str:
    """Changes with any line or weight of edgevoice and of these files and folders, so that what an older ear has heard,
    or what was disturbed otherwise, is never taken for new."""
    files = [file for place in (_EDGEVOICE, *places) for file in (_source(place) if place.is_dir() else [place])]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _source(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".npz"})


def refuse_another(record: Path, key: str) -> None:
    """Keep in the file ``record`` what its folder was made of; SettingsError where that was something else."""
    if not record.exists():
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(key, encoding="ascii")
    elif record.read_text(encoding="ascii") != key:
        raise SettingsError(
            f"{record.parent} was made of other clips or settings than those asked for now; name another --output, or "
            "remove this one to start again"
        )


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Write to this; it becomes ``path`` at the end of the block, so a stopped run leaves no half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.part{path.suffix}")
    yield part
    part.replace(path)


def kept(path: Path | None, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """The array in an .npy file, made and stored first if it is missing; without a path it is made each time."""
    if path is None:
        return make()
    if not path.exists():
        with whole(path) as part:
            np.save(part, make())
    return np.asarray(np.load(path))
