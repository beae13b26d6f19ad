"""``edgevoice check``."""

import sqlite3
from pathlib import Path

import pytest

from edgevoice.cli.check import TESTS
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


def test_a_simulated_board_is_told_as_such(shell: Shell, models: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'[lock]\ndriver = "gpio"\n[gpio]\nsimulated = "{tmp_path}/board"')
    found = {record["check"]: record for record in shell.json("--config", file, "check").records}
    assert found["GPIO"]["ok"] is True
    assert "no pin of this machine moves" in str(found["GPIO"]["found"])
    assert list((tmp_path / "board" / "levels").iterdir()) == []
