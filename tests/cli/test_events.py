"""``edgevoice events``."""

import time
from datetime import datetime, timezone

import pytest

from edgevoice.config.settings import StorageSettings
from edgevoice.storage.database import Database
from edgevoice.storage.events import MOST_EVENTS, Events
from tests.cli.conftest import Shell
from tests.house import block, door


def test_the_newest_are_told_oldest_first(shell: Shell) -> None:
    with door(shell.data) as it:
        for number in range(3):
            it.pipeline.hear(block(number))
    records = shell.json("events", "--last", "2").records
    assert [record["id"] for record in records] == [2, 3]
    assert list(records[0]) == ["id", "at", "kind", "reason", "speaker", "figures", "clock_set", "readable"]
    assert records[0]["kind"] == "open"
    assert "Ada scored 4.2, needs 3.1" in shell("events").out


def test_the_hour_that_comes_twice_in_autumn_is_told_apart(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    times = [datetime(2026, 10, 25, 0, 30, tzinfo=timezone.utc), datetime(2026, 10, 25, 1, 30, tzinfo=timezone.utc)]
    with Database.open(shell.data) as database:
        for at, kind in zip(times, ("open", "refused"), strict=True):
            Events(database, now=lambda at=at: at).write(kind, "why")
    with monkeypatch.context() as berlin:
        berlin.setenv("TZ", "Europe/Berlin")
        time.tzset()
        told = shell("events").out.splitlines()
    time.tzset()
    assert told == ["2026-10-25 02:30:00+0200  open      why", "2026-10-25 02:30:00+0100  refused   why"]


def test_a_new_house_has_no_history(shell: Shell) -> None:
    assert shell.json("events").out == ""
    assert shell("events").out == "nothing has happened yet\n"


def test_whether_the_log_is_as_it_was_written_is_the_exit_status(shell: Shell) -> None:
    with door(shell.data) as it:
        for number in range(3):
            it.pipeline.hear(block(number))
    said = shell.json("events", "--verify")
    (record,) = said.records
    assert (said.status, record["ok"], record["rows"], record["problems"]) == (0, True, 3, [])
    head = str(record["head"])
    assert head.startswith("3:") and len(head) == 2 + 64
    assert shell("events", "--verify", "--noted", head).status == 0
    with Database.open(shell.data) as database:
        database.rows("delete from events where id = 3")
    said = shell("events", "--verify", "--noted", head)
    assert said.status == 3
    assert "row 3 was removed" in said.out
    assert "event 3 is not the one that was noted" in said.out


def test_a_head_that_is_none_is_wrong_usage(shell: Shell) -> None:
    assert shell("events", "--noted", "3:ab").status == 2
    assert shell("events", "--verify", "--noted", "three").status == 2
    assert shell("events", "--verify", "--noted", f"{10**19}:ab").status == 2  # more than SQLite can look for
    assert shell("events", "--verify", "--noted", f"{10**18 - 1}:ab").status == 3


def test_as_many_are_told_as_a_log_can_have_and_more_is_wrong_usage(shell: Shell) -> None:
    assert StorageSettings(events_kept=MOST_EVENTS).events_kept == MOST_EVENTS
    with pytest.raises(ValueError, match="events_kept"):
        StorageSettings(events_kept=MOST_EVENTS + 1)
    assert shell("events", "--last", str(MOST_EVENTS)).status == 0
    for more in (MOST_EVENTS + 1, 10**20):
        said = shell("events", "--last", str(more))
        assert said.status == 2
        assert f"is not in the range 1<=x<={MOST_EVENTS}" in said.err


def test_a_damaged_row_hides_no_other(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    with door(shell.data) as it:
        for number in range(3):
            it.pipeline.hear(block(number))
    with Database.open(shell.data) as database:
        database.rows("update events set sealed = x'00' where id = 2")
    said = shell("events")
    assert said.status == 0
    assert said.out.count("Ada scored 4.2, needs 3.1") == 2
    assert "cannot be read" in said.out
    assert "edgevoice events --verify" in caplog.text
