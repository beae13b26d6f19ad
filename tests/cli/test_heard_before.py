"""The door from sound to lock: a replayed unlock is refused, and the smoke alarm is named; files are the microphone."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

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
    told = household.json("events", "--last", "3").records
    assert [event["kind"] for event in told] == ["open", "refused", "sound"]


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
