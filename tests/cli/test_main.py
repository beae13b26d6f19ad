"""Exit statuses, errors in one line, pipes that close and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgevoice.errors import AudioError
from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell


def edgevoice(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "edgevoice", *map(str, arguments)]


def test_help_names_every_command(shell: Shell) -> None:
    said = shell("--help")
    assert said.status == 0
    for command in ("run", "visit", "enroll", "verify", "identify", "speakers", "events", "embed", "check", "config"):
        assert f"\n  {command} " in said.out


@pytest.mark.parametrize(
    "wrong", [["nonsense"], ["verify"], ["--nonsense"], ["run", "--fast"], ["events", "--last", "0"]]
)
def test_wrong_usage_ends_with_2_and_says_so_on_standard_error(shell: Shell, wrong: list[str]) -> None:
    said = shell(*wrong)
    assert said.status == 2
    assert said.out == ""
    assert "Error: " in said.err


def test_an_error_is_told_in_one_line_and_ends_with_1(shell: Shell, models: Path) -> None:
    said = shell("identify", "nowhere.wav")
    assert said.status == 1
    assert said.out == ""
    assert said.err.startswith("edgevoice: error: nowhere.wav cannot be read: there is no such file")
    assert said.err.count("\n") == 1


def test_for_debugging_the_error_is_raised(shell: Shell, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEVOICE_DEBUG", "1")
    with pytest.raises(AudioError):
        shell("identify", "nowhere.wav")


def test_a_reader_who_leaves_ends_it_without_a_word(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = edgevoice("--data", tmp_path, "config", "show")
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(write)
    assert done.returncode == 1
    assert done.stderr == b""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_cleanly(tmp_path: Path, models: Path, number: signal.Signals) -> None:
    command = edgevoice("--data", tmp_path, "run", "--wav", FOLDER / "rain.flac", "--wav", FOLDER / "rain.flac")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert "state: listening" in running.stdout.readline()
        time.sleep(0.1)
        running.send_signal(number)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 0
    assert "stopped; the lock is shut" in out
    assert err == ""
