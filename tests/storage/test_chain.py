"""The chain of the audit log: what is noticed, where, and what stays provable."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.speakers import Speakers

ROWS = 12


@pytest.fixture
def events(database: Database) -> Events:
    events = Events(database)
    for turn in range(ROWS):
        events.write(("open", "refused")[turn % 2], f"event {turn}", "Ada", {"llr": float(turn)})
    return events


TAMPERED = {
    "a time": ("update events set at = '2026-01-01T00:00:00.000+00:00' where id = 5", "row 5 was changed"),
    "a kind": ("update events set kind = 'refused' where id = 5", "row 5 was changed"),
    "a letter of the kind moved into the time": (
        "update events set at = at || 'o', kind = 'pen' where id = 5",
        "row 5 was changed",
    ),
    "its details": ("update events set sealed = sealed || x'00' where id = 5", "row 5 was changed"),
    "details of another row": (
        "update events set sealed = (select sealed from events where id = 7) where id = 5",
        "row 5 was changed",
    ),
    "a row removed": ("delete from events where id = 5", "row 5 was removed"),
    "some rows removed": ("delete from events where id in (5, 6, 7)", "rows 5 to 7 were removed"),
    "the oldest removed": ("delete from events where id < 4", "rows 1 to 3 were removed"),
    "the newest removed": ("delete from events where id > 9", "rows 10 to 12 were removed"),
    "all removed": ("delete from events", "rows 1 to 12 were removed"),
    "one put in at the end": ("insert into events values (13, '', 'open', x'00', x'00')", "row 13 was put in"),
    "one put in before the first": ("insert into events values (0, '', 'open', x'00', x'00')", "row 0 was put in"),
    "two exchanged": (
        "update events set id = 99 where id = 5; update events set id = 5 where id = 6;"
        " update events set id = 6 where id = 99",
        "row 5 was changed",
    ),
    "the head set back": ("update chain set last_id = 9", "where the audit log begins and ends was changed"),
    "the head removed": ("delete from chain", "where the audit log begins and ends was changed"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_changed_without_the_key_is_named(database: Database, events: Events, what: str) -> None:
    assert events.verify().problems == ()
    statements, told = TAMPERED[what]
    for statement in statements.split(";"):
        database.rows(statement)
    assert any(told in problem for problem in events.verify().problems)


def test_one_changed_row_is_one_problem(database: Database, events: Events) -> None:
    database.rows("update events set kind = 'opened' where id = 5")
    assert events.verify().problems == ("row 5 was changed",)


def test_the_newest_removed_with_an_older_head_put_back_is_not_noticed_without_a_note(
    database: Database, events: Events
) -> None:
    """What a local chain cannot see; docs/storage.md says so."""
    (head,), noted = database.rows("select * from chain"), events.verify()
    events.write("open", "at night")
    later = events.verify()
    database.rows("delete from events where id > ?", (noted.last_id,))
    database.rows("insert or replace into chain values (?, ?, ?, ?, ?, ?)", head)
    proof = events.verify()
    assert proof.problems == ()
    assert (proof.last_id, proof.head) != (later.last_id, later.head)  # whoever has noted the head sees it
    assert events.holds(noted.last_id, noted.head)
    assert not events.holds(later.last_id, later.head)


def test_the_newest_row_as_another_history_had_it_is_named(database: Database, events: Events) -> None:
    (head,) = database.rows("select * from chain")
    events.write("open", "at night")
    (other,) = database.rows("select * from events where id = 13")
    database.rows("delete from events where id = 13")
    database.rows("insert or replace into chain values (?, ?, ?, ?, ?, ?)", head)
    events.write("refused", "at night")
    assert events.verify().problems == ()
    database.rows("delete from events where id = 13")
    database.rows("insert into events values (?, ?, ?, ?, ?)", other)
    assert events.verify().problems == ("row 13 is not the one that was written last",)


def test_letting_go_of_the_oldest_keeps_the_chain_whole(database: Database) -> None:
    events = Events(database, keep=5)
    for turn in range(20):
        events.write("open", str(turn))
    proof = events.verify()
    assert (proof.rows, proof.last_id, proof.problems) == (5, 20, ())
    database.rows("delete from events where id = 16")
    assert events.verify().problems == ("row 16 was removed",)


def test_renaming_and_removing_people_changes_no_row_of_the_log(database: Database, speakers: Speakers) -> None:
    events = Events(database)
    speakers.add("Ada", np.ones(8, np.float32), "xvector-1", 3)
    events.write("open", "Ada scored 4.2", "Ada")
    before = database.rows("select * from events")
    speakers.rename("Ada", "Eve")
    assert events.last(1)[0].reason == "Eve scored 4.2"
    speakers.remove("Eve")
    assert database.rows("select * from events") == before
    assert events.verify().problems == ()


def test_a_log_that_was_tampered_with_is_written_on_and_stays_tampered_with(database: Database, events: Events) -> None:
    database.rows("delete from events where id = 5")
    events.write("open", "later")
    assert events.verify().problems == ("row 5 was removed",)


def test_a_new_house_has_nothing_to_verify(folder: Path, database: Database) -> None:
    proof = Events(database).verify()
    assert (proof.rows, proof.last_id, proof.problems) == (0, 0, ())
    assert not (folder / "key").exists()


@settings(deadline=None, max_examples=25)
@given(
    byte=st.integers(0, 2**16), bit=st.integers(0, 7), row=st.integers(1, 3), column=st.sampled_from(["sealed", "mac"])
)
def test_one_changed_bit_in_any_row_is_named(
    tmp_path_factory: pytest.TempPathFactory, byte: int, bit: int, row: int, column: str
) -> None:
    with Database.open(tmp_path_factory.getbasetemp() / "one bit of a chain") as database:
        events = Events(database, keep=3)
        last = events.write("open", "Ada scored 4.2")
        while last < 3:
            last = events.write("open", "Ada scored 4.2")
        number = last - 3 + row
        ((whole,),) = database.rows(f"select {column} from events where id = ?", (number,))
        assert isinstance(whole, bytes)
        changed = bytearray(whole)
        changed[byte % len(whole)] ^= 1 << bit
        database.rows(f"update events set {column} = ? where id = ?", (bytes(changed), number))
        assert f"row {number} was changed" in " ".join(events.verify().problems) or column == "mac"
        assert events.verify().problems != ()
        database.rows(f"update events set {column} = ? where id = ?", (whole, number))
        assert events.verify().problems == ()
