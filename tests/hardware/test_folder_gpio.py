import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.folder_gpio import FolderGpio, Logged, force, read_log


def _board(folder: Path, clock: ManualClock | None = None) -> FolderGpio:
    board = FolderGpio(folder, clock or ManualClock())
    board.setmode(board.BCM)
    return board


def test_every_change_is_in_the_log_with_its_time_and_the_level_in_its_file(tmp_path: Path) -> None:
    clock = ManualClock(7.0)
    board = _board(tmp_path, clock)
    board.setup(17, board.OUT, initial=0)
    clock.advance(0.5)
    board.output(17, 1)
    assert read_log(tmp_path) == [Logged(7.0, os.getpid(), 17, 0), Logged(7.5, os.getpid(), 17, 1)]
    assert (tmp_path / "levels" / "17").read_text() == "1"
    board.cleanup(17)
    assert read_log(tmp_path)[-1].level is None
    assert (tmp_path / "levels" / "17").read_text() == ""


def test_a_board_that_was_never_used_has_no_log(tmp_path: Path) -> None:
    assert read_log(tmp_path) == []


def test_anybody_may_drive_an_input(tmp_path: Path) -> None:
    board = _board(tmp_path)
    board.setup(24, board.IN, pull_up_down=board.PUD_UP)
    assert board.input(24) == 1
    (tmp_path / "inputs" / "24").write_text("0\n")
    assert board.input(24) == 0
    (tmp_path / "inputs" / "24").write_text("")
    assert board.input(24) == 1


def test_it_has_no_edges_and_says_so_as_the_library_does(tmp_path: Path) -> None:
    board = _board(tmp_path)
    board.setup(24, board.IN, pull_up_down=board.PUD_UP)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="Failed to add edge detection"):
            board.add_event_detect(24, board.BOTH, print)


CLAIM = (
    "import sys, pathlib\n"
    "from edgevoice.hardware.folder_gpio import FolderGpio\n"
    "board = FolderGpio(pathlib.Path(sys.argv[1]))\n"
    "board.setmode(board.BCM)\n"
    "board.setup(17, board.OUT, initial=1)\n"
)


def test_a_pin_is_busy_for_others_until_it_is_given_back_or_its_program_ends(tmp_path: Path) -> None:
    def others() -> str:
        done = subprocess.run([sys.executable, "-c", CLAIM, str(tmp_path)], check=False, stderr=-1, text=True)
        return done.stderr

    board = _board(tmp_path)
    assert others() == ""  # that program has ended
    board.setup(17, board.OUT, initial=0)
    board.setup(17, board.IN)  # it is ours
    assert "RuntimeError: GPIO busy" in others()
    board.cleanup(17)
    assert others() == ""
    assert [line.level for line in read_log(tmp_path)] == [1, 0, None, 1]


def test_a_loose_wire_is_in_the_log_whoever_has_the_pin(tmp_path: Path) -> None:
    board = _board(tmp_path)
    board.setup(17, board.OUT, initial=0)
    force(tmp_path, 17, 1, 3.0)
    assert read_log(tmp_path)[-1] == Logged(3.0, os.getpid(), 17, 1)


def test_the_level_outlives_a_program_that_is_killed(tmp_path: Path) -> None:
    code = CLAIM + "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=20)
    assert done.returncode == -9
    assert [line.level for line in read_log(tmp_path)] == [1]
    assert (tmp_path / "levels" / "17").read_text() == "1"
