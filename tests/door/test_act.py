"""Carrying out: what moves, what is shown, what is written, and how every failure ends."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgevoice.door.act import LIGHTS, Act, Outcome, Row
from edgevoice.door.decide import Cause, Decision
from edgevoice.door.machine import Limits, Machine, step
from edgevoice.door.meaning import EVENTS
from edgevoice.door.states import Event as Happens
from edgevoice.door.states import State
from edgevoice.errors import HardwareError
from edgevoice.hardware import Light, Prompt
from edgevoice.hardware.fake import FakeLights, FakeLock, ManualClock
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.storage.database import Database
from edgevoice.storage.events import Event, Events

MATCH = Decision(True, "Ada scored 4.2, needs 3.1", "Ada", Cause.MATCH, {"llr": 4.2})
NO_MATCH = Decision(False, "closest is Ada: scored 2.0, needs 3.1", "Ada", Cause.NO_MATCH, {"llr": 2.0})


class BrokenLock(FakeLock):
    """A relay that closes its contact and then reports a failure; it can still be shut."""

    def open_for(self, seconds: float) -> None:
        super().open_for(seconds)
        raise HardwareError("the pin does not answer")


class StuckLock(FakeLock):
    """A relay that can be neither opened nor shut any more."""

    def open_for(self, seconds: float) -> None:
        raise HardwareError("the pin does not answer")

    def shut(self) -> None:
        raise HardwareError("the pin does not answer")


class BrokenLights(FakeLights):
    """Lights whose wire is cut; the library raises what it likes."""

    def show(self, light: Light) -> None:
        raise RuntimeError("no such pin")


class WatchfulLock(FakeLock):
    """A lock that looks into the audit log at the moment it is asked to open."""

    def __init__(self, events: Events) -> None:
        super().__init__(ManualClock())
        self._events = events
        self.seen: list[Event] = []

    def open_for(self, seconds: float) -> None:
        self.seen = self._events.last(9)
        super().open_for(seconds)


@dataclass
class Door:
    database: Database
    events: Events
    clock: ManualClock
    lock: FakeLock
    lights: FakeLights
    act: Act

    def written(self) -> list[tuple[str, str]]:
        return [(event.kind, event.reason) for event in self.events.last(99)]


def carry_out(act: Act, decision: Decision) -> Outcome:
    """As the kiosk does, from a device that listens."""
    listening = step(Machine(Limits(open_s=3.0)), Happens.STARTED, 0.0).machine
    event = EVENTS.get(decision.cause, Happens.NO_MATCH)
    return act.carry_out(step(listening, event, 0.0, decision.cause is Cause.LOCKED_OUT), Row.of(decision))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    clock = ManualClock()
    with Database.open(tmp_path / "data") as database:
        events, lock, lights = Events(database), FakeLock(clock), FakeLights(clock)
        yield Door(database, events, clock, lock, lights, Act(lock, lights, events, clock=clock))


def test_a_match_opens_for_the_set_time_shows_green_and_is_written(door: Door) -> None:
    outcome = carry_out(door.act, MATCH)
    assert (outcome.opened, outcome.light, outcome.faults) == (True, Light.OPEN, ())
    assert door.lock.openings == [3.0]
    assert door.lights.shown == [Light.OPEN]
    (event,) = door.events.last(9)
    assert (event.id, event.kind, event.reason, event.speaker) == (outcome.event, "open", MATCH.reason, "Ada")
    assert event.figures == {"llr": 4.2}
    door.clock.advance(3.0)
    assert not door.lock.is_open


def test_the_row_is_on_the_disk_before_the_lock_moves(door: Door) -> None:
    lock = WatchfulLock(door.events)
    carry_out(Act(lock, door.lights, door.events, clock=door.clock), MATCH)
    assert [event.kind for event in lock.seen] == ["open"]
    assert lock.openings == [3.0]


def test_what_is_to_be_shut_is_shut_before_the_row_is_written(door: Door) -> None:
    class Watchful(Events):
        def write(self, *row: object, **rest: object) -> int:
            seen.append(door.lock.is_open)
            return door.events.write("fault", "the case was opened")

    seen: list[bool] = []
    carry_out(door.act, MATCH)
    machine = step(Machine(Limits(open_s=3.0)), Happens.STARTED, 0.0).machine
    watched = Act(door.lock, door.lights, Watchful(door.database))
    watched.carry_out(step(machine, Happens.TAMPER, 0.0), Row("fault", "the case was opened"))
    assert seen == [False]


def test_a_refusal_moves_nothing_shows_red_and_is_written(door: Door) -> None:
    outcome = carry_out(door.act, NO_MATCH)
    assert (outcome.opened, outcome.light, outcome.faults) == (False, Light.REFUSED, ())
    assert door.lock.openings == []
    assert door.lock.movements == []
    assert door.lights.shown == [Light.REFUSED]
    assert door.written() == [("refused", NO_MATCH.reason)]


def test_a_refusal_does_not_shut_the_door_on_whoever_was_let_in(door: Door) -> None:
    carry_out(door.act, MATCH)
    carry_out(door.act, NO_MATCH)
    assert door.lock.is_open


@pytest.mark.parametrize(
    ("cause", "light"),
    [(Cause.LOCKED_OUT, Light.LOCKED_OUT), (Cause.UNHEALTHY, Light.FAULT), (Cause.NOBODY, Light.REFUSED)],
)
def test_a_refusal_shows_its_cause(door: Door, cause: Cause, light: Light) -> None:
    assert carry_out(door.act, Decision(False, "no", None, cause)).light is light
    assert door.lights.shown == [light]


@pytest.mark.parametrize("decision", [MATCH, NO_MATCH])
def test_what_cannot_be_written_down_does_not_open_the_door(door: Door, decision: Decision) -> None:
    door.database.rows("pragma query_only = on")
    outcome = carry_out(door.act, decision)
    assert (outcome.opened, outcome.light, outcome.event) == (False, Light.FAULT, None)
    assert door.lock.openings == []
    assert door.lights.shown == [Light.FAULT]
    assert "readonly" in outcome.faults[0]
    assert outcome.faults[-1].startswith("the audit log could not be written")


def test_a_full_disk_keeps_the_door_shut(door: Door) -> None:
    ((pages,),) = door.database.rows("pragma page_count")
    door.database.rows(f"pragma max_page_count = {pages!r}")
    outcomes = [carry_out(door.act, MATCH) for _ in range(200)]
    assert len(door.lock.openings) == sum(outcome.opened for outcome in outcomes) < 200
    assert not outcomes[-1].opened
    assert not door.lock.is_open
    assert door.lights.light is Light.FAULT


def test_a_lock_that_fails_while_opening_is_shut_and_the_log_says_why(door: Door) -> None:
    lock = BrokenLock(door.clock)
    outcome = carry_out(Act(lock, door.lights, door.events, clock=door.clock), MATCH)
    assert not lock.is_open
    assert (outcome.opened, outcome.light) == (False, Light.FAULT)
    assert door.lights.shown == [Light.FAULT]
    assert door.written() == [("open", MATCH.reason), ("fault", "HardwareError: the pin does not answer")]


def test_lights_that_fail_shut_a_door_just_opened(door: Door) -> None:
    outcome = carry_out(Act(door.lock, BrokenLights(), door.events, clock=door.clock), MATCH)
    assert door.lock.openings == [3.0]
    assert not door.lock.is_open
    assert (outcome.opened, outcome.light) == (False, None)
    assert door.written()[-1][1].startswith("RuntimeError: no such pin; the lights could not be set")


def test_a_lock_that_can_not_even_be_shut_is_told_everywhere(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        outcome = carry_out(Act(StuckLock(), door.lights, door.events, clock=door.clock), MATCH)
    assert "the lock could not be shut: HardwareError: the pin does not answer" in outcome.faults
    assert "the lock could not be shut" in door.written()[-1][1]
    assert door.lights.shown == [Light.FAULT]
    assert "shut after a fault" in caplog.text


def test_a_failure_anywhere_else_shuts_the_door_and_is_written(door: Door) -> None:
    carry_out(door.act, MATCH)
    outcome = door.act.fault(ValueError("a window of 399 samples"))
    assert not door.lock.is_open
    assert (outcome.opened, outcome.light) == (False, Light.FAULT)
    assert door.written()[-1] == ("fault", "ValueError: a window of 399 samples")


@pytest.mark.parametrize("seconds", [0.0, -1.0, 31.0, float("nan"), float("inf")])
def test_a_pulse_that_no_lock_may_give_is_refused_at_the_start(seconds: float) -> None:
    with pytest.raises(HardwareError):
        Limits(open_s=seconds)


def test_every_state_has_its_light() -> None:
    assert set(LIGHTS) == set(State)


def test_what_is_granted_is_said_and_a_sounder_that_fails_shuts_a_door_just_opened(door: Door) -> None:
    class BrokenSounder(FakeSounder):
        def say(self, prompts: Sequence[Prompt]) -> None:
            super().say(prompts)
            raise RuntimeError("no such card")

    sounder = FakeSounder(door.clock)
    carry_out(Act(door.lock, door.lights, door.events, sounder, door.clock), MATCH)
    assert sounder.said == [Prompt.GRANTED]
    broken = BrokenSounder(door.clock)
    outcome = carry_out(Act(door.lock, door.lights, door.events, broken, door.clock), MATCH)
    assert broken.said == [Prompt.GRANTED, Prompt.FAULT]
    assert (outcome.opened, door.lock.is_open) == (False, False)
    assert "the sounder could not be used" in door.written()[-1][1]


def test_nothing_opens_without_a_row(door: Door) -> None:
    listening = step(Machine(), Happens.STARTED, 0.0).machine
    outcome = door.act.carry_out(step(listening, Happens.MATCH, 0.0))
    assert not outcome.opened
    assert door.lock.openings == []
    assert "nothing opens without a row" in outcome.faults[0]
