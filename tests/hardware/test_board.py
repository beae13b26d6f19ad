import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgevoice.errors import HardwareError
from edgevoice.hardware.board import load_gpio, open_board
from edgevoice.hardware.folder_gpio import read_log
from edgevoice.hardware.pins import GpioSettings


def test_on_a_desk_the_library_is_refused_in_words() -> None:
    if Path("/proc/device-tree/model").exists() and importlib.util.find_spec("RPi"):
        pytest.skip("this is a Raspberry Pi with its library")
    with pytest.raises(HardwareError, match=r"lock cannot be driven.*(pip install edgevoice\[pi\]|Raspberry Pi)"):
        load_gpio()


def test_lgpio_is_given_a_folder_of_its_own_that_goes_with_the_program(tmp_path: Path) -> None:
    code = (
        "import os, contextlib\n"
        "from edgevoice.hardware.board import load_gpio\n"
        "from edgevoice.errors import HardwareError\n"
        "with contextlib.suppress(HardwareError): load_gpio()\n"
        "print(os.environ['LG_WD'], os.path.isdir(os.environ['LG_WD']))"
    )

    def run(**more: str) -> list[str]:
        environment = {name: value for name, value in os.environ.items() if name != "LG_WD"} | more
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=tmp_path, check=True, stdout=-1, text=True
        )
        return done.stdout.split()

    folder, existed = run()
    assert existed == "True"
    assert Path(folder) != tmp_path
    assert not Path(folder).exists()
    assert run(RUNTIME_DIRECTORY="/run/edgevoice")[0] == "/run/edgevoice"
    assert run(LG_WD=str(tmp_path))[0] == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_where_the_current_folder_may_not_be_read_the_library_is_loaded_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "RPi").mkdir()
    (tmp_path / "RPi" / "__init__.py").touch()
    (tmp_path / "RPi" / "GPIO.py").touch()
    (tmp_path / "here").mkdir()
    code = (
        "import os, RPi.GPIO\n"
        "from edgevoice.hardware.board import load_gpio\n"
        "os.chmod('.', 0)\n"
        "os.geteuid() or os.setuid(65534)  # root may read it all the same\n"
        "print(load_gpio().__name__)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path / "here", check=True, stdout=-1, text=True
    )
    assert done.stdout == "RPi.GPIO\n"


def test_a_library_that_goes_elsewhere_when_it_is_imported_does_not_take_us_along(tmp_path: Path) -> None:
    (tmp_path / "RPi").mkdir()
    (tmp_path / "RPi" / "__init__.py").touch()
    (tmp_path / "RPi" / "GPIO.py").write_text("import os\nos.chdir(os.environ['LG_WD'])  # as lgpio 0.2.2 does\n")
    code = "import os\nfrom edgevoice.hardware.board import load_gpio\nload_gpio()\nprint(os.getcwd())"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(tmp_path)


def test_a_simulated_board_is_the_one_that_is_driven(tmp_path: Path) -> None:
    board = open_board(GpioSettings(simulated=tmp_path / "board"))
    board.setmode(board.BCM)
    board.setup(17, board.OUT, initial=0)
    assert [line.level for line in read_log(tmp_path / "board")] == [0]


def test_a_simulated_board_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HardwareError, match=r"gpio\.simulated is .*file/board, which cannot be written"):
        open_board(GpioSettings(simulated=tmp_path / "file" / "board"))
