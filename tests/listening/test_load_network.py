"""A network of the ear that cannot be read is named, and what is to be done."""

from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import ModelError
from edgevoice.listening import activity, shares
from edgevoice.listening.network import load_network


@pytest.mark.parametrize("file", [activity.NUMBERS, shares.NUMBERS])
@pytest.mark.parametrize("kept", [0, 100, 3000])
def test_a_truncated_file_is_refused_by_name(tmp_path: Path, file: Path, kept: int) -> None:
    (tmp_path / file.name).write_bytes(file.read_bytes()[:kept])
    with pytest.raises(ModelError, match=rf"{file.name} holds no network.*install edgevoice again"):
        load_network(tmp_path / file.name)


def test_a_missing_file_and_one_of_other_numbers_are_refused_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", weights=np.zeros(3, np.int8))
    for name in ("missing.npz", "other.npz"):
        with pytest.raises(ModelError, match=name):
            load_network(tmp_path / name)


def test_a_byte_that_changed_is_noticed(tmp_path: Path) -> None:
    content = bytearray(shares.NUMBERS.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "shares.npz").write_bytes(content)
    with pytest.raises(ModelError, match=r"shares\.npz"):
        load_network(tmp_path / "shares.npz")


def test_every_call_begins_before_any_frame() -> None:
    rows = np.random.default_rng(0).integers(-128, 128, (20, shares.INPUTS)).astype(np.float32)
    assert np.array_equal(load_network(shares.NUMBERS)(rows), load_network(shares.NUMBERS)(rows))
