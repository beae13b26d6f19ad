"""``edgevoice check``."""

import os
import sqlite3
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from edgevoice.cli.check import LEAST_FREE_BYTES, TESTS, clock_told, space_told
from edgevoice.errors import HardwareError, StorageError
from edgevoice.storage.backups import backups
from edgevoice.storage.database import Database
from edgevoice.storage.heard import Heard
from edgevoice.storage.state import State
from tests.cli.conftest import Shell

WITHOUT_DEVICES = set(TESTS) - {"microphone"}


def test_every_part_is_told_in_a_line_of_its_own(household: Shell) -> None:
    said = household.json("check")
    results = {str(record["check"]): record["ok"] for record in said.records}
    assert list(results) == list(TESTS)
    assert all(results[name] for name in WITHOUT_DEVICES), said.out
    assert said.status == (0 if results["microphone"] else 1)


@pytest.mark.parametrize(
    ("settings", "part", "told"),
    [
        ('[models]\nfolder = "/nonexistent"', "models", "xvector"),
        ('[lock]\ndriver = "gpio"', "GPIO", "RPi.GPIO"),
        ('[button]\ndriver = "gpio"\n[gpio]\nsimulated = "{folder}"', "GPIO", "gpio.button_pin is not set"),
        ('[sounder]\ndriver = "buzzer"', "sounder", "gpio.buzzer_pin is not set"),
        ("[gpio]\nred_pin = 17", "settings", "gpio.red_pin and gpio.relay_pin are both 17"),
        ("[recognition]\nfalse_accept_rate = 0.000000001", "models", "false-accept rate"),
        ('[microphone]\ndevice = "no such microphone"', "microphone", "no such microphone"),
        ('[sounds]\neach = { bell = "lights" }', "known sounds", "sounds.each names 'bell', which is no known sound"),
        ("[door]\nopen_seconds = 99", "settings", "door.open_seconds is 99"),
    ],
)
def test_a_part_that_fails_says_why_and_the_status_is_1(
    shell: Shell, models: Path, tmp_path: Path, settings: str, part: str, told: str
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(settings.replace("{folder}", str(tmp_path)))
    said = shell.json("--config", file, "check")
    found = {record["check"]: record for record in said.records}
    assert said.status == 1
    assert found[part]["ok"] is False
    assert told in str(found[part]["found"])


def test_a_damaged_database_is_told(shell: Shell, models: Path) -> None:
    shell.data.mkdir()
    (shell.data / "edgevoice.sqlite").write_bytes(b"no database at all" * 100)
    said = shell("check")
    assert said.status == 1
    assert "FAIL  database" in said.out


def test_an_audit_log_that_cannot_be_written_on_is_told_with_what_to_do(household: Shell) -> None:
    with sqlite3.connect(household.data / "edgevoice.sqlite") as database:
        database.execute("update chain set last_mac = x'00' || substr(last_mac, 2)")
    said = household("check")
    assert said.status == 1
    (told,) = [line for line in said.out.splitlines() if line.startswith("FAIL  database")]
    assert "where the audit log begins and ends" in told
    assert "edgevoice restore" in told and "edgevoice key rotate" in told


def test_a_voiceprint_of_another_model_is_told_by_name(household: Shell, tmp_path: Path) -> None:
    with sqlite3.connect(household.data / "edgevoice.sqlite") as database:
        database.execute("update voiceprints set model = 'xvector-of-old' where speaker = 1")
    said = household("check")
    assert said.status == 1
    assert "Ada: enrolled with another model; run: edgevoice enroll --renew NAME" in said.out


DAY_S = 24 * 3600.0
JANUARY_2024, IN_2040 = 1_704_412_800.0, 2_209_032_000.0


def backups_told(shell: Shell, served_days: float, made_at: float | None) -> tuple[object, str]:
    """What is told of a newest backup of that time, after the door has served for so long."""
    with Database.open(shell.data) as database:
        State(database).put(Heard.NAME, {"served_s": served_days * DAY_S})
    if made_at is not None:
        assert shell("backup").status == 0
        os.utime(backups(shell.data)[0].path, (made_at, made_at))
    (found,) = [record for record in shell.json("check").records if record["check"] == "backups"]
    return found["ok"], str(found["found"])


@pytest.mark.parametrize(
    ("served_days", "made_at", "good", "told"),
    [
        (0.0, None, True, "none yet"),
        (2.0, None, True, "none yet"),
        (4.0, None, False, "none, and the door has served for 4 days: `edgevoice events` tells why"),
        (4.0, JANUARY_2024, False, "the newest is of 2024-01-05 00:00 UTC, and a door that serves makes one a day"),
        (0.0, JANUARY_2024, True, "the newest is of 2024-01-05 00:00 UTC"),  # made by hand; no door has served
        (4.0, IN_2040, False, "the newest is of 2040-01-01 12:00 UTC, which is in the future: set the clock"),
        (4.0, time.time() - 2 * DAY_S, True, "the newest is of "),
    ],
)
def test_whether_the_door_makes_its_backups(
    shell: Shell, models: Path, served_days: float, made_at: float | None, good: bool, told: str
) -> None:
    assert shell("events").status == 0  # a house
    found = backups_told(shell, served_days, made_at)
    assert found[0] is good
    assert told in found[1]


def test_where_no_backups_are_wanted_none_is_missed(shell: Shell, models: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[storage]\nbackups_kept = 0\n")
    with Database.open(shell.data) as database:
        State(database).put(Heard.NAME, {"served_s": 9 * DAY_S})
    assert "ok    backups      none are made: storage.backups_kept = 0" in shell("--config", file, "check").out


def test_a_card_that_is_nearly_full_is_told() -> None:
    assert space_told(LEAST_FREE_BYTES) == "100 MB"
    with pytest.raises(StorageError, match=r"99 MB, 100 MB wanted: .* stays shut; free some space"):
        space_told(LEAST_FREE_BYTES - 1_000_000)


def test_a_clock_that_was_never_set_fails_and_one_that_nobody_confirms_is_told() -> None:
    summer = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
    assert clock_told(summer, kernel=0) == clock_told(summer, kernel=-1) == "2026-07-01 12:00:00 UTC"
    assert "no other clock has set it since the start" in clock_told(summer, kernel=5)
    with pytest.raises(HardwareError, match="the clock shows 1970-01-01; set it"):
        clock_told(datetime(1970, 1, 1, tzinfo=timezone.utc), kernel=5)


def test_a_simulated_board_is_told_as_such(shell: Shell, models: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'[lock]\ndriver = "gpio"\n[gpio]\nsimulated = "{tmp_path}/board"')
    found = {record["check"]: record for record in shell.json("--config", file, "check").records}
    assert found["GPIO"]["ok"] is True
    assert "no pin of this machine moves" in str(found["GPIO"]["found"])
    assert list((tmp_path / "board" / "levels").iterdir()) == []
