"""A door that asks for a second factor: it opens for the right one in time, and everything else is a failed attempt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from edgevoice.door.act import Act
from edgevoice.door.adaptation import Adaptation, AdaptationRules
from edgevoice.door.challenge import ChallengeFactor
from edgevoice.door.decide import Cause, Rules
from edgevoice.door.inputs import Inputs
from edgevoice.door.kiosk import Extras, Kiosk
from edgevoice.door.lockout import Attempts, LockoutRules
from edgevoice.door.machine import Limits
from edgevoice.door.pin import PinFactor
from edgevoice.door.rhythm import RhythmRules
from edgevoice.door.second_factor import Factor
from edgevoice.door.states import Event, State
from edgevoice.errors import SettingsError, StorageError
from edgevoice.hardware import Contacts, Light, Press, Prompt
from edgevoice.hardware.fake import FakeLights, FakeLock, ManualClock
from edgevoice.hardware.fake_inputs import FakeButton, FakeContact
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.recognition.embed import Embedding
from edgevoice.recognition.recognise import Evidence
from edgevoice.recognition.recordings import RecordingMatch
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from edgevoice.storage.state import State as Kept
from tests.door.evidence import evidence, score
from tests.fake_digits import FakeDigits
from tests.house import BrokenError, BrokenLock, writes

LIMITS = Limits(open_s=5.0, factor_s=20.0)
ADA = replace(evidence(), mfcc=np.zeros((100, 40), np.int32))
BO = replace(ADA, scores=(score("Bo", 4.2), score("Ada", -2.0)))
STRANGER = replace(ADA, scores=(score("Ada", 0.0),))
RECORDING = replace(ADA, recording=RecordingMatch("attempt 7", 30, 0.0))
SHORT = replace(ADA, quality=replace(ADA.quality, net_speech_s=0.3))


@dataclass
class Known:
    """Ada's PIN is 2112, Bo has none."""

    pins: dict[str, str] = field(default_factory=lambda: {"Ada": "2112"})
    broken: bool = False

    def owners(self) -> list[str]:
        return list(self.pins)

    def fits(self, name: str, pin: str) -> bool:
        if self.broken:
            raise StorageError("the disk")
        return self.pins.get(name) == pin


class BreakableButton(FakeButton):
    broken = False

    def take(self) -> list[Press]:
        if self.broken:
            raise BrokenError("the button at the door")
        return super().take()


@dataclass(frozen=True)
class House:
    kiosk: Kiosk
    lock: FakeLock
    lights: FakeLights
    clock: ManualClock
    outside: BreakableButton
    known: Known
    contacts: Contacts
    attempts: Attempts
    events: Events
    database: Database

    def failed(self) -> int:
        """Attempts that count towards the lockout."""
        return self.attempts._lockout.attempts

    def wait(self, seconds: float) -> None:
        """In steps of a block."""
        for _ in range(round(seconds / 0.1)):
            self.clock.advance(0.1)
            self.kiosk.look()

    def tap(self, pin: str) -> None:
        """As a finger does, and the pause at the end."""
        for digit in pin:
            for _ in range(int(digit) or 10):
                self.outside.press(0.1)
                self.wait(0.3)
            self.wait(1.0)
        self.wait(3.0)

    def said(self) -> list[Prompt]:
        return [prompt for prompts in self.kiosk.take_said() for prompt in prompts]


def pin_factor(house: dict[str, object], clock: ManualClock) -> Factor:
    known, outside = house["known"], house["outside"]
    assert isinstance(known, Known) and isinstance(outside, FakeButton)
    return PinFactor(known, outside, RhythmRules(), clock)


def challenge(*rows: str) -> Callable[[dict[str, object], ManualClock], Factor]:
    return lambda house, clock: ChallengeFactor(FakeDigits(rows), 3, lambda count: "314")


@contextmanager
def house(
    folder: Path,
    make: Callable[[dict[str, object], ManualClock], Factor] = pin_factor,
    limits: Limits = LIMITS,
    adaptation: Adaptation | None = None,
    made_of: type[FakeLock] = FakeLock,
) -> Iterator[House]:
    clock = ManualClock()
    lock, lights, known, outside = made_of(clock), FakeLights(clock), Known(), BreakableButton(clock)
    contacts = Contacts(FakeContact(), FakeContact(is_open=True), FakeContact())
    with Database.open(folder) as database:
        events = Events(database)
        attempts = Attempts(Kept(database), LockoutRules(attempts=3), clock)
        factor = make({"known": known, "outside": outside}, clock)
        act = Act(lock, lights, events, FakeSounder(clock), clock)
        extras = Extras(Inputs(None, contacts), adaptation=adaptation, factor=factor)
        kiosk = Kiosk(act, attempts, Rules(), clock, limits, extras)
        kiosk.look()
        yield House(kiosk, lock, lights, clock, outside, known, contacts, attempts, events, database)


def hear(it: House, heard: Evidence, final: bool = True) -> Cause | None:
    answer = it.kiosk.answer(heard, final)
    return answer[0].cause if answer else None


def test_the_voice_alone_opens_nothing_and_the_pin_does(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        assert hear(it, ADA) is Cause.PROOF_WANTED
        assert (it.kiosk.state, it.lights.light, it.lock.openings) == (State.PROVING, Light.PROVING, [])
        assert it.said() == [Prompt.ASK_PRESS]
        it.tap("2112")
        assert it.lock.openings == [5.0]
        assert it.said() == [Prompt.GRANTED]
        assert it.failed() == 0
        kinds = [(event.kind, event.speaker) for event in it.events.last(10)]
        assert kinds == [("asked", "Ada"), ("open", "Ada")]
        assert "the PIN is right" in it.events.last(1)[0].reason
        assert not any("2112" in event.reason for event in it.events.last(10))


def test_a_voiceprint_that_cannot_adapt_takes_no_opening_back(tmp_path: Path) -> None:
    with Database.open(tmp_path / "people") as people:  # Ada was removed meanwhile
        speakers = Speakers(people, Secrets(tmp_path / "key", people))
        adaptation = Adaptation(AdaptationRules(enabled=True, surplus_llr=1.0), speakers)
        with house(tmp_path / "door", adaptation=adaptation) as it:
            hear(it, replace(ADA, embedding=Embedding(np.eye(3, dtype=np.float32)[0], "xvector-1")))
            it.tap("2112")
            assert it.lock.is_open
            assert it.kiosk.state is State.OPEN
            assert [event.kind for event in it.events.last(9)] == ["asked", "open", "fault"]
            assert "nobody is enrolled as 'Ada'" in it.events.last(1)[0].reason


def test_an_opening_that_fails_teaches_a_voiceprint_nothing(tmp_path: Path) -> None:
    axes = np.eye(3, dtype=np.float32)
    with Database.open(tmp_path / "people") as people:
        speakers = Speakers(people, Secrets(tmp_path / "key", people))
        speakers.add("Ada", axes[0], "xvector-1", 3)
        rules = AdaptationRules(enabled=True, surplus_llr=1.0, min_likeness=0.5)
        with house(tmp_path / "door", adaptation=Adaptation(rules, speakers), made_of=BrokenLock) as it:
            hear(it, replace(ADA, embedding=Embedding(axes[1], "xvector-1")))
            it.tap("2112")
            assert it.kiosk.state is State.FAULT
        np.testing.assert_array_equal(speakers.voiceprints("xvector-1")[0].vector, axes[0])


def test_a_pin_that_is_pressed_when_it_is_asked_for_no_more_comes_to_nothing() -> None:
    clock = ManualClock()
    button = FakeButton(clock)
    factor = PinFactor(Known({"Ada": "1"}), button, RhythmRules(), clock)
    for forgets, came in ((False, True), (True, False)):
        factor.ask("Ada")
        if forgets:
            factor.forget()
        button.press(0.1)
        clock.advance(0.2)
        looks = [factor.look()]
        clock.advance(10.0)
        assert any([*looks, factor.look()]) is came


def test_presses_of_before_are_no_part_of_a_pin_that_would_be_right_with_them() -> None:
    clock = ManualClock()
    button = FakeButton(clock)
    factor = PinFactor(Known({"Ada": "3"}), button, RhythmRules(), clock)
    for presses, right in ((2, Event.DISPROVED), (3, Event.PROVED)):
        button.press(0.1)
        clock.advance(0.3)
        factor.ask("Ada")
        for _ in range(presses):
            button.press(0.1)
            clock.advance(0.3)
            assert factor.look() is None
        clock.advance(5.0)
        proof = factor.look()
        assert proof is not None
        assert proof.event is right


def test_the_digits_of_a_challenge_open_and_the_answer_must_be_a_whole_utterance(tmp_path: Path) -> None:
    with house(tmp_path, challenge("314")) as it:
        hear(it, ADA)
        assert it.said() == [Prompt.ASK_DIGITS, Prompt.DIGIT_3, Prompt.DIGIT_1, Prompt.DIGIT_4]
        assert hear(it, ADA, final=False) is None
        assert hear(it, ADA) is Cause.MATCH
        assert it.lock.openings == [5.0]


def test_nothing_is_asked_before_the_sentence_is_over(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        assert hear(it, ADA, final=False) is None
        assert it.kiosk.look() is State.LISTENING


def wrong_pin(it: House) -> None:
    it.tap("2113")


def too_long(it: House) -> None:
    it.wait(20.1)


def another_voice(it: House) -> None:
    hear(it, STRANGER)


def another_person(it: House) -> None:
    hear(it, BO)


def a_recording(it: House) -> None:
    hear(it, RECORDING)


def an_exception(it: House) -> None:
    it.kiosk.fault(BrokenError("anything"))


def a_lost_microphone(it: House) -> None:
    it.kiosk.lost("microphone", BrokenError("unplugged"))


def an_opened_case(it: House) -> None:
    assert isinstance(it.contacts.tamper, FakeContact)
    it.contacts.tamper.is_open = True
    it.kiosk.look()


def a_broken_button(it: House) -> None:
    it.outside.broken = True
    it.kiosk.look()


def a_stuck_button(it: House) -> None:
    it.outside.down()
    it.clock.advance(19.0)
    it.kiosk.look()
    it.clock.advance(30.0)
    it.kiosk.look()


def a_held_button(it: House) -> None:
    it.outside.hold()
    it.wait(3.2)


def a_full_disk(it: House) -> None:
    it.known.broken = True
    it.tap("2112")


def the_end(it: House) -> None:
    it.kiosk.stop()


WRONG = (
    *(wrong_pin, too_long, another_voice, another_person, a_recording, an_exception, a_lost_microphone),
    *(an_opened_case, a_broken_button, a_stuck_button, a_held_button, a_full_disk, the_end),
)


@pytest.mark.parametrize("wrong", WRONG)
def test_everything_but_the_right_pin_in_time_ends_shut_and_is_one_failed_attempt(
    tmp_path: Path, wrong: Callable[[House], None]
) -> None:
    with house(tmp_path) as it:
        hear(it, ADA)
        wrong(it)
        assert it.kiosk.state is not State.PROVING
        assert (it.lock.openings, it.failed()) == ([], 1)
        it.tap("2112")  # too late
        it.wait(1.0)
        assert (it.lock.openings, it.failed()) == ([], 1)


def test_a_factor_that_was_not_given_is_kept_as_an_attempt_before_anybody_could_learn_of_it(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        hear(it, ADA)
        written = writes(it.database)
        it.wait(21.0)
        assert it.failed() == 1
        assert written.index("state") < written.index("events")


def test_on_a_full_disk_a_door_that_is_forced_meanwhile_is_in_the_log_once_that_can_be_written(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        it.wait(15.0)  # the leave of the start is over
        hear(it, ADA)
        assert isinstance(it.contacts.door, FakeContact)
        it.contacts.door.is_open = True
        it.database.rows("pragma query_only = on")
        it.kiosk.look()
        assert (it.lock.openings, it.failed()) == ([], 1)
        it.database.rows("pragma query_only = off")
        it.clock.advance(61.0)
        it.kiosk.look()
        assert any("forced: the door was opened from outside" in event.reason for event in it.events.last(9))


@pytest.mark.parametrize("answer", [STRANGER, BO, RECORDING])
def test_whoever_else_says_the_digits_ends_it_shut(tmp_path: Path, answer: Evidence) -> None:
    with house(tmp_path, challenge("314", "314")) as it:
        hear(it, ADA)
        assert hear(it, answer) is Cause.UNPROVED
        assert (it.lock.openings, it.failed(), it.kiosk.state) == ([], 1, State.REFUSED)
        assert it.said()[-1] is Prompt.REFUSED


def test_the_right_digits_after_their_time_are_a_refusal_that_counts(tmp_path: Path) -> None:
    with house(tmp_path, challenge("314")) as it:
        hear(it, STRANGER)
        it.wait(3.0)
        hear(it, ADA)
        it.clock.advance(20.1)  # and no look in between
        assert hear(it, ADA) is Cause.UNPROVED
        assert (it.lock.openings, it.failed(), it.events.last(1)[0].kind) == ([], 2, "refused")


def test_other_digits_end_it_and_the_next_time_others_are_drawn(tmp_path: Path) -> None:
    model = FakeDigits(["314", "314", "159"])
    drawn = iter(["926", "535", "159"])
    with house(tmp_path, lambda *_: ChallengeFactor(model, 3, lambda count: next(drawn))) as it:
        for _ in range(2):
            hear(it, ADA)
            assert hear(it, ADA) is Cause.UNPROVED
        hear(it, ADA)
        assert hear(it, ADA) is Cause.MATCH
        assert model.asked == ["926", "535", "159"]
        assert (it.lock.openings, it.failed()) == ([5.0], 0)


def test_a_model_of_digits_that_fails_is_a_fault_with_the_door_shut(tmp_path: Path) -> None:
    class Breaks(FakeDigits):
        def accepts(self, mfcc: object, digits: str) -> bool:
            raise BrokenError("the model of digits")

    with house(tmp_path, lambda *_: ChallengeFactor(Breaks([]), 3)) as it:
        hear(it, ADA)
        with pytest.raises(BrokenError):
            hear(it, ADA)
        it.kiosk.fault(BrokenError("as the pipeline does"))
        assert (it.lock.openings, it.failed(), it.kiosk.state) == ([], 1, State.FAULT)


def test_a_sound_too_poor_to_judge_is_asked_for_again_within_the_same_time(tmp_path: Path) -> None:
    with house(tmp_path, challenge("314")) as it:
        hear(it, ADA)
        it.wait(15.0)
        assert hear(it, SHORT) is Cause.PROOF_WANTED
        assert it.said()[-1] is Prompt.SAY_AGAIN
        it.wait(5.1)
        assert (it.said(), it.lock.openings, it.failed()) == ([Prompt.TIMED_OUT], [], 1)


def test_wrong_pins_lead_to_the_lockout_and_a_matching_voice_between_them_takes_none_back(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        for count in (1, 2):
            hear(it, ADA)
            it.tap("9999")
            assert it.failed() == count
        hear(it, ADA)
        it.tap("9999")
        assert it.attempts.locked_out_for_s() > 0
        assert hear(it, ADA) is Cause.LOCKED_OUT
        it.tap("2112")
        assert it.lock.openings == []
        it.wait(31.0)
        hear(it, ADA)
        it.tap("2112")
        assert it.lock.openings == [5.0]


def test_who_has_no_pin_is_told_to_the_owner_and_never_let_in(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        assert hear(it, BO) is Cause.NO_PROOF
        it.tap("2112")
        assert (it.lock.openings, it.kiosk.look()) == ([], State.LISTENING)
        assert "edgevoice pin set 'Bo'" in it.events.last(1)[0].reason


def test_presses_before_the_voice_and_of_the_one_before_count_for_nobody(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        it.tap("2112")
        hear(it, ADA)
        it.wait(4.0)
        assert it.lock.openings == []
        it.tap("21")  # ends as the PIN 21
        assert it.failed() == 1


def test_the_same_person_may_go_on_talking_while_pressing(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        hear(it, ADA)
        assert hear(it, ADA) is Cause.PROOF_WANTED
        assert hear(it, SHORT) is Cause.PROOF_WANTED
        it.tap("2112")
        assert it.lock.openings == [5.0]


def test_a_fire_opens_while_a_factor_is_awaited_and_is_no_failed_attempt(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        hear(it, ADA)
        it.kiosk.fire("the fire alarm", {})
        assert (it.lock.openings, it.failed()) == ([5.0], 0)
        it.wait(6.0)
        it.tap("2112")
        assert it.lock.openings == [5.0]


def test_a_button_at_the_door_that_fails_is_a_fault_until_it_answers(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        it.outside.broken = True
        it.wait(1.0)
        assert it.kiosk.state is State.FAULT
        assert [event.kind for event in it.events.last(10)] == ["fault"]
        it.outside.broken = False
        it.wait(11.0)
        assert it.kiosk.state is State.LISTENING


def test_a_button_at_the_door_that_is_stuck_is_told_once_before_anybody_needs_it(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        it.outside.down()
        it.wait(35.0)
        (told,) = it.events.last(10)
        assert told.kind == "fault"
        assert "the button at the door is stuck" in told.reason
        assert Prompt.FAULT in it.said()
        it.wait(120.0)
        assert it.kiosk.state is State.LISTENING
        assert [event.id for event in it.events.last(10)] == [told.id]
        assert it.failed() == 0


def test_a_factor_without_time_and_time_without_a_factor_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="more than no time"), house(tmp_path, limits=Limits()):
        pass
    with Database.open(tmp_path) as database:
        clock = ManualClock()
        act = Act(FakeLock(clock), FakeLights(clock), Events(database), clock=clock)
        with pytest.raises(SettingsError, match="only a second factor"):
            Kiosk(act, Attempts(Kept(database), LockoutRules(), clock), Rules(), clock, LIMITS)
