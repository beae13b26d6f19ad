"""``edgevoice check --board``, on a simulated board whose wires are files."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgevoice.cli.board import STEPS
from edgevoice.hardware.folder_gpio import read_log
from edgevoice.storage.alone import alone
from tests.cli.conftest import Shell
from tests.program import EDGEVOICE

BUTTON, DOOR, OUTSIDE = 24, 5, 6
BOARD = """
[microphone]
device = "no such microphone"
[lock]
driver = "gpio"
[lights]
driver = "gpio"
[button]
driver = "gpio"
[pin]
driver = "gpio"
[contacts]
driver = "gpio"
[sounder]
driver = "buzzer"
[gpio]
button_pin = 24
outside_button_pin = 6
door_pin = 5
buzzer_pin = 12
simulated = "{board}"
"""


def _settings(folder: Path) -> Path:
    file = folder / "settings.toml"
    file.write_text(BOARD.format(board=folder / "board"))
    return file


def _levels(folder: Path, pin: int) -> list[int | None]:
    return [line.level for line in read_log(folder / "board") if line.channel == pin]


@contextmanager
def _restless_wires(board: Path) -> Iterator[None]:
    """Somebody presses the button and moves the door all the time."""
    ended = threading.Event()

    def move() -> None:
        while not ended.is_set():
            for level in ("0", "1"):
                for pin in (BUTTON, DOOR, OUTSIDE):
                    (board / "inputs" / str(pin)).write_text(level)
                ended.wait(0.4)

    (board / "inputs").mkdir(parents=True)
    thread = threading.Thread(target=move)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _check(folder: Path, answers: str) -> subprocess.CompletedProcess[str]:
    command = [*EDGEVOICE, "--config", str(_settings(folder)), "--data", str(folder / "data")]
    return subprocess.run(
        [*command, "check", "--board"], input=answers, capture_output=True, text=True, timeout=120, check=False
    )


def test_with_its_owner_every_part_is_moved_and_told(tmp_path: Path) -> None:
    with _restless_wires(tmp_path / "board"):
        answers = ["y", "y", "n", "y", "click", "y", "", "", ""]  # the blue LED is dark
        done = _check(tmp_path, "\n".join(answers) + "\n")
    marks = {name: next(line for line in done.stdout.splitlines() if f"  {name:12} " in line) for name in STEPS}
    assert "FAIL" in marks.pop("microphone")
    assert "FAIL" in marks.pop("blue LED")
    for name in ("red LED", "green LED", "sounder", "relay", "button", "outside", "door"):
        assert "ok  " in marks.pop(name), done.stdout
    assert all("not fitted" in line for line in marks.values())
    assert done.returncode == 1
    assert _levels(tmp_path, 17) == [0, 1, 0, 0, 0, None]


def test_with_nobody_there_nothing_is_moved_but_what_harms_nobody(tmp_path: Path) -> None:
    done = _check(tmp_path, "")
    assert done.returncode == 1  # the microphone
    assert "the relay was not moved: nobody was there to be asked" in done.stdout
    assert 1 not in _levels(tmp_path, 17)


def test_in_json_it_says_what_could_not_be_asked_and_that_is_no_failure(shell: Shell, tmp_path: Path) -> None:
    said = shell.json("--config", _settings(tmp_path), "check", "--board")
    found = {str(record["check"]): record for record in said.records}
    assert list(found) == list(STEPS)
    assert found["microphone"]["ok"] is False
    others = [record["ok"] for name, record in found.items() if name != "microphone"]
    assert set(others) == {None}
    assert found["door"]["found"] == "the door contact reads open; nobody was there to be asked"
    assert said.status == 1
    assert 1 not in _levels(tmp_path, 17)


def test_fakes_are_told_as_such(shell: Shell) -> None:
    said = shell.json("check", "--board")
    fakes = [str(record["found"]) for record in said.records if record["check"] != "microphone"]
    assert set(fakes) == {"a fake, by the settings: nothing to test"}


def test_a_board_whose_door_serves_is_left_alone(shell: Shell, tmp_path: Path) -> None:
    shell.data.mkdir()
    with alone(shell.data):
        said = shell("--config", _settings(tmp_path), "check", "--board")
    assert said.status == 1
    assert "another edgevoice serves this door already" in said.err
    assert read_log(tmp_path / "board") == []
