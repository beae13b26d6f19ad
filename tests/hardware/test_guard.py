import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from edgevoice.config import load
from edgevoice.errors import HardwareError, SettingsError
from edgevoice.hardware.board import open_board
from edgevoice.hardware.fake_gpio import FakeGpio
from edgevoice.hardware.folder_gpio import FolderGpio, read_log
from edgevoice.hardware.gpio import GpioLock
from edgevoice.hardware.guard import main
from edgevoice.hardware.guarding import Guard
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.relay_off import relay_off
from edgevoice.hardware.relay_settings import relay_settings


def _levels(board: Path) -> list[int | None]:
    return [line.level for line in read_log(board)]


def test_a_guard_watches_before_anything_is_driven_and_shuts_when_it_is_ended(tmp_path: Path) -> None:
    guard = Guard(GpioSettings(simulated=tmp_path))
    assert _levels(tmp_path) == []
    guard.close()
    guard.close()
    assert _levels(tmp_path) == [0, None]


@pytest.mark.parametrize("told", ["let go\n", "let |go\n", "open 30.0\nlet go|\n"])
def test_what_a_guard_is_told_in_pieces_is_what_it_is_told_at_once(tmp_path: Path, told: str) -> None:
    command = [sys.executable, "-m", "edgevoice.hardware.guard", "--pin", "17", "--simulated", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as guard:
        assert guard.stdin is not None and guard.stdout is not None
        assert guard.stdout.readline() == b"ready\n"
        for piece in told.split("|"):
            guard.stdin.write(piece.encode())
            time.sleep(0.1)
        guard.stdin.close()
        assert guard.wait(10) == 0
    assert _levels(tmp_path) == []


def test_a_guard_of_an_active_low_relay_drives_it_high(tmp_path: Path) -> None:
    Guard(GpioSettings(relay_pin=4, relay_active_high=False, simulated=tmp_path)).close()
    assert [(line.channel, line.level) for line in read_log(tmp_path)] == [(4, 1), (4, None)]


def test_a_guard_is_small() -> None:
    big = {"numpy", "scipy", "pydantic", "click", "asyncio"}
    code = f"import sys, edgevoice.hardware.guard; print(sorted({big} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_what_is_meant_for_the_door_does_not_end_its_guard(tmp_path: Path) -> None:
    guard = Guard(GpioSettings(simulated=tmp_path))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(guard.process, number)
    guard.opening(1.0)
    guard.close()
    assert _levels(tmp_path) == [0, None]


def test_a_door_whose_pulses_end_in_time_or_a_little_late_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from edgevoice.hardware.board import open_board\n"
        "from edgevoice.hardware.gpio import GpioLock\n"
        "from edgevoice.hardware.guarding import Guard\n"
        "from edgevoice.hardware.pins import GpioSettings\n"
        "settings = GpioSettings(simulated=Path(sys.argv[1]))\n"
        "guard = Guard(settings)\n"
        "guard.opening(0.2)\n"
        "time.sleep(0.6)\n"
        "guard.shut()\n"
        "lock = GpioLock(open_board(settings), settings, guard=guard)\n"
        "lock.open_for(0.2)\n"
        "time.sleep(2.7)\n"
        "lock.close()\n"
        "print('alive')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "alive\n", done.stderr
    assert _levels(tmp_path) == [0, 1, 0, 0, None]


def test_a_guard_that_hangs_stops_no_door_and_nothing_opens(tmp_path: Path) -> None:
    guard = Guard(GpioSettings(simulated=tmp_path))
    os.kill(guard.process, signal.SIGSTOP)
    rescue = threading.Timer(20.0, os.kill, (guard.process, signal.SIGKILL))
    rescue.start()
    with pytest.raises(HardwareError, match="its guard does not listen"):
        for _ in range(100_000):
            guard.opening(30.0)
    rescue.cancel()
    os.kill(guard.process, signal.SIGCONT)
    guard.close()
    assert _levels(tmp_path) == [0, None]


def test_without_its_guard_the_lock_does_not_open(tmp_path: Path) -> None:
    settings = GpioSettings(simulated=tmp_path)
    guard = Guard(settings)
    lock = GpioLock(open_board(settings), settings, guard=guard)
    lock.open_for(5.0)
    lock.shut()
    os.kill(guard.process, signal.SIGKILL)
    os.waitid(os.P_PID, guard.process, os.WEXITED | os.WNOWAIT)
    with pytest.raises(HardwareError, match="stays shut: its guard has ended"):
        lock.open_for(5.0)
    assert _levels(tmp_path) == [0, 1, 0, 0]
    lock.close()


def test_a_pulse_ends_when_its_guard_is_found_to_have_ended(tmp_path: Path) -> None:
    settings = GpioSettings(simulated=tmp_path)
    guard = Guard(settings)
    lock = GpioLock(open_board(settings), settings, guard=guard)
    lock.open_for(30.0)
    assert lock.is_open
    os.kill(guard.process, signal.SIGKILL)
    os.waitid(os.P_PID, guard.process, os.WEXITED | os.WNOWAIT)
    with pytest.raises(HardwareError, match=r"its guard has ended \(exit status -9\)\. Start edgevoice again"):
        _ = lock.is_open
    assert _levels(tmp_path) == [0, 1, 0]
    lock.close()
    assert not lock.is_open


def test_a_closed_lock_ends_its_guard(tmp_path: Path) -> None:
    settings = GpioSettings(simulated=tmp_path)
    guard = Guard(settings)
    GpioLock(open_board(settings), settings, guard=guard).close()
    with pytest.raises(HardwareError, match="its guard was ended"):
        guard.opening(1.0)
    with pytest.raises(ProcessLookupError):
        os.kill(guard.process, 0)
    assert {line.process for line in read_log(tmp_path)} == {os.getpid()}  # the guard had nothing to do


def test_a_relay_that_its_lock_cannot_let_go_of_is_driven_off_by_the_guard(tmp_path: Path) -> None:
    gpio = FakeGpio()
    lock = GpioLock(gpio, GpioSettings(), guard=Guard(GpioSettings(simulated=tmp_path)))
    gpio.fail("setup", 1)
    with pytest.raises(HardwareError, match="could not be let go of"):
        lock.close()
    assert _levels(tmp_path) == [0, None]


def test_a_guard_that_cannot_reach_the_board_leaves_the_lock_undriven(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HardwareError, match="its guard does not watch"):
        Guard(GpioSettings(simulated=tmp_path / "file"))
    assert "cannot be written" in capfd.readouterr().err


@pytest.mark.parametrize(("pin", "active_high", "off"), [(17, True, 0), (4, False, 1)])
def test_a_pin_that_is_busy_for_a_moment_is_driven_off_and_pulled_there_as_soon_as_it_is_free(
    pin: int, active_high: bool, off: int
) -> None:
    gpio = FakeGpio()
    gpio.fail("setup", 50)
    waits: list[float] = []
    relay_off(gpio, GpioSettings(relay_pin=pin, relay_active_high=active_high), sleep=waits.append)
    assert gpio.levels(pin) == [off, None]
    assert gpio.input(pin) == off
    assert len(waits) == 50


@pytest.mark.parametrize("patience_s", [0.0, 1.0])
def test_a_pin_that_stays_busy_is_told(patience_s: float) -> None:
    gpio = FakeGpio()
    gpio.fail("setup", 10_000)
    with pytest.raises(HardwareError, match=f"relay on GPIO 17 could not be driven off within {patience_s:g} s"):
        relay_off(gpio, GpioSettings(), patience_s=patience_s, sleep=lambda _: None)


def _settings(folder: Path, text: str) -> Path:
    file = folder / "edgevoice.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_off_now_reads_the_settings_of_the_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board = FolderGpio(tmp_path / "board")
    board.setmode(board.BCM)
    board.setup(26, board.OUT, initial=1)
    gpio = f'[lock]\ndriver = "gpio"\n[gpio]\nrelay_pin = 26\nsimulated = "{tmp_path}/board"'
    assert main(["--now", "--config", str(_settings(tmp_path, gpio))]) == 0
    assert _levels(tmp_path / "board") == [1, 0, None]
    assert capsys.readouterr().out == "the relay on GPIO 26 is off\n"


def test_off_now_leaves_a_desk_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--now", "--config", str(_settings(tmp_path, "[door]\nopen_seconds = 3.0"))]) == 0
    assert "the lock is a fake" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[lock", "cannot be read"),
        ("lock = 3", "must be sections"),
        ('[lock]\ndriver = "gpio"\n[gpio]\nrelay_pin = 99', r"gpio\.relay_pin is 99"),
        ('[lock]\ndriver = "gpio"\n[gpio]\nrelay_active_high = "no"', "relay_active_high is 'no'"),
    ],
)
def test_settings_that_do_not_say_where_the_relay_is_are_an_error(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(HardwareError, match=told):
        relay_settings(_settings(tmp_path, text))
    assert main(["--now", "--config", str(tmp_path / "edgevoice.toml")]) == 1


@pytest.mark.parametrize("inside", ['{ a = "lights", }', '{\n a = "lights" }', '{ "\\e" = "lights" }'])  # TOML 1.1
def test_what_the_guard_cannot_read_the_service_refuses(tmp_path: Path, inside: str) -> None:
    file = _settings(tmp_path, f'[lock]\ndriver = "gpio"\n[sounds]\neach = {inside}\n')
    with pytest.raises(HardwareError, match="cannot be read"):
        relay_settings(file)
    with pytest.raises(SettingsError, match="not TOML"):
        load(file)


@pytest.mark.parametrize("mark", ["", "\ufeff"])  # some editors put one first
def test_what_the_guard_reads_of_the_settings_is_what_the_service_reads(tmp_path: Path, mark: str) -> None:
    text = f'{mark}[lock]\ndriver = "gpio"\n[gpio]\nrelay_pin = 5\nrelay_active_high = false\nred_pin = 14'
    text += "\nserial_console = false"
    file = _settings(tmp_path, text)
    read, whole = relay_settings(file), load(file).settings.gpio
    assert read is not None
    assert read.relay_pin == whole.relay_pin == 5
    assert read.relay_active_high is whole.relay_active_high is False
