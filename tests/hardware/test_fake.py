import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.errors import HardwareError
from edgevoice.hardware import Light
from edgevoice.hardware.fake import REMEMBERED, FakeLights, FakeLock, FakeMicrophone, ManualClock, Movement, Shown

BAD_SECONDS = [0, 0.0, -1.0, 30.000001, math.inf, -math.inf, math.nan, True, "5", None]


@pytest.mark.parametrize("seconds", BAD_SECONDS, ids=repr)
def test_a_pulse_out_of_range_opens_nothing_and_is_told(seconds: float) -> None:
    lock = FakeLock(ManualClock())
    with pytest.raises(HardwareError, match=r"stays shut.*at most 30 s"):
        lock.open_for(seconds)
    assert not lock.is_open
    assert lock.openings == []
    assert lock.movements == []


def test_the_relay_shuts_itself_when_the_pulse_is_over() -> None:
    clock = ManualClock(10.0)
    lock = FakeLock(clock)
    lock.open_for(3.0)
    assert lock.is_open
    clock.advance(2.999)
    assert lock.is_open
    clock.advance(0.001)
    assert not lock.is_open
    assert lock.openings == [3.0]


def test_it_remembers_when_a_pulse_ended_and_not_when_somebody_looked() -> None:
    clock = ManualClock()
    lock = FakeLock(clock)
    lock.open_for(3.0)
    clock.advance(100.0)
    assert lock.movements == [Movement(0.0, True), Movement(3.0, False)]


def test_a_second_call_restarts_the_pulse() -> None:
    clock = ManualClock()
    lock = FakeLock(clock)
    lock.open_for(3.0)
    clock.advance(2.0)
    lock.open_for(5.0)
    clock.advance(4.0)
    assert lock.is_open
    clock.advance(1.0)
    assert lock.movements == [Movement(0.0, True), Movement(7.0, False)]
    assert lock.openings == [3.0, 5.0]


def test_a_pulse_after_one_that_nobody_saw_end_is_a_pulse_of_its_own() -> None:
    clock = ManualClock()
    lock = FakeLock(clock)
    lock.open_for(3.0)
    clock.advance(10.0)
    lock.open_for(1.0)
    assert lock.movements == [Movement(0.0, True), Movement(3.0, False), Movement(10.0, True)]


def test_shutting_ends_the_pulse_and_is_harmless_when_shut() -> None:
    clock = ManualClock()
    lock = FakeLock(clock)
    lock.shut()
    lock.open_for(30.0)
    clock.advance(1.0)
    lock.shut()
    lock.close()
    assert not lock.is_open
    assert lock.movements == [Movement(0.0, True), Movement(1.0, False)]


@given(st.lists(st.tuples(st.sampled_from(["open", "shut", "wait"]), st.floats(0.01, 30))))
def test_it_is_never_open_longer_than_thirty_seconds_after_the_last_call(acts: list[tuple[str, float]]) -> None:
    clock = ManualClock()
    lock = FakeLock(clock)
    due = 0.0
    for act, seconds in acts:
        if act == "open":
            lock.open_for(seconds)
            due = clock.now + seconds
        elif act == "shut":
            lock.shut()
            due = clock.now
        else:
            clock.advance(seconds)
        assert lock.is_open == (clock.now < due)
    changes = [movement.is_open for movement in lock.movements]
    assert changes == [number % 2 == 0 for number in range(len(changes))]


def test_what_is_not_fitted_remembers_no_more_after_years() -> None:
    clock = ManualClock()
    lock, lights = FakeLock(clock), FakeLights(clock)
    for number in range(REMEMBERED + 5):
        lights.show(Light.OPEN)
        lock.open_for(1 + number % 2)
        clock.advance(10.0)
    assert [len(kept) for kept in (lock.openings, lock.movements, lights.shown)] == [REMEMBERED] * 3
    assert lock.pulses == REMEMBERED + 5
    assert lock.movements[-1] == Movement(10.0 * (REMEMBERED + 4) + lock.openings[-1], False)


def test_the_lights_remember_what_they_showed_and_when() -> None:
    clock = ManualClock()
    lights = FakeLights(clock)
    lights.show(Light.LISTENING)
    clock.advance(1.5)
    lights.show(Light.REFUSED)
    assert lights.shown == [Light.LISTENING, Light.REFUSED]
    assert lights.history[1] == Shown(1.5, Light.REFUSED)
    assert lights.light is Light.REFUSED
    lights.close()
    assert lights.light is Light.OFF


@pytest.mark.parametrize("size", [1, 7, 160, 320, 4_096])
def test_a_microphone_made_of_samples_gives_them_in_blocks(size: int) -> None:
    samples = np.arange(5_000, dtype=np.int16)
    blocks = list(FakeMicrophone.of(samples, size).blocks())
    np.testing.assert_array_equal(np.concatenate([block.samples for block in blocks]), samples)
    assert [block.start_sample for block in blocks] == list(range(0, 5_000, size))


def test_a_closed_microphone_gives_no_more_and_may_be_closed_twice() -> None:
    microphone = FakeMicrophone.of(np.zeros(10, np.int16), 1)
    blocks = microphone.blocks()
    next(blocks)
    microphone.close()
    microphone.close()
    assert list(blocks) == []
    assert microphone.given == 1


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="cannot pass"):
        ManualClock().advance(-1)
