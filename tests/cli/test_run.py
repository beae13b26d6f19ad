"""``edgevoice run``: the whole way from sound to lock, and what is told of it."""

from pathlib import Path

import pytest

from edgevoice.errors import MicrophoneError
from edgevoice.hardware.recorder_process import list_devices
from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell


def has_capture_device() -> bool:
    try:
        return bool(list_devices())
    except MicrophoneError:
        return False


def run(shell: Shell, *files: str) -> list[dict[str, object]]:
    """What ``run --fast`` prints for these files of the visit."""
    arguments = [argument for file in files for argument in ("--wav", FOLDER / file)]
    said = shell.json("run", "--fast", *arguments)
    assert said.status == 0
    return said.records


def events(records: list[dict[str, object]], event: str) -> list[object]:
    return [record["state"] for record in records if record.get("event") == event]


def test_a_known_voice_opens_the_lock_which_shuts_itself(household: Shell) -> None:
    records = run(household, "ada-unlock-1.opus", "rain.flac", "room.flac")
    (decision,) = [record for record in records if "decision" in record]
    assert decision["file"] == str(FOLDER / "ada-unlock-1.opus")
    assert decision["decision"] == "open"
    opened, locked = [record for record in records if record.get("event") == "lock"]
    assert (opened["state"], locked["state"]) == ("open", "locked")
    assert 5.0 <= float(str(locked["t_s"])) - float(str(opened["t_s"])) < 5.0 + 0.2  # a block late at most
    assert events(records, "state") == ["listening", "checking", "open", "listening", "stopped"]
    assert [event["kind"] for event in household.json("events", "--last", "3").records] == [
        "started",
        "open",
        "stopped",
    ]


def test_a_session_in_which_nobody_came_stands_in_the_audit_log(shell: Shell, models: Path) -> None:
    for _ in range(2):
        run(shell, "room.flac")
    told = shell.json("events").records
    assert [event["kind"] for event in told] == ["started", "stopped"] * 2
    assert str(told[0]["reason"]).startswith("edgevoice ")
    assert ", x-vector xvector-" in str(told[0]["reason"])
    assert told[3]["reason"] == "in order"


def test_the_lock_is_shut_when_the_sound_ends_before_the_pulse(household: Shell) -> None:
    records = run(household, "ada-unlock-1.opus")
    assert events(records, "lock") == ["open", "locked"]


def test_a_stranger_is_refused(household: Shell) -> None:
    records = run(household, "stranger-4-1.opus", "room.flac")
    assert {record["decision"] for record in records if "decision" in record} == {"refuse"}
    assert events(records, "lock") == []
    assert events(records, "state") == ["listening", "checking", "refused", "listening", "stopped"]


def decided(household: Shell, file: str) -> tuple[dict[str, object], dict[str, object]]:
    """What the door and what ``identify`` said of a file."""
    (by_run,) = [record for record in run(household, file) if "decision" in record]
    (by_identify,) = household.json("identify", FOLDER / file).records
    return by_run, by_identify


def test_a_refusal_says_what_identify_says_of_the_same_file(household: Shell) -> None:
    by_run, by_identify = decided(household, "stranger-4-1.opus")
    for key in set(by_run) - {"ms"}:
        assert by_run[key] == by_identify[key], key


def test_an_opening_comes_before_the_end_and_asks_for_more(household: Shell) -> None:
    by_run, by_identify = decided(household, "ada-unlock-1.opus")
    assert by_run["decision"] == by_identify["decision"] == "open"
    assert by_run["speaker"] == by_identify["speaker"]
    assert by_run["threshold"] > by_identify["threshold"]
    assert by_run["end_s"] < by_identify["end_s"]


def test_five_refusals_lock_out_and_the_next_run_remembers(household: Shell) -> None:
    records = run(household, *["stranger-4-1.opus"] * 6)
    assert "locked out" in events(records, "state")
    (first, *_) = [record for record in run(household, "ada-unlock-1.opus") if "decision" in record]
    assert first["decision"] == "refuse"
    assert "locked out" in str(first["reason"])


def test_where_every_utterance_is_a_fault_the_exit_status_says_so(household: Shell) -> None:
    (household.data / "key").rename(household.data / "key-elsewhere")
    said = household.json("run", "--fast", "--wav", FOLDER / "ada-unlock-1.opus", "--wav", FOLDER / "room.flac")
    assert said.status == 1
    assert "every utterance was a fault" in said.err
    assert "is missing" in said.err.splitlines()[-1]
    assert run(household, "room.flac")  # nobody was heard


def test_a_file_that_is_missing_is_an_error_before_anything_is_played(household: Shell) -> None:
    said = household.json("run", "--wav", FOLDER / "rain.flac", "--wav", "nowhere.wav")
    assert said.status == 1
    assert said.out == ""


@pytest.mark.skipif(has_capture_device(), reason="this machine has a capture device")
def test_without_a_capture_device_it_says_so_and_what_else_there_is(shell: Shell, models: Path) -> None:
    said = shell("run")
    assert said.status == 1
    assert "icrophone" in said.err
    assert "edgevoice visit" in said.err
