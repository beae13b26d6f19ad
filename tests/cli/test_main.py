"""Exit statuses, errors in one line, pipes that close and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(("debug", "traceback"), [("1", True), ("0", False)])
def test_a_traceback_is_shown_only_for_debugging(tmp_path: Path, debug: str, traceback: bool) -> None:
    command = edgevoice("--data", tmp_path, "--config", tmp_path / "nowhere.toml", "config", "show")
    environment = os.environ | {"EDGEVOICE_DEBUG": debug}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "nowhere.toml: cannot be read" in done.stderr
    assert ("Traceback" in done.stderr) is traceback


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
        time.sleep(0.1)  # so that it comes while the loop plays, not while it begins
        running.send_signal(number)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 0
    assert "stopped; the lock is shut" in out
    assert err == ""


@pytest.mark.parametrize("command", [["config", "show"], ["run", "--fast", "--wav", str(FOLDER / "knock.flac")]])
def test_a_full_disk_behind_standard_output_is_told_in_one_line(
    tmp_path: Path, models: Path, command: list[str]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            edgevoice("--data", tmp_path, *command), stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 1
    told = [line for line in done.stderr.decode().splitlines() if line.startswith("edgevoice: error: ")]
    assert len(told) == 1
    assert "No space left on device" in told[0]
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize("command", [["config", "show"], ["run", "--fast", "--wav", str(FOLDER / "knock.flac")]])
def test_it_works_without_standard_streams(tmp_path: Path, models: Path, command: list[str]) -> None:
    closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *edgevoice("--data", tmp_path, *command)]
    assert subprocess.run(closed, timeout=60, check=False).returncode == 0


def test_an_error_that_nobody_foresaw_is_told_in_one_line_too(tmp_path: Path, shell: Shell) -> None:
    settings = tmp_path / "edgevoice.toml"
    settings.write_text('[storage]\nfolder = "a\\u0000b"\n', encoding="utf-8")
    said = shell("--config", settings, "--data", "a\0b", "speakers", "list")
    assert said.status == 1
    assert said.err.startswith("edgevoice: error: ValueError: ")
    assert "embedded null" in said.err  # Python 3.13 says it otherwise
    assert said.err.endswith("; EDGEVOICE_DEBUG=1 shows where\n")
