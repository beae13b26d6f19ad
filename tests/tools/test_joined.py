"""Shards are joined once into a file, and anew when one of them is another."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tools.training.joined import joined


def write(path: Path, rows: int, first: int) -> NDArray[np.int64]:
    """A shard of so many rows, of pieces of two rows each; the lengths of its pieces."""
    np.savez(path, features=np.arange(first, first + 3 * rows, dtype=np.int16).reshape(rows, 3))
    return np.full(rows // 2, 2)


def test_all_shards_one_after_the_other(tmp_path: Path) -> None:
    shards = [tmp_path / "0000.npz", tmp_path / "0001.npz"]
    lengths = [write(shards[0], 4, 0), write(shards[1], 2, 12)]
    whole = joined("features", shards, lengths)
    assert whole.dtype == np.int16
    assert np.array_equal(whole, np.arange(18).reshape(6, 3))
    with pytest.raises(ValueError, match="read-only"):
        whole[0] = 0


def test_made_once_and_anew_when_a_shard_is_another(tmp_path: Path) -> None:
    shards = [tmp_path / "0000.npz", tmp_path / "0001.npz"]
    lengths = [write(shards[0], 4, 0), write(shards[1], 2, 12)]
    joined("features", shards, lengths)
    (first,) = (tmp_path / "joined").glob("*.npy")
    made = first.stat().st_mtime_ns
    joined("features", shards, lengths)
    assert first.stat().st_mtime_ns == made
    lengths[1] = write(shards[1], 8, 100)
    assert joined("features", shards, lengths).shape == (12, 3)
    (second,) = (tmp_path / "joined").glob("*.npy")
    assert second != first
