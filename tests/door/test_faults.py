"""A fault that lasts: told at once, then less and less often with how often it came; nothing else is held back."""

import logging
import math
from contextlib import suppress
from pathlib import Path

import pytest

from edgevoice import app
from edgevoice.config import load
from edgevoice.door.faults import AGAIN_SECONDS, MOST_TOLD, Faults
from edgevoice.errors import StorageError
from edgevoice.hardware.fake import ManualClock
from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.utterance import Utterance
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from tests.house import BLOCK_S, BrokenError, Door, Ear, Parts, block, door

MINUTE = round(AGAIN_SECONDS / BLOCK_S)
WHY = "EdgevoiceError: listening failed: BrokenError: the ear"


def serve(it: Door, blocks: int) -> None:
    """As the loop does."""
    for number in range(blocks):
        it.pipeline.hear(block(number))
        it.kiosk.look()
        it.clock.advance(BLOCK_S)


def faults(it: Door) -> list[str]:
    return [event.reason for event in it.audit() if event.kind == "fault"]


def again(times: int) -> str:
    return f"again, {times} times since it was last told: {WHY}"


def test_an_ear_that_fails_at_every_block_is_told_at_once_and_then_after_one_minute_and_two_with_how_often(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with door(tmp_path, Parts(ear=Ear("hear"))) as it, caplog.at_level(logging.ERROR):
        serve(it, 1)
        assert faults(it) == [WHY]
        serve(it, 3 * MINUTE + 9)
        first, *others = faults(it)
        assert first == WHY
        assert len(others) == len(caplog.records) - 1 == 2
        assert others[0] in {again(MINUTE), again(MINUTE + 1)}  # the clock of the blocks is rounded
        assert others[1] in {again(2 * MINUTE), again(2 * MINUTE + 1)}
        assert not it.lock.openings


def test_one_that_came_again_before_it_healed_is_told_when_the_minute_is_over(tmp_path: Path) -> None:
    class Heals(Ear):
        def hear(self, block: AudioBlock) -> list[Utterance]:
            return super().hear(block)[:0]

    ear = Heals("hear")
    with door(tmp_path, Parts(ear=ear)) as it:
        serve(it, 2)
        ear.fails = ""
        serve(it, MINUTE)
        assert faults(it) == [WHY, f"again, once since it was last told: {WHY}"]
        serve(it, 3 * MINUTE)
        assert len(faults(it)) == 2
        ear.fails = "hear"
        serve(it, 1)
        assert faults(it)[2:] == [WHY]


def test_one_that_lasts_for_a_day_is_told_once_an_hour_in_the_end_and_at_once_again_after_it_has_healed(
    tmp_path: Path,
) -> None:
    with Database.open(tmp_path) as database:
        events, clock = Events(database), ManualClock()
        told = Faults(events, clock)

        def pass_hours(hours: int, it_lasts: bool = True) -> int:
            before = len(events.last(999))
            for _ in range(6 * 60 * hours):
                if it_lasts:
                    told.tell("the lights", BrokenError())
                clock.advance(10.0)
                told.look()
            return len(events.last(999)) - before

        pass_hours(1)
        assert pass_hours(24) == 24
        assert events.last(1)[0].reason == "again, 360 times since it was last told: the lights"
        pass_hours(2, it_lasts=False)
        told.tell("the lights", BrokenError())
        assert events.last(1)[0].reason == "the lights"


def test_another_fault_is_told_at_once(tmp_path: Path) -> None:
    with door(tmp_path, Parts(ear=Ear("hear"))) as it:
        serve(it, 2)
        it.kiosk.fault(BrokenError("the relay"))
        assert faults(it) == [WHY, "BrokenError: the relay"]


def test_openings_and_refusals_are_never_held_back(tmp_path: Path) -> None:
    with door(tmp_path) as it:
        for number in range(20):
            it.pipeline.hear(block(number))
        assert [event.kind for event in it.audit()] == ["open"] * 20


def test_what_could_not_be_written_is_written_the_next_time(tmp_path: Path) -> None:
    with Database.open(tmp_path) as database:
        events, clock = Events(database), ManualClock()
        told = Faults(events, clock)
        database.rows("pragma query_only = on")
        with pytest.raises(Exception, match="readonly"):
            told.tell("the relay", BrokenError())
        database.rows("pragma query_only = off")
        for _ in range(3):
            told.tell("the relay", BrokenError())
        clock.advance(AGAIN_SECONDS)
        database.rows("pragma query_only = on")
        with pytest.raises(Exception, match="readonly"):
            told.look()
        database.rows("pragma query_only = off")
        told.look()
        assert len(events.last(9)) == 1  # not at every block
        clock.advance(AGAIN_SECONDS)
        told.look()
        assert events.last(1)[0].reason == "again, 2 times since it was last told: the relay"


def test_while_nothing_can_be_written_each_fault_is_logged_once_and_stands_in_the_audit_log_afterwards(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Database.open(tmp_path) as database, caplog.at_level(logging.ERROR):
        events, clock = Events(database), ManualClock()
        told = Faults(events, clock)
        database.rows("pragma query_only = on")
        for why in ("the relay", "the lights") * 5:
            with pytest.raises(StorageError, match="readonly"):
                told.tell(why, BrokenError())
        assert len(caplog.records) == 2
        clock.advance(AGAIN_SECONDS)
        with pytest.raises(StorageError, match="readonly"):
            told.look()
        told.look()  # not at every block
        database.rows("pragma query_only = off")
        for _ in range(9):
            clock.advance(AGAIN_SECONDS)
            told.look()
        assert [event.reason for event in events.last(9)] == ["the relay", "the lights"]


def test_of_very_many_that_cannot_be_written_the_oldest_give_way(tmp_path: Path) -> None:
    with Database.open(tmp_path) as database:
        events, clock = Events(database), ManualClock()
        told = Faults(events, clock)
        database.rows("pragma query_only = on")
        for number in range(MOST_TOLD + 5):
            with suppress(StorageError):
                told.tell(str(number), BrokenError())
        database.rows("pragma query_only = off")
        told.close()
        assert [event.reason for event in events.last(2 * MOST_TOLD)] == [str(5 + each) for each in range(MOST_TOLD)]


@pytest.mark.parametrize("now_s", [-1.0, math.nan, math.inf])
def test_a_clock_that_jumps_or_is_none_holds_nothing_back(tmp_path: Path, now_s: float) -> None:
    with Database.open(tmp_path) as database:
        events, clock = Events(database), ManualClock()
        told = Faults(events, clock)
        for _ in range(2):
            told.tell("the relay", BrokenError())
        clock.now = now_s
        told.look()
        assert len(events.last(9)) == 2


def test_at_the_end_what_came_again_is_told(tmp_path: Path, models: Path) -> None:
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    with app.house(loaded) as house:
        with app.device(loaded.settings, house) as device:
            for _ in range(3):
                device.kiosk.fault(BrokenError("the ear"))
        told = [event.reason for event in house.events.last(9) if event.kind == "fault"]
    assert told == ["BrokenError: the ear", "again, 2 times since it was last told: BrokenError: the ear"]
