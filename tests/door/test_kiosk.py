"""What the device says of itself, and when it goes back to listening."""

from pathlib import Path

from edgevoice.door.kiosk import FAULT_SECONDS, REFUSED_SECONDS, State
from edgevoice.hardware import Light
from tests.house import OPEN_SECONDS, BrokenBlue, Ear, Parts, Recogniser, block, door


def test_it_begins_by_listening(tmp_path: Path) -> None:
    with door(tmp_path) as it:
        assert it.kiosk.look() is State.LISTENING
        assert it.lights.shown == [Light.LISTENING]


def test_it_is_open_as_long_as_the_lock_and_then_listens(tmp_path: Path) -> None:
    with door(tmp_path) as it:
        it.pipeline.hear(block())
        it.clock.advance(OPEN_SECONDS - 0.1)
        assert it.kiosk.look() is State.OPEN
        it.clock.advance(0.1)
        assert it.kiosk.look() is State.LISTENING
        assert it.lights.shown == [Light.OPEN, Light.LISTENING]


def test_a_refusal_is_shown_for_a_while(tmp_path: Path) -> None:
    with door(tmp_path, Parts(recogniser=Recogniser(llr=0.0))) as it:
        it.pipeline.hear(block())
        it.clock.advance(REFUSED_SECONDS - 0.1)
        assert it.kiosk.look() is State.REFUSED
        it.clock.advance(0.1)
        assert it.kiosk.look() is State.LISTENING


def test_a_refusal_while_the_door_is_open_goes_back_to_open(tmp_path: Path) -> None:
    recogniser = Recogniser()
    with door(tmp_path, Parts(recogniser=recogniser)) as it:
        it.pipeline.hear(block(0))
        recogniser.llr = 0.0
        it.pipeline.hear(block(1))
        assert it.kiosk.look() is State.REFUSED
        it.clock.advance(REFUSED_SECONDS)
        assert it.kiosk.look() is State.OPEN
        assert it.lights.light is Light.OPEN


def test_a_fault_is_shown_for_a_while_and_then_it_listens_again(tmp_path: Path) -> None:
    with door(tmp_path, Parts(ear=Ear("hear"))) as it:
        it.pipeline.hear(block())
        it.clock.advance(FAULT_SECONDS - 0.1)
        assert it.kiosk.look() is State.FAULT
        it.clock.advance(0.1)
        assert it.kiosk.look() is State.LISTENING


def test_a_lockout_is_shown_until_it_is_over(tmp_path: Path) -> None:
    with door(tmp_path, Parts(recogniser=Recogniser(llr=0.0))) as it:
        for number in range(5):
            it.pipeline.hear(block(number))
        it.clock.advance(REFUSED_SECONDS)
        assert it.kiosk.look() is State.LOCKED_OUT
        assert it.lights.light is Light.LOCKED_OUT
        it.clock.advance(30.0)
        assert it.kiosk.look() is State.LISTENING


def test_lights_that_fail_while_nothing_happens_are_a_fault_and_no_crash(tmp_path: Path) -> None:
    with door(tmp_path, Parts(lights=BrokenBlue)) as it:
        it.lock.open_for(OPEN_SECONDS)
        it.clock.advance(OPEN_SECONDS)
        assert it.kiosk.look() is State.FAULT
        assert not it.lock.is_open
        assert "the blue light" in it.audit()[-1].reason
