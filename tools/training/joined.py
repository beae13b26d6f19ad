"""One array of all shards, gigabytes of it: a file beside them that is mapped, which all processes have in common."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from tools.made_of import whole


def joined(name: str, shards: list[Path], lengths: list[NDArray[np.int64]]) -> NDArray[Any]:
    """The arrays ``name`` of the shards (one folder's ``.npz``, one or more), one after the other, read-only.

    lengths: for each shard those of its pieces, whose sum are its rows. Made anew where a shard is another file than
    when ``FOLDER/joined/NAME-*.npy`` was made.
    """
    folder = shards[0].parent / "joined"
    folder.mkdir(exist_ok=True)
    known_by = repr([(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in shards])
    target = folder / f"{name}-{hashlib.sha256(known_by.encode()).hexdigest()[:16]}.npy"
    with FileLock(folder / f"{name}.lock"):
        if not target.exists():
            for older in folder.glob(f"{name}-*.npy"):
                older.unlink()
            _join(target, name, shards, [int(each.sum()) for each in lengths])
    return np.asarray(np.load(target, mmap_mode="r"))


def _join(target: Path, name: str, shards: list[Path], rows: list[int]) -> None:
    first = np.load(shards[0])[name]
    with whole(target) as part:
        every = np.lib.format.open_memmap(part, "w+", first.dtype, (sum(rows), *first.shape[1:]))
        row = 0
        for path, count in zip(shards, rows, strict=True):
            every[row : row + count] = np.load(path)[name]
            row += count
        every.flush()
