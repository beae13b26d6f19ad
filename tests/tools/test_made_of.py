"""What is kept from run to run."""

from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import AudioError, SettingsError
from tools.made_of import kept, made_of, refuse_another, source_hash, whole


def test_a_file_that_is_written_until_its_end_is_there_and_half_a_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figures.npy"
    with pytest.raises(KeyboardInterrupt), whole(path) as part:
        part.write_text("half")
        raise KeyboardInterrupt
    assert not path.exists()
    with whole(path) as part:
        part.write_text("all")
    assert path.read_text() == "all"
    assert [file.name for file in path.parent.iterdir()] == ["figures.npy"]


def test_an_array_is_made_once_where_there_is_a_file_for_it(tmp_path: Path) -> None:
    made = []

    def make() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        made.append(1)
        return np.arange(3)

    for _ in range(2):
        assert kept(tmp_path / "three.npy", make).tolist() == [0, 1, 2]
    assert len(made) == 1
    assert kept(None, make).tolist() == [0, 1, 2]
    assert len(made) == 2


def test_another_file_or_setting_is_something_else(tmp_path: Path) -> None:
    file = tmp_path / "clip.wav"
    with pytest.raises(AudioError, match=r"clip\.wav: no such file"):
        made_of([file])
    file.write_text("one")
    before = made_of([file], "quiet")
    assert made_of([file], "loud") != before
    file.write_text("other")
    assert made_of([file], "quiet") != before


def test_a_folder_made_of_something_else_is_refused(tmp_path: Path) -> None:
    for _ in range(2):
        refuse_another(tmp_path / "run" / "made-of", "these clips")
    with pytest.raises(SettingsError, match="name another --output"):
        refuse_another(tmp_path / "run" / "made-of", "other clips")


def test_the_source_changes_with_any_line_of_a_file_or_folder(tmp_path: Path) -> None:
    folder = tmp_path / "measure"
    folder.mkdir()
    one, other = tmp_path / "one.py", folder / "other.py"
    for path in (one, other):
        path.write_text("x = 1\n")
    before = source_hash(one, folder)
    assert source_hash(one, folder) == before != source_hash()
    for path in (one, other):
        path.write_text("x = 2\n")
        assert source_hash(one, folder) != before
        before = source_hash(one, folder)
