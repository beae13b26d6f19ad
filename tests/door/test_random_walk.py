"""The whole door in a world where everything happens at random; ``python -m benchmarks.random_walk`` goes further."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from benchmarks._failing import PARTS, PIN, BrokenError
from benchmarks._world import GOOD, QUALITIES, World, world
from benchmarks.random_walk import FACTORS, walk
from edgevoice.door.act import Act
from edgevoice.door.states import State
from edgevoice.hardware import Press
from edgevoice.hardware.fake_inputs import FakeContact
from edgevoice.recognition.recognise import Recogniser


def test_ten_thousand_random_steps_find_no_way_to_an_open_door(tmp_path: Path, models: Path) -> None:
    seen, grants = walk(10_000, 7, tmp_path)
    assert set(seen) == set(State)  # it went everywhere,
    assert grants["none"] > 50 and all(grants[factor] for factor in FACTORS)  # and the door did open


class Walk(RuleBasedStateMachine):
    """hypothesis draws what happens, and makes what it finds as short as it can."""

    recogniser: Recogniser

    def __init__(self) -> None:
        super().__init__()
        self.at_the_end = ExitStack()

    @initialize(intent_s=st.sampled_from([0.0, 8.0]), factor=st.sampled_from(["none", "pin", "challenge"]))
    def move_in(self, intent_s: float, factor: str) -> None:
        folder = self.at_the_end.enter_context(tempfile.TemporaryDirectory())
        self.it: World = self.at_the_end.enter_context(world(Path(folder), self.recogniser, intent_s, factor))

    def teardown(self) -> None:
        self.at_the_end.close()

    @rule(person=st.integers(0, 3), take=st.integers(0, 50), good=st.booleans(), final=st.booleans())
    def somebody_speaks(self, person: int, take: int, good: bool, final: bool) -> None:
        self.it.speak(person, take, GOOD if good else QUALITIES[take % len(QUALITIES)], final)

    @rule(takes=st.integers(3, 4), person=st.integers(1, 3))
    @precondition(lambda self: self.it.kiosk.state is State.ENROLLING)
    def somebody_enrols(self, takes: int, person: int) -> None:
        for take in range(takes):
            self.it.speak(person, 100 + take, GOOD)

    @rule(seconds=st.sampled_from([0.08, 1.0, 5.0, 30.0]))
    def time_passes(self, seconds: float) -> None:
        self.it.let_pass(seconds)
        self.it.look()

    @rule(seconds=st.floats(-1e6, 1e6))
    def the_clock_jumps(self, seconds: float) -> None:
        self.it.jump(seconds)
        self.it.look()

    @rule(looks=st.integers(1, 5))
    def the_clock_is_lost(self, looks: int) -> None:
        self.it.lose_the_clock(looks)

    @rule(press=st.sampled_from(Press))
    def the_button_is_pressed(self, press: Press) -> None:
        self.it.button.presses.append(press)
        self.it.look()

    @rule(pin=st.sampled_from([PIN, "3333", ""]), seconds_between=st.sampled_from([0.1, 1.1, 4.0]))
    def somebody_presses_at_the_door(self, pin: str, seconds_between: float) -> None:
        self.it.press_outside(pin, seconds_between)

    @rule(press=st.sampled_from(Press))
    def the_button_at_the_door_does_anything(self, press: Press) -> None:
        self.it.outside.presses.append(press)
        self.it.look()

    @rule(right=st.booleans())
    def the_digits_are_heard(self, right: bool) -> None:
        self.it.listens.right = right

    @rule(which=st.sampled_from(["door", "exit", "tamper"]), is_open=st.booleans())
    def a_contact_moves(self, which: str, is_open: bool) -> None:
        contact = getattr(self.it.contacts, which)
        assert isinstance(contact, FakeContact)
        contact.is_open = is_open
        self.it.look()

    @rule(part=st.sampled_from(PARTS), times=st.integers(1, 3))
    def a_part_will_fail(self, part: str, times: int) -> None:
        self.it.luck[part].failures = times

    @rule()
    def the_microphone_is_lost(self) -> None:
        self.it.trouble(lambda: self.it.kiosk.lost("microphone", BrokenError("unplugged")))

    @rule()
    def the_microphone_is_back(self) -> None:
        self.it.kiosk.back("microphone")

    @rule()
    def the_fire_alarm_sounds(self) -> None:
        self.it.fire()

    @rule()
    def a_known_sound_is_heard(self) -> None:
        self.it.kiosk.sound()
        self.it.check()

    @rule()
    def something_raises(self) -> None:
        self.it.trouble(lambda: self.it.kiosk.fault(BrokenError("anything")))

    @rule(speaking=st.booleans())
    def it_is_heard(self, speaking: bool) -> None:
        self.it.kiosk.hears(speaking)
        self.it.check()

    @rule()
    def it_is_shut_down_and_started(self) -> None:
        self.it.shut_down()


def test_what_hypothesis_can_think_of_finds_no_way_to_an_open_door(recogniser: Recogniser) -> None:
    Walk.recogniser = recogniser
    run_state_machine_as_test(Walk, settings=settings(max_examples=30, stateful_step_count=40, deadline=None))


def opens_in_a_fault(it: World) -> None:
    it.lock.open_for(5.0)
    it.check()


def stays_open_too_long(it: World) -> None:
    enrol(it, 1)
    it.speak(1, 9, GOOD)
    it.lock.open_for(30.0)
    it.let_pass(6.0)


def opens_at_a_look(it: World) -> None:
    class Opens(Act):
        @property
        def talks(self) -> bool:
            it.lock.open_for(5.0)
            return False

    it.kiosk._talk._act = Opens(it.lock, it.lights, it.kiosk._talk._act._events)
    it.look()


def enrol(it: World, person: int) -> None:
    """Claim an empty house."""
    it.button.presses.append(Press.HELD)
    it.look()
    for take in (1, 2, 3):
        it.speak(person, take, GOOD)
    it.let_pass(3.0)
    it.look()


@pytest.mark.parametrize("wrong", [opens_in_a_fault, stays_open_too_long, opens_at_a_look])
def test_the_world_notices_a_door_that_is_open_for_no_reason(
    tmp_path: Path, recogniser: Recogniser, wrong: Callable[[World], None]
) -> None:
    with world(tmp_path, recogniser) as it, pytest.raises(AssertionError, match="open"):
        wrong(it)
