"""Processes of the drivers run this very code, wherever they are started."""

from pathlib import Path

import pytest

from edgevoice.hardware.guarding import Guard
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.recorder_process import RecorderProcess


def test_what_lies_in_the_current_folder_under_our_name_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "edgevoice" / "hardware"
    planted.mkdir(parents=True)
    for package in (planted.parent, planted):
        (package / "__init__.py").touch()
    for module in ("recorder", "guard"):
        (planted / f"{module}.py").write_text(f"open({str(tmp_path / module)!r}, 'w')")
    board = tmp_path / "board"
    board.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")
    RecorderProcess().terminate()
    Guard(GpioSettings(simulated=board)).close()
    assert not {"recorder", "guard"} & {path.name for path in tmp_path.iterdir()}
