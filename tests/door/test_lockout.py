"""Waiting: how attempts become seconds, and what a clock or a restart cannot do."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.door.decide import Cause, Decision
from edgevoice.door.lockout import Attempts, Lockout, LockoutRules, after_attempt, after_opening, at, restored
from edgevoice.errors import SettingsError, StorageError
from edgevoice.hardware.fake import ManualClock
from edgevoice.storage.database import Database
from edgevoice.storage.state import State

RULES = LockoutRules(attempts=5, first_s=30.0, longest_s=900.0)
NO_MATCH = Decision(False, "closest is Ada", "Ada", Cause.NO_MATCH)
TOO_SHORT = Decision(False, "too short", None, Cause.TOO_SHORT)
OPEN = Decision(True, "Ada scored 4.2", "Ada", Cause.MATCH)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "data") as database:
        yield database


def fail(lockout: Lockout, times: int, now_s: float) -> Lockout:
    for _ in range(times):
        lockout = after_attempt(lockout, now_s, RULES)
    return lockout


def test_four_attempts_cost_nothing_and_the_fifth_thirty_seconds() -> None:
    assert fail(Lockout(), 4, 100.0).left_s == 0.0
    assert fail(Lockout(), 5, 100.0).left_s == 30.0


def test_each_further_lockout_is_twice_as_long_up_to_fifteen_minutes() -> None:
    lockout, now, waits = Lockout(), 0.0, []
    for _ in range(100):
        lockout = fail(lockout, 5, now)
        waits.append(lockout.left_s)
        now += lockout.left_s
    assert waits[:7] == [30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 900.0]
    assert set(waits[5:]) == {900.0}


def test_years_of_failed_attempts_cost_no_more_than_the_longest() -> None:
    assert fail(Lockout(attempts=4, lockouts=100_000), 1, 100.0).left_s == RULES.longest_s


def test_it_ends_to_the_second() -> None:
    lockout = fail(Lockout(), 5, 100.0)
    assert at(lockout, 129.5).left_s == 0.5
    assert at(lockout, 130.0).left_s == 0.0


def test_attempts_during_a_lockout_neither_prolong_it_nor_count() -> None:
    lockout = fail(Lockout(), 5, 100.0)
    assert fail(lockout, 50, 110.0) == at(lockout, 110.0)


def test_an_opening_forgives_everything() -> None:
    lockout = fail(at(fail(Lockout(), 5, 0.0), 31.0), 4, 31.0)
    assert (lockout.attempts, lockout.lockouts) == (4, 1)
    assert after_opening(lockout, 32.0) == Lockout(clock_s=32.0)
    assert fail(after_opening(lockout, 32.0), 5, 33.0).left_s == 30.0


@given(st.lists(st.floats(), max_size=20))
def test_no_clock_shortens_a_lockout_by_more_than_the_time_it_has_shown(times: list[float]) -> None:
    lockout = fail(Lockout(), 5, 100.0)
    for now in times:
        lockout = at(lockout, now)
    shown = max([100.0, *(now for now in times if math.isfinite(now))])
    assert lockout.left_s == pytest.approx(max(0.0, 30.0 - (shown - 100.0)), abs=1e-6)


@pytest.mark.parametrize("now", [math.nan, math.inf, -math.inf])
def test_a_clock_that_shows_no_time_leaves_a_lockout_as_it_is(now: float) -> None:
    lockout = fail(Lockout(), 5, 100.0)
    assert at(lockout, now) == lockout


def test_a_clock_set_back_opens_nothing_early() -> None:
    lockout = at(at(fail(Lockout(), 5, 100.0), 50.0), 110.0)
    assert lockout.left_s == 20.0


@given(
    stored=st.none() | st.dictionaries(st.sampled_from(["attempts", "lockouts", "left_s", "clock_s"]), st.floats()),
    now=st.floats(),
    later=st.floats(),
)
def test_whatever_was_stored_gives_a_lockout_within_its_bounds(
    stored: dict[str, float] | None, now: float, later: float
) -> None:
    lockout = at(restored(stored, now, RULES), later)
    assert 0.0 <= lockout.left_s <= RULES.longest_s
    assert 0.0 <= after_attempt(lockout, later, RULES).left_s <= RULES.longest_s


@pytest.mark.parametrize("stored", [{}, {"attempts": 1.0}, {"attempts": math.nan, "lockouts": 0.0, "left_s": 0.0}])
def test_what_cannot_be_read_is_the_longest_lockout(stored: dict[str, float]) -> None:
    assert restored(stored, 5.0, RULES).left_s == RULES.longest_s


def test_a_lockout_kept_under_longer_rules_is_cut_to_the_longest_of_today() -> None:
    assert restored({"attempts": 0.0, "lockouts": 9.0, "left_s": 86_400.0}, 5.0, RULES).left_s == RULES.longest_s


@pytest.mark.parametrize("now", [math.nan, math.inf, -math.inf])
def test_a_clock_that_shows_no_time_at_a_restart_ends_no_lockout(now: float) -> None:
    stored = {"attempts": 0.0, "lockouts": 1.0, "left_s": 30.0}
    assert at(restored(stored, now, RULES), 1e9).left_s == 30.0


def test_a_restart_ends_no_lockout_and_forgets_no_attempt(database: Database) -> None:
    clock = ManualClock(1_000_000.0)
    attempts = Attempts(State(database), RULES, clock)
    for _ in range(5):
        attempts.note(NO_MATCH)
    assert attempts.locked_out_for_s() == 30.0

    rebooted = ManualClock(3.0)  # monotonic time begins again with the machine
    attempts = Attempts(State(database), RULES, rebooted)
    assert attempts.locked_out_for_s() == 30.0
    rebooted.advance(30.0)
    assert attempts.locked_out_for_s() == 0.0
    for _ in range(4):
        attempts.note(NO_MATCH)
    attempts = Attempts(State(database), RULES, ManualClock(0.0))
    assert attempts.locked_out_for_s() == 0.0
    attempts.note(NO_MATCH)
    assert attempts.locked_out_for_s() == 60.0


def test_only_failed_voices_count_and_an_opening_resets(database: Database) -> None:
    attempts = Attempts(State(database), RULES, ManualClock())
    for decision in [TOO_SHORT] * 20 + [NO_MATCH] * 4 + [OPEN] + [NO_MATCH] * 4:
        attempts.note(decision)
    assert attempts.locked_out_for_s() == 0.0
    attempts.note(NO_MATCH)
    assert attempts.locked_out_for_s() == 30.0


def test_attempts_count_even_when_they_cannot_be_kept(database: Database) -> None:
    attempts = Attempts(State(database), RULES, ManualClock())
    database.rows("pragma query_only = on")
    for _ in range(5):
        with pytest.raises(StorageError):
            attempts.note(NO_MATCH)
    assert attempts.locked_out_for_s() == 30.0


def test_a_lockout_ends_also_where_that_cannot_be_kept(database: Database) -> None:
    clock = ManualClock(100.0)
    attempts = Attempts(State(database), RULES, clock)
    for _ in range(5):
        attempts.note(NO_MATCH)
    clock.advance(30.0)
    database.rows("pragma query_only = on")
    assert attempts.locked_out_for_s() == 0.0


def test_a_lockout_that_is_over_is_not_served_again_after_a_restart(database: Database) -> None:
    clock = ManualClock(100.0)
    attempts = Attempts(State(database), RULES, clock)
    for _ in range(5):
        attempts.note(NO_MATCH)
    clock.advance(30.0)
    assert attempts.locked_out_for_s() == 0.0

    attempts = Attempts(State(database), RULES, ManualClock(3.0))
    assert attempts.locked_out_for_s() == 0.0
    for _ in range(5):
        attempts.note(NO_MATCH)
    assert attempts.locked_out_for_s() == 60.0  # the doubling is remembered


def test_asking_at_every_block_whether_there_is_a_lockout_wears_no_card(database: Database) -> None:
    clock = ManualClock(100.0)
    attempts = Attempts(State(database), RULES, clock)
    before = database.rows("select total_changes()")
    for _ in range(9):
        assert attempts.locked_out_for_s() == 0.0
        clock.advance(1.0)
    assert database.rows("select total_changes()") == before


def test_a_first_lockout_longer_than_the_longest_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"lockout\.longest_s is 900\.0; allowed is first_s, which is 1000\.0"):
        LockoutRules(first_s=1000.0)
