"""The audit log: order, time, bounds and what can be written to it."""

import math
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.errors import StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.events import SOMEONE, Events
from edgevoice.storage.speakers import Speakers

NOON = datetime(2026, 6, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))


def test_an_event_comes_back_as_it_was_written_in_utc(database: Database) -> None:
    events = Events(database, now=lambda: NOON)
    number = events.write("open", "Ada scored 4.2, needs 3.1", "Ada", {"llr": 4.2, "threshold": 3.1})
    (event,) = events.last(1)
    assert (event.id, event.kind, event.reason, event.speaker) == (number, "open", "Ada scored 4.2, needs 3.1", "Ada")
    assert event.figures == {"llr": 4.2, "threshold": 3.1}
    assert event.at == NOON
    assert event.at.isoformat() == "2026-06-01T12:00:00+00:00"


def test_the_last_events_come_oldest_first(database: Database) -> None:
    events = Events(database)
    for turn in range(5):
        events.write("refused", str(turn))
    assert [event.reason for event in events.last(3)] == ["2", "3", "4"]
    assert len(events.last(99)) == 5
    assert events.last(0) == events.last(-1) == []


def test_only_the_newest_are_kept_and_ids_never_return(database: Database) -> None:
    events = Events(database, keep=3)
    numbers = [events.write("refused", str(turn)) for turn in range(10)]
    assert [event.reason for event in events.last(99)] == ["7", "8", "9"]
    database.rows("delete from events")
    numbers.append(events.write("open", "after"))
    assert numbers == list(range(1, 12))


def test_a_clock_set_back_does_not_change_the_order(database: Database) -> None:
    times = iter([NOON, NOON - timedelta(days=9)])
    events = Events(database, now=lambda: next(times))
    first, second = events.write("open", "first"), events.write("open", "second")
    assert first < second
    assert [event.reason for event in events.last(2)] == ["first", "second"]


def test_figures_that_are_no_numbers_are_written_as_missing(database: Database) -> None:
    events = Events(database)
    events.write("refused", "not finite", figures={"llr": math.nan, "snr_db": -math.inf, "threshold": 3.1})
    assert events.last(1)[0].figures == {"llr": None, "snr_db": None, "threshold": 3.1}


@given(reason=st.text(max_size=2_000) | st.just("x" * 100_000))
def test_any_reason_can_be_written_and_stays_short(tmp_path_factory: pytest.TempPathFactory, reason: str) -> None:
    with Database.open(tmp_path_factory.getbasetemp() / "any reason") as database:
        Events(database, keep=2).write("fault", reason)
        (event,) = Events(database).last(1)
    assert len(event.reason) <= 500
    assert event.reason[:499] == reason.encode("utf-8", "replace").decode()[:499]


def test_a_damaged_row_is_told_as_that_and_hides_no_other(database: Database) -> None:
    events = Events(database)
    for turn in range(5):
        events.write("open", str(turn), "Ada", {"llr": 4.2})
    database.rows("update events set sealed = x'00' where id = 2")
    database.rows("update events set sealed = 'text' where id = 3")
    database.rows("update events set at = 'yesterday' where id = 4")
    found = events.last(9)
    assert [event.id for event in found if event.readable] == [1, 5]
    for event in found[1:4]:
        assert event.reason.startswith("cannot be read: ")
        assert (event.speaker, event.figures, event.kind) == (None, {}, "open")


def test_details_stand_readable_nowhere_on_the_disk_but_number_time_and_kind_do(
    folder: Path, database: Database
) -> None:
    Events(database, now=lambda: NOON).write("refused", "closest is Wilhelmine", "Wilhelmine", {"snr_db": 12.5})
    written = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"refused" in written and b"2026-06-01T12:00:00" in written  # the search does look at what was written
    for secret in (b"Wilhelmine", b"closest", b"snr_db", b"12.5"):
        assert secret not in written


def test_without_the_key_the_log_is_told_by_number_time_and_kind(folder: Path, database: Database) -> None:
    Events(database, now=lambda: NOON).write("open", "Ada scored 4.2", "Ada")
    (folder / "key").unlink()
    events = Events(database)
    (event,) = events.last(9)
    assert (event.id, event.at, event.kind, event.readable) == (1, NOON, "open", False)
    assert "key is missing" in event.reason and "must enrol again" in event.reason
    with pytest.raises(StorageError, match="key is missing"):
        events.write("open", "Ada scored 4.2", "Ada")
    assert not (folder / "key").exists()


def test_a_clock_that_was_never_set_is_marked(database: Database) -> None:
    times = iter([datetime(1970, 1, 1, tzinfo=timezone.utc), NOON])
    events = Events(database, now=lambda: next(times))
    events.write("open", "at boot")
    events.write("open", "later")
    assert [event.clock_set for event in events.last(2)] == [False, True]


def test_whoever_was_removed_in_the_very_moment_is_not_named(speakers: Speakers, database: Database) -> None:
    events = Events(database)
    speakers.add("Ada", np.ones(8, np.float32), "xvector-1", 3)
    events.write("open", "Ada scored 4.2", "Ada")
    speakers.remove("Ada")  # by another program, after this one has recognised her again
    events.write("open", "Ada scored 4.3", "Ada")
    assert [event.reason for event in events.last(2)] == [f"{SOMEONE} scored 4.2", f"{SOMEONE} scored 4.3"]
    assert [event.speaker for event in events.last(2)] == [None, None]


def test_a_fault_that_names_several_people_names_none_of_them_later(speakers: Speakers, database: Database) -> None:
    for number, name in enumerate(("Ada", "Ada Lovelace", "Bo")):
        speakers.add(name, np.eye(8, dtype=np.float32)[number], "xvector-1", 3)
    events = Events(database)
    events.write("fault", "Ada, Ada Lovelace and Bo must enrol again")
    for name in ("Ada Lovelace", "Ada"):
        speakers.remove(name)
    assert events.last(1)[0].reason == f"{SOMEONE}, {SOMEONE} and Bo must enrol again"
