"""How long a new house may be claimed, whatever clocks and power cuts do."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgevoice.door.claim import CHARGED_SECONDS, Claim
from edgevoice.errors import StorageError
from edgevoice.hardware.fake import ManualClock
from edgevoice.storage.database import Database
from edgevoice.storage.state import State


@pytest.fixture(name="state")
def _state(tmp_path: Path) -> Iterator[State]:
    with Database.open(tmp_path) as database:
        yield State(database)


def test_it_is_open_for_as_many_minutes_as_were_set(state: State) -> None:
    clock = ManualClock()
    claim = Claim(state, 2.0, clock)
    for _ in range(119):
        clock.advance(1.0)
        assert claim.is_open()
    clock.advance(1.0)
    assert not claim.is_open()
    assert not Claim(state, 2.0, clock).is_open()


def test_no_minutes_at_all_never_open_it(state: State) -> None:
    assert not Claim(state, 0.0, ManualClock()).is_open()


def test_a_restart_costs_a_minute_at_most_and_gains_nothing(state: State) -> None:
    clock = ManualClock()
    assert Claim(state, 3.0, clock).is_open()
    assert Claim(state, 3.0, clock).is_open()
    assert Claim(state, 3.0, clock).is_open()
    assert not Claim(state, 3.0, clock).is_open()
    assert CHARGED_SECONDS == 60.0


@pytest.mark.parametrize("nonsense", [-1e6, math.nan, math.inf])
def test_a_clock_that_jumps_back_or_is_none_does_not_prolong_it(state: State, nonsense: float) -> None:
    clock = ManualClock()
    claim = Claim(state, 1.0, clock)
    clock.now = 59.0
    assert claim.is_open()
    clock.now = nonsense
    claim.is_open()
    clock.now = max(nonsense, 0.0) + 1.1 if math.isfinite(nonsense) else 60.1
    for _ in range(2):
        open_ = claim.is_open()
        clock.advance(1.1)
    assert not open_


def test_a_charge_that_a_full_disk_did_not_take_is_tried_again_until_it_does(tmp_path: Path, state: State) -> None:
    clock = ManualClock()
    with Database.open(tmp_path) as database:
        claim = Claim(State(database), 3.0, clock)
        assert claim.is_open()
        database.rows("pragma query_only = on")
        for minute in range(1, 6):
            clock.advance(CHARGED_SECONDS)
            with pytest.raises(StorageError, match="readonly"):
                claim.is_open()
            assert claim.is_open() is (minute < 3)  # not tried at every look
        database.rows("pragma query_only = off")
        clock.advance(CHARGED_SECONDS)
        assert not claim.is_open()
    assert not Claim(state, 3.0, clock).is_open()


def test_what_can_no_longer_be_read_leaves_it_closed(state: State) -> None:
    state.put(Claim.NAME, {"nonsense": 1.0})
    assert not Claim(state, 60.0, ManualClock()).is_open()
