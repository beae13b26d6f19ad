"""The door from sound to lock: a replayed unlock is refused, and the smoke alarm is named; files are the microphone."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgevoice.hardware.folder_gpio import read_log
from edgevoice.hardware.pins import GpioSettings
from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell
from tools.synthetic.sounds import FLOOR_DBFS, make, smoke_alarm
from tools.synthetic.take import gain, generator, pink, to_int16

ROOM, UNLOCK = FOLDER / "room.flac", FOLDER / "ada-unlock-1.opus"


@pytest.fixture(scope="module")
def alarm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smoke alarm of this house, as a recording for the library."""
    path = tmp_path_factory.mktemp("sounds") / "smoke-alarm.flac"
    soundfile.write(path, to_int16(make("smoke-alarm.flac", 20)), 16_000)
    return path


def run(shell: Shell, *files: Path) -> list[dict[str, object]]:
    """What ``run --fast`` prints."""
    said = shell.json("run", "--fast", *[argument for file in files for argument in ("--wav", file)])
    assert said.status == 0, said.err
    return said.records


def decisions(records: list[dict[str, object]]) -> list[object]:
    return [record["decision"] for record in records if "decision" in record]


def moved(records: list[dict[str, object]], event: str) -> list[object]:
    return [record["state"] for record in records if record.get("event") == event]


def set_to(shell: Shell, section: str, *lines: str) -> None:
    (shell.data / "edgevoice.toml").write_text("\n".join([f"[{section}]", *lines]))


def test_a_replayed_unlock_is_refused_and_the_smoke_alarm_is_named(household: Shell, alarm: Path) -> None:
    assert household("recordings", "add", "smoke alarm", alarm).status == 0
    records = run(household, UNLOCK, ROOM, ROOM, UNLOCK, alarm, ROOM)
    assert decisions(records) == ["open", "refuse"]
    assert moved(records, "lock") == ["open", "locked"]
    assert moved(records, "sound") == ["smoke alarm"]
    replayed = [record for record in records if "decision" in record][1]
    assert str(replayed["reason"]).startswith("this recording was heard before: attempt ")
    assert isinstance(replayed["recording"], dict)
    told = household.json("events", "--last", "4").records
    assert [event["kind"] for event in told] == ["open", "refused", "sound", "stopped"]


def test_a_live_alarm_behind_another_microphone_is_named_and_opens_nothing(
    household: Shell, alarm: Path, tmp_path: Path
) -> None:
    assert household("recordings", "add", "smoke alarm", alarm).status == 0
    set_to(household, "sounds", 'fire_alarm = "smoke alarm"', "fire_alarm_s = 5")
    tones = np.tile(smoke_alarm(generator(20, "smoke-alarm.flac")), 2)
    live = tmp_path / "live.flac"
    soundfile.write(live, to_int16(tones / 2 + pink(tones.size, np.random.default_rng(7)) * gain(FLOOR_DBFS)), 16_000)
    records = run(household, ROOM, live)
    assert moved(records, "sound") == ["smoke alarm"]
    assert "open" not in moved(records, "lock")


def test_a_sound_is_shown_on_the_lights_of_a_board_and_the_relay_stays_off(household: Shell, alarm: Path) -> None:
    assert household("recordings", "add", "smoke alarm", alarm).status == 0
    assert household("recordings", "add", "bell", FOLDER / "doorbell.flac").status == 0
    board = household.data / "board"
    gpio = f'driver = "gpio"\n[lights]\ndriver = "gpio"\n[gpio]\nsimulated = "{board}"'
    set_to(household, "sounds", 'each = { "Smoke alarm" = "lights" }', "lights_seconds = 2", "[lock]", gpio)
    records = run(household, ROOM, FOLDER / "doorbell.flac", ROOM, alarm, ROOM, ROOM)
    assert moved(records, "sound") == ["bell", "smoke alarm"]
    assert moved(records, "state") == ["listening", "known sound", "listening", "stopped"]
    pins = GpioSettings()
    levels, seen = dict[int | None, int | None](), list[tuple[int | None, ...]]()
    for line in read_log(board):
        levels[line.channel] = line.level
        seen.append(tuple(levels.get(pin) for pin in (pins.red_pin, pins.green_pin, pins.blue_pin)))
    assert (1, 1, 1) in seen
    assert {line.level for line in read_log(board) if line.channel == pins.relay_pin} <= {0, None}


def test_a_light_does_not_keep_a_voice_waiting(household: Shell, alarm: Path) -> None:
    assert household("recordings", "add", "smoke alarm", alarm).status == 0
    set_to(household, "sounds", 'then = "lights"', "lights_seconds = 30")
    records = run(household, ROOM, alarm, UNLOCK, ROOM, UNLOCK)
    assert decisions(records) == ["open", "refuse"]
    states = moved(records, "state")
    assert states[:5] == ["listening", "known sound", "checking", "open", "known sound"]


@pytest.mark.parametrize(
    ("column", "damage", "told"),
    [
        ("beeps", b"\xff\xff" * 3, "the tones of smoke alarm are damaged (a beep in bin 65535 of 257"),
        ("peaks", b"odd", "the sound 'smoke alarm' cannot be read and is left out"),
    ],
)
def test_a_damaged_sound_is_told_opens_nothing_and_hides_no_other(
    household: Shell, alarm: Path, caplog: pytest.LogCaptureFixture, column: str, damage: bytes, told: str
) -> None:
    assert household("recordings", "add", "smoke alarm", alarm).status == 0
    assert household("recordings", "add", "bell", FOLDER / "doorbell.flac").status == 0
    set_to(household, "sounds", 'fire_alarm = "smoke alarm"')
    with sqlite3.connect(household.data / "edgevoice.sqlite") as database:
        database.execute(f"update recordings set {column} = ? where name = 'smoke alarm'", (damage,))
    records = run(household, FOLDER / "doorbell.flac", ROOM, UNLOCK)
    assert moved(records, "sound") == ["bell"]
    assert moved(records, "lock") == ["open", "locked"]  # for Ada
    assert told in caplog.text
    assert household("recordings", "remove", "smoke alarm").status == 0


def test_a_rule_for_an_unknown_sound_is_warned_of_at_the_start(
    household: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    set_to(household, "sounds", 'each = { "smoke alrm" = "lights" }')
    run(household, ROOM)
    assert "sounds.each names 'smoke alrm', which is no known sound (none is known)" in caplog.text


def test_the_next_run_still_knows_it(household: Shell) -> None:
    assert decisions(run(household, UNLOCK)) == ["open"]
    assert decisions(run(household, UNLOCK)) == ["refuse"]


def test_what_somebody_was_enrolled_from_does_not_open(household: Shell) -> None:
    (record,) = [each for each in run(household, FOLDER / "ada-enrol-1.opus") if "decision" in each]
    assert record["decision"] == "refuse"
    assert "enrolment" in str(record["reason"])


def test_a_file_that_moves_no_lock_may_be_asked_about_as_often_as_one_likes(household: Shell) -> None:
    for _ in range(2):
        assert household("identify", UNLOCK).status == 0
        assert household("verify", "Ada", FOLDER / "ada-enrol-1.opus").status == 0
    assert decisions(run(household, UNLOCK)) == ["open"]


def test_an_owner_may_switch_the_guard_off(household: Shell) -> None:
    set_to(household, "replay", "guard = false")
    assert [decisions(run(household, UNLOCK)) for _ in range(2)] == [["open"], ["open"]]


def test_no_sound_opens_the_door_unless_the_owner_names_a_fire_alarm(household: Shell, alarm: Path) -> None:
    assert household("recordings", "add", "smoke alarm", alarm).status == 0
    assert moved(run(household, alarm, alarm, ROOM), "lock") == []
    set_to(household, "sounds", 'fire_alarm = "smoke alarm"')
    records = run(household, alarm, alarm, ROOM)
    assert moved(records, "lock") == ["open", "locked"]
    opened = [str(event["reason"]) for event in household.json("events").records if event["kind"] == "open"]
    assert opened[0].startswith("the fire alarm smoke alarm has sounded for 10.")
