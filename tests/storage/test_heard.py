"""What the door has heard: sealed, bounded in time and number, and gone with the person."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import StorageError
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.heard import Heard
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=timezone.utc)
MARKS = b"peaks of a sentence"


class Calendar:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def heard(database: Database, secrets: Secrets, speakers: Speakers, calendar: Calendar) -> Iterator[Heard]:
    """Ten of a month, in a house where Ada and Ben live."""
    for name in ("Ada", "Ben"):
        speakers.add(name, np.ones(4, np.float32), "xvector", 3)
    yield Heard(database, secrets, days=30, most=10, now=calendar)


def test_what_was_kept_comes_back_oldest_first(heard: Heard) -> None:
    first, second = heard.add([b"one", b"two"], "attempt", None)
    (third,) = heard.add([b"three"], "enrolment", "Ada")
    assert set(heard.ids()) == {first, second, third}
    assert [(kept.id, kept.plain) for kept in heard.read({third, first})] == [(first, b"one"), (third, b"three")]
    assert [(kept.kind, kept.at) for kept in heard.read({third})] == [("enrolment", "2026-06-01T12:00:00+00:00")]


def test_nothing_of_it_stands_in_the_file_in_plain(heard: Heard, folder: Path) -> None:
    heard.add([MARKS], "attempt", "Ada")
    assert all(MARKS not in path.read_bytes() for path in folder.iterdir())


def test_what_is_replaced_keeps_its_place_and_belongs_to_who_it_is_closest_to_now(
    heard: Heard, speakers: Speakers
) -> None:
    (row,) = heard.add([b"the beginning"], "attempt", "Ada")
    heard.replace(row, b"the whole", "Ben", recognised=False)
    assert [(kept.id, kept.plain) for kept in heard.read(heard.ids().tolist())] == [(row, b"the whole")]
    speakers.remove("Ada")
    assert set(heard.ids()) == {row}
    speakers.remove("Ben")
    assert set(heard.ids()) == set()


def test_who_is_removed_takes_along_all_that_may_be_theirs_and_nothing_else(heard: Heard, speakers: Speakers) -> None:
    heard.add([b"a", b"b"], "enrolment", "ADA")
    kept = heard.add([b"c"], "attempt", "Ben") + heard.add([b"d"], "attempt", "Nobody")
    speakers.remove("Ada")
    assert set(heard.ids()) == set(kept)


def test_what_turns_out_to_be_an_enrolment_belongs_to_who_was_enrolled(heard: Heard, speakers: Speakers) -> None:
    rows = heard.add([b"a", b"b", b"c"], "attempt", "Ada")
    heard.assign(rows[1:], "Ben")
    assert [kept.kind for kept in heard.read(rows)] == ["attempt", "enrolment", "enrolment"]
    speakers.remove("Ben")
    assert set(heard.ids()) == set(rows[:1])


def test_who_is_called_otherwise_still_takes_it_along(heard: Heard, speakers: Speakers) -> None:
    heard.add([b"a"], "attempt", "Ada")
    speakers.rename("Ada", "Eve")
    speakers.remove("Eve")
    assert set(heard.ids()) == set()


def test_old_rows_give_way_by_age(heard: Heard, calendar: Calendar) -> None:
    heard.add([b"old"], "attempt", None)
    calendar.now += timedelta(days=29)
    (newer,) = heard.add([b"newer"], "attempt", None)
    calendar.now += timedelta(days=2)
    assert len(heard.ids()) == 2
    heard.drop_old()
    assert set(heard.ids()) == {newer}


def test_only_the_newest_are_kept(heard: Heard) -> None:
    rows = [row for number in range(15) for row in heard.add([bytes([number])], "attempt", None)]
    assert set(heard.ids()) == set(rows[-10:])


def test_no_strangers_chatter_pushes_out_what_could_be_replayed(heard: Heard) -> None:
    vital = heard.add([b"an opening"], "attempt", "Ada") + heard.add([b"clip"] * 3, "enrolment", "Ada")
    chatter = [row for _ in range(50) for row in heard.add([b"chatter"], "attempt", "Ada", recognised=False)]
    assert set(heard.ids()) == {*vital, *chatter[-6:]}
    heard.replace(chatter[-6], b"chatter", "Ada", recognised=True)
    newer = heard.add([b"an opening"] * 6, "attempt", "Ben")
    assert set(heard.ids()) == {*vital[1:], *newer} | {chatter[-6]}


def test_a_clock_that_was_years_ahead_leaves_rows_that_the_number_removes(heard: Heard, calendar: Calendar) -> None:
    calendar.now += timedelta(days=10_000)
    future = set(heard.add([b"x"], "attempt", None))
    calendar.now = NOON
    rows = set(heard.add([b"y"] * 9, "attempt", None))
    assert set(heard.ids()) == rows | future
    newest = set(heard.add([b"z"], "attempt", None))
    assert set(heard.ids()) == rows | newest


def test_a_power_cut_before_the_end_leaves_all_or_nothing(heard: Heard, folder: Path, secrets: Secrets) -> None:
    before = set(heard.add([b"before"], "attempt", None))
    cut = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    cut.execute("begin immediate")
    cut.execute("insert into heard (at, kind, recognised, sealed) values ('2026', 'attempt', 1, x'00')")
    cut.close()  # without a commit, as a process that is gone
    assert set(heard.ids()) == before
    with Database.open(folder) as again:
        assert [kept.plain for kept in Heard(again, secrets, 30, 10).read(before)] == [b"before"]


def test_a_row_that_does_not_open_is_left_out_and_told_once(
    heard: Heard, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    damaged, text, good = heard.add([b"one", b"one and a half", b"two"], "attempt", None)
    database.rows("update heard set sealed = (select sealed from heard where id = ?) where id = ?", (good, damaged))
    database.rows("update heard set sealed = cast(sealed as text) where id = ?", (text,))
    assert [kept.plain for kept in heard.read(heard.ids().tolist())] == [b"two"]
    assert set(heard.ids()) == {good}
    assert [kept.plain for kept in heard.read(heard.ids().tolist())] == [b"two"]
    assert len(caplog.records) == 2


def test_without_the_key_nothing_is_kept(heard: Heard, database: Database, tmp_path: Path) -> None:
    lost = Heard(database, Secrets(tmp_path / "nowhere"), 30, 10)
    with pytest.raises(StorageError, match="is missing"):
        lost.add([b"one"], "attempt", None)
    assert not len(lost.ids())
