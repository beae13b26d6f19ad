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
from edgevoice.storage.schema import APPLICATION_ID, MIGRATIONS
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=timezone.utc)
MARKS = b"peaks of a sentence"
DAY_S = 24 * 3600.0


class Calendar:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Running:
    """Seconds since the machine was started."""

    def __init__(self, s: float = 0.0) -> None:
        self.s = s

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def running() -> Running:
    return Running()


@pytest.fixture
def heard(
    database: Database, secrets: Secrets, speakers: Speakers, calendar: Calendar, running: Running
) -> Iterator[Heard]:
    """Ten of a month, in a house where Ada and Ben live."""
    for name in ("Ada", "Ben"):
        speakers.add(name, np.ones(4, np.float32), "xvector", 3)
    yield Heard(database, secrets, days=30, most=10, now=calendar, clock=running)


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


def test_old_rows_give_way_by_age(heard: Heard, running: Running) -> None:
    heard.add([b"old"], "attempt", None)
    running.s += 29 * DAY_S
    (newer,) = heard.add([b"newer"], "attempt", None)
    running.s += 2 * DAY_S
    assert len(heard.ids()) == 2
    heard.drop_old()
    assert set(heard.ids()) == {newer}


def test_their_age_is_what_was_served_and_goes_on_after_a_restart(
    heard: Heard, database: Database, secrets: Secrets, running: Running
) -> None:
    heard.add([b"old"], "attempt", None)
    running.s += 29 * DAY_S
    heard.drop_old()
    boot = Running()  # of a machine that was off for however long
    again = Heard(database, secrets, days=30, most=10, clock=boot)
    again.drop_old()
    boot.s += 0.9 * DAY_S
    again.drop_old()
    assert len(again.ids()) == 1
    boot.s += 0.2 * DAY_S
    again.drop_old()
    assert not len(again.ids())


def test_a_clock_that_goes_back_makes_nothing_younger(heard: Heard, running: Running) -> None:
    heard.add([b"old"], "attempt", None)
    for day in (29, 0, 2):
        running.s = day * DAY_S
        heard.drop_old()
    assert not len(heard.ids())


@pytest.mark.parametrize("days", [144, 10_000])
def test_a_clock_that_jumps_forgets_nothing(
    heard: Heard, database: Database, secrets: Secrets, calendar: Calendar, days: int
) -> None:
    """Unset at boot and set by the network later, or far ahead for a moment."""
    rows = heard.add([b"an opening"], "attempt", "Ada")
    calendar.now += timedelta(days=days)
    rows += heard.add([b"a stranger"], "attempt", None, recognised=False)
    Heard(database, secrets, days=30, most=10, now=calendar).drop_old()
    calendar.now = NOON
    heard.drop_old()
    assert heard.ids().tolist() == rows


def test_what_an_older_edgevoice_kept_begins_to_age_with_the_update(
    tmp_path: Path, secrets: Secrets, running: Running
) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None) as older:
        for statement in [statement for step in MIGRATIONS[:8] for statement in step]:
            older.execute(statement)
        older.execute(f"pragma application_id = {APPLICATION_ID}")
        older.execute("pragma user_version = 8")
        older.execute("insert into heard (at, kind, recognised, sealed) values ('2020', 'attempt', 1, x'00')")
    with Database.open(tmp_path) as updated:
        kept = Heard(updated, secrets, days=30, most=10, clock=running)
        kept.drop_old()
        running.s += 29 * DAY_S
        kept.drop_old()
        assert kept.ids().tolist() == [1]
        running.s += 2 * DAY_S
        kept.drop_old()
        assert kept.ids().tolist() == []


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


def test_what_was_recognised_once_stays_vital_however_it_ends(heard: Heard) -> None:
    (opening,) = heard.add([b"an opening"], "attempt", "Ada")
    heard.replace(opening, b"and the noise after it", "Ada", recognised=False)
    for _ in range(50):
        heard.add([b"chatter"], "attempt", None, recognised=False)
    assert opening in heard.ids()


def test_what_is_added_never_gives_way_to_what_was_there(heard: Heard) -> None:
    openings = heard.add([b"an opening"] * 10, "attempt", "Ada")
    takes = [row for _ in range(3) for row in heard.add([b"Eve, unknown yet"], "attempt", "Ada", recognised=False)]
    assert heard.ids().tolist() == openings[3:] + takes
    heard.assign(takes, "Ben")
    later = heard.add([b"an opening"] * 6, "attempt", "Ada")
    assert heard.ids().tolist() == openings[-1:] + takes + later
    many = heard.add([b"clip"] * 12, "enrolment", "Ada")
    assert heard.ids().tolist() == many[-10:]
    more = heard.add([b"Eve, unknown yet"] * 8, "attempt", None, recognised=False)
    assert heard.ids().tolist() == many[-2:] + more


def test_a_sentence_of_an_enrolment_that_is_gone_is_told_and_nothing_is_changed(
    heard: Heard, speakers: Speakers
) -> None:
    takes = heard.add([b"Ben again"], "attempt", None) + heard.add([b"like Ada"], "attempt", "Ada")
    speakers.remove("Ada")
    told = r"of the 2 sentences of this enrolment fingerprint 2 is gone: .*keep_most \(10\).*enrol again"
    with pytest.raises(StorageError, match=told):
        heard.assign(takes, "Ben")
    assert [kept.kind for kept in heard.read(takes)] == ["attempt"]


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


def test_a_lost_key_is_told_once_and_not_for_every_row(
    heard: Heard, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = heard.add([b"one", b"two", b"three"], "attempt", None)
    lost = Heard(database, Secrets(tmp_path / "nowhere", database), 30, 10)
    assert [lost.read([row]) for row in rows] == [[], [], []]
    assert not len(lost.ids())
    (told,) = caplog.records
    assert "all 3 fingerprints" in told.getMessage() and "is missing" in told.getMessage()


def test_without_the_key_nothing_is_kept(heard: Heard, database: Database, tmp_path: Path) -> None:
    lost = Heard(database, Secrets(tmp_path / "nowhere", database), 30, 10)
    with pytest.raises(StorageError, match="is missing"):
        lost.add([b"one"], "attempt", None)
    assert not len(lost.ids())
