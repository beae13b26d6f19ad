"""``edgevoice key``."""

import json
from pathlib import Path

import pytest

from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell


def opens(shell: Shell) -> bool:
    return shell("identify", FOLDER / "ada-unlock-1.opus").status == 0


def test_the_key_is_named_and_never_told(household: Shell) -> None:
    said = household.json("key", "show")
    (record,) = said.records
    assert record == {"file": str(household.data / "key"), "key": record["key"]}
    assert len(str(record["key"])) == 16
    assert (household.data / "key").read_bytes().hex() not in said.out


def test_after_a_change_of_the_key_people_and_log_are_as_before(household: Shell) -> None:
    old = (household.data / "key").read_bytes()
    before = household.json("events").records
    (record,) = household.json("key", "rotate").records
    assert (household.data / "key").read_bytes() != old
    assert household.json("key", "show").records[0]["key"] == record["key"]
    assert household.json("events").records[: len(before)] == before
    assert household("events", "--verify", "--noted", str(record["head"])).status == 0
    assert opens(household)


def test_a_lost_key_is_told_by_every_command_and_given_up_by_one(
    household: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    refused = household("key", "reset", "--yes")
    assert refused.status == 1 and "is the right one" in refused.err
    (household.data / "key").unlink()
    for command in (("identify", str(FOLDER / "ada-unlock-1.opus")), ("events", "--verify"), ("key", "rotate")):
        said = household(*command)
        assert said.status == 1
        assert "must enrol again" in said.err and "edgevoice key reset" in said.err
    said = household.json("events")
    assert said.status == 0
    assert [(record["id"], record["kind"], record["readable"]) for record in said.records] == [
        (1, "enrolled", False),
        (2, "enrolled", False),
    ]
    assert "the key" in caplog.text and "everybody must enrol again" in caplog.text
    assert household.json("speakers", "list").records  # who must enrol again can still be seen
    assert household.json("key", "reset", "--yes").records == [{"enrol_again": 2}]
    assert household.json("speakers", "list").records == []
    assert household.enroll("Ada").status == 0
    assert opens(household)


def test_people_can_be_removed_without_the_key(household: Shell, caplog: pytest.LogCaptureFixture) -> None:
    (household.data / "key").unlink()
    said = household("speakers", "remove", "Ada")
    assert said.status == 0
    assert "not in the audit log" in caplog.text


def test_a_new_house_has_no_key_yet(shell: Shell) -> None:
    assert shell.json("key", "show").records == [{"file": str(shell.data / "key"), "key": None}]
    assert not Path(shell.data / "key").exists()
    assert json.loads(shell.json("events", "--verify").out)["rows"] == 0
