"""One damaged voiceprint, in the real file: told loudly; everybody else gets in, its owner does not."""

import sqlite3
from pathlib import Path

import pytest

from edgevoice.storage.database import FILE_NAME
from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell

EVENING = ("rain.flac", "ada-unlock-1.opus", "room.flac", "ben-unlock-1.opus", "room.flac")


def damage(data: Path, name: str) -> None:
    """One byte of the sealed voiceprint is another, as where a card fails; SQLite does not notice."""
    with sqlite3.connect(data / FILE_NAME) as file:
        ((row, sealed),) = file.execute(
            "select speaker, sealed from voiceprints where speaker = (select id from speakers where name = ?)", (name,)
        )
        other = bytes([sealed[40] ^ 1])
        file.execute("update voiceprints set sealed = ? where speaker = ?", (sealed[:40] + other + sealed[41:], row))
    file.close()


@pytest.fixture(name="home")
def _home(household: Shell) -> Shell:
    damage(household.data, "Ada")
    return household


def test_everybody_else_gets_in_and_it_is_written_down_whom_the_door_lost(home: Shell) -> None:
    arguments = [argument for file in EVENING for argument in ("--wav", FOLDER / file)]
    said = home.json("run", "--fast", *arguments)
    answers = {Path(str(record["file"])).name: record for record in said.records if "decision" in record}
    assert {file: answer["decision"] for file, answer in answers.items()} == {
        "ada-unlock-1.opus": "refuse",
        "ben-unlock-1.opus": "open",
    }
    assert answers["ben-unlock-1.opus"]["speaker"] == "Ben"
    states = [record["state"] for record in said.records if record.get("event") == "state"]
    assert states[0] == "fault"
    faults = [event for event in home.json("events").records if event["kind"] == "fault"]
    (fault,) = faults
    told = "Ada cannot get in, or can adapt no more; everybody else gets in: the voiceprint is damaged"
    assert told in str(fault["reason"])


def test_the_check_names_whom_and_tells_the_way_back_which_is_one(home: Shell) -> None:
    people = next(record for record in home.json("check").records if record["check"] == "people")
    assert people["ok"] is False
    assert str(people["found"]).startswith("Ada: the voiceprint is damaged")
    takes = [FOLDER / f"ada-enrol-{number}.opus" for number in (1, 2, 3, 4)]
    assert home("enroll", "--renew", "Ada", *takes).status == 0
    people = next(record for record in home.json("check").records if record["check"] == "people")
    assert people["found"] == "2 voiceprints open with the key"
    assert home("identify", FOLDER / "ada-unlock-1.opus").status == 0
