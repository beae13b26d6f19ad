"""What the device says of itself, and when it goes back to listening."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks._world import voice
from edgevoice.door.act import LATEST_S
from edgevoice.door.adaptation import Adaptation, AdaptationRules
from edgevoice.door.decide import Cause
from edgevoice.door.inputs import Inputs
from edgevoice.door.kiosk import Extras
from edgevoice.door.machine import FAULT_SECONDS, REFUSED_SECONDS, Limits
from edgevoice.door.states import State
from edgevoice.door.talk import LONGEST_TALK_SECONDS
from edgevoice.hardware import Contacts, Light, Press, Prompt
from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.fake_inputs import FakeButton, FakeContact
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.embed import Embedding
from edgevoice.recognition.emotion import Mood
from edgevoice.recognition.recognise import Evidence
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.events import Events
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from tests.door.evidence import evidence, score
from tests.house import OPEN_SECONDS, BrokenBlue, BrokenError, BrokenLock, Ear, Parts, Recogniser, block, door, writes

MODEL = "xvector-1"


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


class SlowCard(Events):
    """Comes back from writing an opening after ``takes_s``."""

    takes_s = 0.0
    clock = ManualClock()

    def write(
        self, kind: str, reason: str, speaker: str | None = None, figures: Mapping[str, float] | None = None
    ) -> int:
        number = super().write(kind, reason, speaker, figures)
        if kind == "open":
            self.clock.advance(self.takes_s)
        return number


def slow_card(takes_s: float) -> Parts:
    clock = ManualClock()
    events = type("Slow", (SlowCard,), {"takes_s": takes_s, "clock": clock})
    return Parts(events=events, clock=clock)


def test_the_door_is_open_for_the_whole_pulse_however_long_the_row_took(tmp_path: Path) -> None:
    with door(tmp_path, slow_card(LATEST_S)) as it:
        assert it.pipeline.hear(block())[0].outcome.opened
        it.clock.advance(OPEN_SECONDS - 0.1)
        assert (it.kiosk.look(), it.lock.is_open) == (State.OPEN, True)
        it.clock.advance(0.1)
        assert (it.kiosk.look(), it.lock.is_open) == (State.LISTENING, False)


@pytest.mark.parametrize("takes_s", [LATEST_S + 0.1, 6.0, 60.0])
def test_a_card_so_slow_that_nobody_waits_opens_nothing_and_the_log_says_so(tmp_path: Path, takes_s: float) -> None:
    with door(tmp_path, slow_card(takes_s)) as it:
        assert not it.pipeline.hear(block())[0].outcome.opened
        assert it.lock.openings == []
        assert it.lights.light is Light.FAULT
        written = it.audit()
        assert [event.kind for event in written] == ["open", "refused", "fault"]
        assert f"stayed shut in spite of the row before: writing that took {takes_s:.1f} s" in written[1].reason
        it.clock.advance(60.0)
        it.kiosk.look()
        assert it.lock.openings == []


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


def test_an_opening_that_fails_is_not_told_as_granted(tmp_path: Path) -> None:
    with door(tmp_path, Parts(lock=BrokenLock)) as it:
        (answer,) = it.pipeline.hear(block())
        assert answer.outcome.faults
        assert it.kiosk.take_said() == [(Prompt.FAULT,)]


def test_what_a_broken_sounder_could_not_say_is_not_told_as_said(tmp_path: Path) -> None:
    class Mute(FakeSounder):
        def say(self, prompts: Sequence[Prompt]) -> None:
            raise BrokenError("the sounder")

    with door(tmp_path, Parts(sounder=Mute)) as it:
        it.pipeline.hear(block())
        assert it.kiosk.take_said() == []


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


def test_a_sound_too_poor_to_judge_is_asked_for_again_and_is_no_attempt(tmp_path: Path) -> None:
    class Short(Recogniser):
        def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
            found = super().recognise(utterance, front_end_ms)
            return replace(found, quality=replace(found.quality, net_speech_s=0.5))

    with door(tmp_path, Parts(recogniser=Short())) as it:
        for number in range(9):
            it.pipeline.hear(block(number))
        assert it.kiosk.look() is State.SAY_AGAIN
        assert it.lights.light is Light.SAY_AGAIN
        assert {prompt for prompts in it.kiosk.take_said() for prompt in prompts} == {Prompt.SAY_AGAIN}
        it.clock.advance(REFUSED_SECONDS)
        assert it.kiosk.look() is State.LISTENING


def test_an_upset_near_miss_is_asked_for_again_and_every_fifth_locks_out(tmp_path: Path) -> None:
    class Upset(Recogniser):
        def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
            found = super().recognise(utterance, front_end_ms)
            return replace(found, threshold=self.llr + 1.0, mood=Mood("angry", {"angry": 0.8, "calm": 0.2}))

    with door(tmp_path, Parts(recogniser=Upset())) as it:
        for number in range(4):
            it.pipeline.hear(block(number))
            assert it.kiosk.look() is State.SAY_AGAIN
        it.pipeline.hear(block(4))
        it.clock.advance(REFUSED_SECONDS)
        assert it.kiosk.look() is State.LOCKED_OUT
        assert it.lock.openings == []


def test_it_shows_that_somebody_is_heard_until_that_turns_out_to_be_nothing(tmp_path: Path) -> None:
    with door(tmp_path) as it:
        it.kiosk.look()
        it.kiosk.hears(True)
        assert it.kiosk.look() is State.CHECKING
        it.kiosk.hears(False)
        assert it.kiosk.look() is State.LISTENING


def test_where_a_press_is_asked_for_a_known_voice_alone_is_told_to_press(tmp_path: Path) -> None:
    button = FakeButton(lambda: 0.0)
    parts = Parts(limits=Limits(intent_s=10.0), extras=Extras(Inputs(button)))
    with door(tmp_path, parts) as it:
        assert it.kiosk.look() is State.IDLE
        (answer,) = it.pipeline.hear(block(0))
        assert answer.decision is not None and answer.decision.cause is Cause.NOT_PRESSED
        assert it.kiosk.take_said() == [(Prompt.ASK_PRESS,)]
        button.press()
        it.kiosk.look()
        (answer,) = it.pipeline.hear(block(1))
        assert answer.outcome.opened
        it.clock.advance(OPEN_SECONDS)
        it.kiosk.look()
        assert not it.pipeline.hear(block(2))[0].outcome.opened  # one press opens once


def test_a_press_while_somebody_speaks_opens_nothing_to_what_is_being_said(tmp_path: Path) -> None:
    button = FakeButton(lambda: 0.0)
    parts = Parts(limits=Limits(intent_s=10.0), extras=Extras(Inputs(button)))
    with door(tmp_path, parts) as it:
        it.kiosk.hears(True)
        button.press()
        assert it.kiosk.look() is State.IDLE
        known = evidence(score("Ada", 4.2))
        assert it.kiosk.answer(known, final=False) is None
        answer = it.kiosk.answer(known)
        assert answer is not None and answer[0].cause is Cause.NOT_PRESSED
        it.kiosk.hears(False)
        it.kiosk.hears(True)
        answer = it.kiosk.answer(known, final=False)
        assert answer is not None and answer[1].opened


class Adapts(Recogniser):
    """Knows Ada beyond doubt; ``meanwhile`` happens before the door opens."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(llr=9.0)
        self.meanwhile = meanwhile

    def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
        self.meanwhile()
        return replace(super().recognise(utterance, front_end_ms), embedding=Embedding(voice(1, 2), MODEL))


MEANWHILE: dict[str, tuple[Callable[[Database, Speakers], object], str]] = {
    "a damaged original": (
        lambda database, _: database.rows("update originals set sealed = zeroblob(60)"),
        "the voiceprint of Ada",
    ),
    "a removal": (lambda _, speakers: speakers.remove("Ada"), "nobody is enrolled as 'Ada'"),
    "a new name": (lambda _, speakers: speakers.rename("Ada", "Eva"), "nobody is enrolled as 'Ada'"),
    "a busy database": (lambda database, _: database.rows("begin immediate"), "database is locked"),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_a_voiceprint_that_cannot_adapt_takes_no_opening_back_and_is_a_fault_in_the_log(
    tmp_path: Path, what: str
) -> None:
    meanwhile, told = MEANWHILE[what]
    (tmp_path / "people").mkdir()
    with (
        Database.open(tmp_path / "people", busy_seconds=0.01) as database,
        Database.open(tmp_path / "people") as another,
    ):
        speakers = Speakers(database, Secrets(tmp_path / "people" / "key", database))
        speakers.add("Ada", voice(1, 1), MODEL, 3)
        speakers.adapt(speakers.voiceprints(MODEL)[0], voice(1, 1))
        extras = Extras(adaptation=Adaptation(AdaptationRules(enabled=True), speakers))
        adapts = Adapts(lambda: meanwhile(another, speakers))
        with door(tmp_path / "door", Parts(recogniser=adapts, extras=extras)) as it:
            (answer,) = it.pipeline.hear(block())
            assert answer.outcome.opened
            assert it.lock.is_open
            assert it.kiosk.look() is State.OPEN
            assert [event.kind for event in it.audit()] == ["open", "fault"]
            assert told in it.audit()[-1].reason


def test_an_opening_that_fails_teaches_a_voiceprint_nothing(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    with Database.open(tmp_path / "people") as database:
        speakers = Speakers(database, Secrets(tmp_path / "people" / "key", database))
        speakers.add("Ada", voice(1, 1), MODEL, 3)
        extras = Extras(adaptation=Adaptation(AdaptationRules(enabled=True), speakers))
        parts = Parts(recogniser=Adapts(lambda: None), extras=extras, lock=BrokenLock)
        with door(tmp_path / "door", parts) as it:
            assert it.pipeline.hear(block())[0].outcome.faults
        assert np.array_equal(speakers.voiceprints(MODEL)[0].vector, voice(1, 1))


def test_button_or_contacts_that_fail_are_told_once_and_nothing_opens_until_they_answer(tmp_path: Path) -> None:
    class Breaks(FakeButton):
        broken = True

        def take(self) -> list[Press]:
            if self.broken:
                raise BrokenError("the button")
            return super().take()

    button = Breaks(lambda: 0.0)
    with door(tmp_path, Parts(extras=Extras(Inputs(button)))) as it:
        for _ in range(50):
            it.kiosk.look()
        assert [event.reason for event in it.audit()] == ["BrokenError: the button"]
        assert not it.pipeline.hear(block(0))[0].outcome.opened
        button.broken = False
        it.kiosk.look()
        assert it.pipeline.hear(block(1))[0].outcome.opened


def test_a_device_that_comes_and_goes_is_spoken_of_once_and_shown_each_time(tmp_path: Path) -> None:
    with door(tmp_path) as it:
        for _ in range(3):
            it.kiosk.lost("microphone", BrokenError("a loose plug"))
            assert it.lights.light is Light.FAULT
            it.kiosk.back("microphone")
            it.clock.advance(15.0)
            it.kiosk.look()
        assert it.kiosk.take_said() == [(Prompt.FAULT,)]
        assert [event.kind for event in it.audit()] == ["fault"]


def test_a_forced_door_is_an_alarm_and_is_written_down_once(tmp_path: Path) -> None:
    contact = FakeContact()
    with door(tmp_path, Parts(extras=Extras(Inputs(None, Contacts(door=contact))))) as it:
        it.kiosk.look()
        it.clock.advance(60.0)
        contact.is_open = True
        for _ in range(5):
            assert it.kiosk.look() is State.DOOR_FORCED
        assert [event.kind for event in it.audit()] == ["forced"]
        assert it.lights.light is Light.DOOR_FORCED
        contact.is_open = False
        assert it.kiosk.look() is State.LISTENING


def test_a_door_that_is_forced_while_the_log_cannot_be_written_stands_in_it_once_it_can(tmp_path: Path) -> None:
    contact = FakeContact()
    with door(tmp_path, Parts(extras=Extras(Inputs(None, Contacts(door=contact))))) as it:
        it.kiosk.look()
        it.clock.advance(60.0)
        it.database.wait_at_most(0.01)
        with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as another:
            another.execute("begin immediate")
            contact.is_open = True
            it.kiosk.look()
            contact.is_open = False
            it.kiosk.look()
            assert it.audit() == []
        for _ in range(3):
            it.clock.advance(60.0)
            it.kiosk.look()
        told = [event.reason for event in it.audit()]
        assert len(told) == 1
        assert told[0].endswith("forced: the door was opened from outside, or without a request to exit")


def test_a_stranger_whose_refusal_cannot_be_written_down_is_counted_and_stands_in_the_log_once_it_can(
    tmp_path: Path,
) -> None:
    with door(tmp_path, Parts(recogniser=Recogniser(llr=0.0))) as it:
        it.kiosk.look()
        it.database.rows("pragma query_only = on")
        for number in range(5):
            it.pipeline.hear(block(number))
        it.database.rows("pragma query_only = off")
        it.clock.advance(FAULT_SECONDS)
        assert it.kiosk.look() is State.LOCKED_OUT
        it.clock.advance(60.0)
        it.kiosk.look()
        assert any(event.reason.endswith("refused: closest is Ada: scored 0.0, needs 3.1") for event in it.audit())


@pytest.mark.parametrize("llr", [0.0, 4.2])
def test_an_attempt_is_kept_before_anybody_could_learn_of_it_and_cut_the_power(tmp_path: Path, llr: float) -> None:
    with door(tmp_path, Parts(recogniser=Recogniser(llr))) as it:
        it.kiosk.look()
        written = writes(it.database)
        it.pipeline.hear(block())
        assert written.index("state") < written.index("events")


def test_a_door_held_open_after_an_unlock_is_told(tmp_path: Path) -> None:
    contact = FakeContact()
    with door(tmp_path, Parts(extras=Extras(Inputs(None, Contacts(door=contact))))) as it:
        it.pipeline.hear(block())
        contact.is_open = True
        assert it.kiosk.look() is State.OPEN
        it.clock.advance(30.0)
        assert it.kiosk.look() is State.DOOR_HELD
        assert [event.kind for event in it.audit()] == ["open", "held"]


def test_an_opened_case_is_a_fault_until_it_is_closed(tmp_path: Path) -> None:
    tamper = FakeContact()
    with door(tmp_path, Parts(extras=Extras(Inputs(None, Contacts(tamper=tamper))))) as it:
        it.pipeline.hear(block(0))
        tamper.is_open = True
        assert it.kiosk.look() is State.FAULT
        assert not it.lock.is_open
        assert it.kiosk.take_said()[-1] == (Prompt.TAMPER,)
        (answer,) = it.pipeline.hear(block(1))
        assert not answer.outcome.opened
        tamper.is_open = False
        it.kiosk.look()
        assert it.pipeline.hear(block(2))[0].outcome.opened


def test_a_stranger_who_speaks_while_a_device_is_lost_is_told_that_and_has_made_no_attempt(tmp_path: Path) -> None:
    tamper = FakeContact(is_open=True)
    parts = Parts(recogniser=Recogniser(llr=0.0), extras=Extras(Inputs(None, Contacts(tamper=tamper))))
    with door(tmp_path, parts) as it:
        it.kiosk.look()
        decisions = [answer.decision for number in range(9) for answer in it.pipeline.hear(block(number))]
        assert {decision.cause for decision in decisions if decision} == {Cause.UNHEALTHY}
        tamper.is_open = False
        it.kiosk.look()
        it.clock.advance(FAULT_SECONDS)
        assert it.kiosk.look() is State.LISTENING


def test_a_button_that_is_stuck_is_a_fault_that_says_so(tmp_path: Path) -> None:
    clock = ManualClock()
    button = FakeButton(clock, stuck_seconds=30.0)
    with door(tmp_path, Parts(clock=clock, extras=Extras(Inputs(button)))) as it:
        button.down()
        clock.advance(30.0)
        assert it.kiosk.look() is State.FAULT
        assert "the button is stuck" in it.audit()[-1].reason


def test_the_device_is_not_deaf_for_longer_than_any_prompt_though_its_sounder_never_ends(tmp_path: Path) -> None:
    with door(tmp_path, Parts(sounder=lambda clock: FakeSounder(clock, seconds_each=1000.0))) as it:
        it.pipeline.hear(block())
        assert it.kiosk.talks()
        it.clock.advance(LONGEST_TALK_SECONDS)
        assert not it.kiosk.talks()


def test_after_the_end_nothing_opens(tmp_path: Path) -> None:
    with door(tmp_path) as it:
        it.pipeline.hear(block(0))
        it.kiosk.stop()
        assert not it.lock.is_open
        (answer,) = it.pipeline.hear(block(1))
        assert not answer.outcome.opened
        assert it.kiosk.look() is State.STOPPED
        assert "but it is stopped" in it.audit()[-1].reason


def test_a_clock_that_fails_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    with door(tmp_path) as it:
        it.pipeline.hear(block(0))

        def broken() -> float:
            raise BrokenError("the clock")

        it.kiosk._mover._clock = broken
        assert it.kiosk.look() is State.FAULT
        assert not it.lock.is_open
