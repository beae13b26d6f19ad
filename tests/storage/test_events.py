"""The audit log: order, time, bounds and what can be written to it."""

import math
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.errors import StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events

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


def test_a_row_damaged_by_hand_is_named(database: Database) -> None:
    events = Events(database)
    events.write("open", "Ada")
    database.rows("update events set figures = '{'")
    with pytest.raises(StorageError, match="event 1 cannot be read"):
        events.last(1)
