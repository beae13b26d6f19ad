"""Exit statuses, errors in one line, pipes that close and Ctrl-C."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell
from tests.program import EDGEVOICE


def edgevoice(*arguments: str | Path) -> list[str]:
    return [*EDGEVOICE, *map(str, arguments)]


def test_help_names_every_command(shell: Shell) -> None:
    said = shell("--help")
    assert said.status == 0
    for command in ("run", "visit", "enroll", "verify", "identify", "speakers", "events", "embed", "check", "config"):
        assert f"\n  {command} " in said.out


@pytest.mark.parametrize(
    "wrong",
    [
        ["nonsense"],
        ["verify"],
        ["--nonsense"],
        ["run", "--fast"],
        ["events", "--last", "0"],
        ["--data", "", "events"],
        ["--config", "", "events"],
    ],
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


@pytest.mark.parametrize("command", [["speakers", "list"], ["restore", "x"], ["check", "--board"], ["config", "init"]])
def test_a_data_folder_that_cannot_be_is_told_with_what_to_do(tmp_path: Path, shell: Shell, command: list[str]) -> None:
    (tmp_path / "data").write_text("a file")
    said = shell(*command)
    assert said.status == 1
    assert said.err.startswith(f"edgevoice: error: cannot keep data in {shell.data}: File exists")
    assert "--data" in said.err


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


@pytest.mark.parametrize("answer", ["n\n", ""])
@pytest.mark.parametrize("question", [["key", "reset"], ["backup", "away"]])
def test_a_question_that_is_not_answered_is_an_error(tmp_path: Path, question: list[str], answer: str) -> None:
    command = edgevoice("--data", tmp_path, *question)
    done = subprocess.run(
        command, input=answer, capture_output=True, text=True, timeout=60, check=False, start_new_session=True
    )
    assert done.returncode == 1
    assert "edgevoice: error: nothing was changed" in done.stderr.splitlines()[-1]


def test_ctrl_c_while_it_is_loaded_ends_it_without_a_word(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", *edgevoice("--data", tmp_path, "run")[1:]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert any(line.endswith(" click.core\n") for line in running.stderr)  # Python tells what it has loaded
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    assert "Traceback" not in err


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


PARROT = "Zoë 🦜"


def said_in(encoding: str, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    return subprocess.run(edgevoice(*arguments), env=environment, capture_output=True, timeout=60, check=False)


@pytest.fixture
def parrot(shell: Shell, models: Path) -> Shell:
    """A house where somebody has a name that few encodings carry."""
    takes = [FOLDER / f"ada-enrol-{take}.opus" for take in (1, 2, 3, 4)]
    assert shell("enroll", PARROT, *takes).status == 0
    return shell


def test_a_name_that_the_output_cannot_carry_ends_no_door(parrot: Shell) -> None:
    wav = FOLDER / "ada-unlock-1.opus"
    done = said_in("latin-1", "--data", parrot.data, "run", "--fast", "--wav", wav)
    assert done.returncode == 0, done.stderr
    assert "open: Zoë \\U0001f99c scored" in done.stdout.decode("latin-1")
    assert "state: stopped" in done.stdout.decode("latin-1")


def test_it_is_listed_with_an_escape_and_json_stays_json(parrot: Shell) -> None:
    listed = said_in("latin-1", "--data", parrot.data, "speakers", "list")
    assert listed.stdout.decode("latin-1").startswith("Zoë \\U0001f99c  (4 utterances")
    for encoding in ("latin-1", "koi8-r", "utf-8"):
        done = said_in(encoding, "--json", "--data", parrot.data, "speakers", "list")
        assert json.loads(done.stdout.decode(encoding))["name"] == PARROT
    assert PARROT.encode() in done.stdout  # to be read, where that is possible


def test_a_file_whose_name_is_no_text_is_named_legibly(shell: Shell, tmp_path: Path, models: Path) -> None:
    wav = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.opus"))
    shutil.copy(FOLDER / "ada-unlock-1.opus", wav)
    done = said_in("utf-8", "--data", shell.data, "identify", wav)
    assert done.returncode == 1
    told = f"edgevoice: error: {tmp_path}/a\\xff.opus cannot be read: its name holds bytes that are not utf-8; rename"
    assert done.stderr.decode().startswith(told)
    missing = said_in("utf-8", "--data", shell.data, "identify", wav.with_suffix(".wav"))
    assert "a\\udcff.wav cannot be read: there is no such file" in missing.stderr.decode()
