"""The dialogue at the button: who may, what is asked, what each sentence comes to, and that nothing half done stays."""

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks._failing import BrokenError
from benchmarks._world import GOOD, RULES, World, voice, world
from edgevoice.door.reception import MOST_FLAWS
from edgevoice.door.register import Register
from edgevoice.door.states import State
from edgevoice.hardware import Light, Press, Prompt
from edgevoice.hardware.fake_inputs import FakeContact
from edgevoice.listening.quality import Quality
from edgevoice.recognition.recognise import Recogniser
from edgevoice.recognition.score import Score
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from edgevoice.storage.voiceprints import Voiceprint
from tests.house import begins

NOBODY, ADA, BEN, EVE = 0, 1, 2, 3


@pytest.fixture(name="empty")
def _empty(tmp_path: Path, recogniser: Recogniser) -> Iterator[World]:
    with world(tmp_path, recogniser) as it:
        it.look()
        yield it


@pytest.fixture(name="home")
def _home(empty: World) -> World:
    """Ada is the administrator, Ben another person."""
    hold(empty)
    enrol(empty, ADA)
    hold(empty)
    empty.speak(ADA, 10, GOOD)
    enrol(empty, BEN)
    assert people(empty) == {"person 1": True, "person 2": False}
    empty.kiosk.take_said()
    return empty


def hold(it: World, times: int = 1) -> None:
    for _ in range(times):
        it.button.presses.append(Press.HELD)
        it.kiosk.look()


def enrol(it: World, person: int) -> None:
    for take in (1, 2, 3):
        it.speak(person, take, GOOD)
    it.let_pass(3.0)
    it.kiosk.look()


def people(it: World) -> dict[str, bool]:
    """Name -> whether they are an administrator."""
    return {person.name: person.administrator for person in it.speakers.list()}


def said(it: World) -> list[Prompt]:
    return [prompt for prompts in it.kiosk.take_said() for prompt in prompts]


def log(it: World) -> list[tuple[str, str]]:
    return [(event.kind, event.reason) for event in Events(it.database).last(100)]


def test_the_first_person_within_the_claim_window_becomes_the_first_administrator(empty: World) -> None:
    hold(empty)
    assert empty.kiosk.state is State.ENROLLING
    assert said(empty) == [Prompt.CLAIM, Prompt.ASK_SENTENCE]
    assert empty.lights.light is Light.ENROLLING
    empty.speak(ADA, 1, GOOD)
    assert (empty.kiosk.counted, said(empty)) == ("2 of 3", [Prompt.TAKE_GOOD, Prompt.ASK_SENTENCE])
    empty.speak(ADA, 2, GOOD)
    assert people(empty) == {}  # nothing is kept before the last sentence
    empty.speak(ADA, 3, GOOD)
    assert empty.kiosk.state is State.DONE
    assert said(empty) == [Prompt.TAKE_GOOD, Prompt.ASK_SENTENCE, Prompt.DONE]
    assert people(empty) == {"person 1": True}
    assert list(empty.lights.shares) == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert log(empty)[-1] == ("enrolled", "person 1 was enrolled from 3 utterances, as the first administrator")
    assert empty.lock.openings == []
    empty.let_pass(3.0)
    empty.speak(ADA, 9, GOOD)
    assert empty.lock.openings == [5.0]


def test_after_the_claim_window_an_empty_house_stays_empty_even_after_a_restart(empty: World) -> None:
    for _ in range(int(RULES.claim_minutes) + 1):
        empty.let_pass(60.0)
        empty.kiosk.look()
    for _ in range(2):
        hold(empty)
        assert (empty.kiosk.state, said(empty)[-1]) == (State.REFUSED, Prompt.NOT_ADMINISTRATOR)
        empty.shut_down()
        empty.kiosk.look()


def test_cutting_the_power_again_and_again_does_not_keep_the_claim_open(empty: World) -> None:
    for _ in range(int(RULES.claim_minutes) + 1):
        empty.start()
        empty.let_pass(1.0)
        empty.kiosk.look()
    hold(empty)
    assert empty.kiosk.state is State.REFUSED


def test_an_administrator_allows_and_the_next_person_enrols(home: World) -> None:
    hold(home)
    assert (home.kiosk.state, said(home)) == (State.ASKING, [Prompt.DIGIT_1, Prompt.ASK_ADMINISTRATOR])
    home.speak(ADA, 20, GOOD)
    assert (home.kiosk.state, said(home)) == (State.ENROLLING, [Prompt.ASK_SENTENCE])
    enrol(home, EVE)
    assert people(home) == {"person 1": True, "person 2": False, "person 3": False}
    assert ("allowed", "person 1 allowed to enrol a new person") in log(home)
    assert home.lock.openings == []


def test_somebody_else_may_not_allow_it(home: World) -> None:
    hold(home)
    home.speak(BEN, 20, GOOD)
    assert (home.kiosk.state, said(home)[-1]) == (State.REFUSED, Prompt.NOT_ADMINISTRATOR)
    enrol(home, EVE)
    assert "person 3" not in people(home)


def test_strangers_who_try_to_be_an_administrator_are_locked_out(home: World) -> None:
    for take in range(3):
        hold(home)
        home.speak(NOBODY, take, GOOD)
        home.let_pass(3.0)
        home.look()
    assert home.kiosk.state is State.LOCKED_OUT
    hold(home)
    assert home.kiosk.state is State.LOCKED_OUT


def test_a_poor_sentence_of_the_administrator_is_asked_for_again(home: World) -> None:
    hold(home)
    home.speak(ADA, 20, replace(GOOD, net_speech_s=0.5))
    assert (home.kiosk.state, said(home)[-1]) == (State.ASKING, Prompt.SAY_AGAIN)
    home.speak(ADA, 21, GOOD)
    assert home.kiosk.state is State.ENROLLING


def test_what_an_administrator_began_to_say_before_the_button_was_held_allows_nothing(home: World) -> None:
    home.kiosk.hears(True)  # to be let in, while somebody else inside holds the button
    hold(home)
    home.speak(ADA, 20, GOOD)
    assert home.kiosk.state is State.ASKING
    home.kiosk.hears(False)
    home.speak(ADA, 21, GOOD)
    assert home.kiosk.state is State.ENROLLING


def test_what_an_administrator_began_to_say_before_the_next_hold_allows_only_to_say_it_again(home: World) -> None:
    hold(home, 2)
    home.kiosk.hears(True)  # "yes, add to your voice", and Ben goes on to the next item
    hold(home)
    home.speak(ADA, 20, GOOD)
    assert home.kiosk.state is State.ASKING
    home.kiosk.hears(False)
    home.speak(BEN, 21, GOOD)
    assert people(home) == {"person 1": True, "person 2": False}


def test_nor_does_what_is_left_of_a_sentence_that_was_cut_at_its_longest(home: World) -> None:
    home.kiosk.hears(True)
    hold(home, 3)
    for take in (20, 21):  # she goes on without a pause
        home.speak(ADA, take, GOOD)
    assert home.kiosk.state is State.ASKING
    home.kiosk.hears(False)
    home.speak(ADA, 22, GOOD)
    assert home.kiosk.state is not State.ASKING


@pytest.mark.parametrize("person", [ADA, BEN])
def test_a_known_voice_at_the_button_takes_no_failed_attempt_back(home: World, person: int) -> None:
    for take in range(2):
        home.speak(NOBODY, take, GOOD)
    hold(home)
    home.speak(person, 20, GOOD)
    short_press(home)
    home.speak(NOBODY, 2, GOOD)
    home.let_pass(3.0)
    home.look()
    assert home.kiosk.state is State.LOCKED_OUT


def test_whoever_claims_a_house_that_somebody_else_has_claimed_meanwhile_is_not_enrolled(
    empty: World, recogniser: Recogniser
) -> None:
    hold(empty)
    empty.speak(EVE, 1, GOOD)
    empty.speak(EVE, 2, GOOD)
    register = Register(empty.database, empty.speakers, Events(empty.database))
    register.enrol(Voiceprint("Ada", voice(ADA, 1), recogniser.xvector.manifest.name, 3), recogniser)
    empty.speak(EVE, 3, GOOD)
    assert (empty.kiosk.state, said(empty)[-1]) == (State.REFUSED, Prompt.NOT_ADMINISTRATOR)
    assert people(empty) == {"Ada": True}
    assert log(empty)[-1] == ("enrolment", "ended: somebody else has claimed the house meanwhile")
    empty.let_pass(3.0)
    empty.look()
    empty.speak(EVE, 9, GOOD)
    assert empty.lock.openings == []


def test_of_two_who_claim_one_house_at_the_same_moment_one_is_enrolled(empty: World, recogniser: Recogniser) -> None:
    began, waits = threading.Event(), begins(empty.database)

    def enrol_ada() -> None:
        folder = empty.database.path.parent
        with Database.open(folder) as another:
            register = Register(another, Speakers(another, Secrets(folder / "key", another)), Events(another))
            with another.transaction():
                began.set()
                assert waits.wait(60)  # a look before that has found nobody
                register.enrol(Voiceprint("Ada", voice(ADA, 1), recogniser.xvector.manifest.name, 3), recogniser)

    hold(empty)
    empty.speak(EVE, 1, GOOD)
    empty.speak(EVE, 2, GOOD)
    other = threading.Thread(target=enrol_ada)
    other.start()
    assert began.wait(60)
    waits.clear()
    empty.speak(EVE, 3, GOOD)
    other.join()
    assert people(empty) == {"Ada": True}


def test_a_noise_from_before_the_button_was_held_costs_no_sentence(home: World) -> None:
    home.kiosk.hears(True)
    hold(home)
    home.kiosk.hears(False)  # it was no utterance
    home.speak(ADA, 20, GOOD)
    assert home.kiosk.state is State.ENROLLING


def test_noise_does_not_keep_the_door_waiting_for_an_administrator(home: World) -> None:
    hold(home)
    for take in range(MOST_FLAWS):
        assert home.kiosk.state is State.ASKING
        home.speak(NOBODY, take, replace(GOOD, snr_db=1.0))
    assert home.kiosk.state is State.REFUSED


POOR = {
    Prompt.TOO_SHORT: Quality(0.6, 20.0, 0.0),
    Prompt.TOO_NOISY: Quality(1.6, 5.0, 0.0),
    Prompt.TOO_FAR: Quality(1.6, 5.0, 0.0, speech_dbfs=-60.0),
    Prompt.TOO_LOUD: Quality(1.6, 20.0, 0.5),
    Prompt.BROKEN_SOUND: Quality(1.6, 20.0, 0.0, dropped_share=0.5),
}


@pytest.mark.parametrize("prompt", POOR)
def test_a_poor_sentence_is_told_in_its_own_words_and_may_be_said_again(empty: World, prompt: Prompt) -> None:
    hold(empty)
    empty.speak(ADA, 1, GOOD)
    empty.speak(ADA, 2, POOR[prompt])
    assert (empty.kiosk.state, empty.kiosk.counted, said(empty)[-1]) == (State.ENROLLING, "2 of 3", prompt)
    empty.speak(ADA, 2, GOOD)
    empty.speak(ADA, 3, GOOD)
    assert people(empty) == {"person 1": True}


def test_the_same_recording_twice_and_one_heard_before_are_told(empty: World) -> None:
    hold(empty)
    empty.speak(ADA, 1, GOOD)
    empty.speak(ADA, 1, GOOD)
    assert said(empty)[-1] is Prompt.SAME_RECORDING
    empty.speak(ADA, 2, GOOD, recording=True)
    assert said(empty)[-1] is Prompt.SAME_RECORDING
    assert empty.kiosk.counted == "2 of 3"


def test_another_voice_is_told(empty: World) -> None:
    hold(empty)
    empty.speak(ADA, 1, GOOD)
    empty.speak(BEN, 1, GOOD)
    assert (said(empty)[-1], empty.kiosk.counted) == (Prompt.OTHER_VOICE, "2 of 3")


def test_somebody_who_is_enrolled_already_is_told_and_is_not_enrolled_twice(home: World) -> None:
    hold(home)
    home.speak(ADA, 20, GOOD)
    home.speak(BEN, 21, GOOD)
    assert (said(home)[-1], home.kiosk.counted) == (Prompt.ALREADY_ENROLLED, "1 of 3")


def test_somebody_of_whom_it_cannot_be_told_is_not_enrolled(home: World) -> None:
    hold(home)
    home.speak(ADA, 20, GOOD)
    home.kiosk.answer(replace(home.evidence(EVE, 1, GOOD), scores=(Score("person 1", 0.0, 0.0, math.nan),)))
    assert (said(home)[-1], home.kiosk.counted) == (Prompt.ALREADY_ENROLLED, "1 of 3")


def test_too_many_poor_sentences_end_it(empty: World) -> None:
    hold(empty)
    empty.speak(ADA, 1, GOOD)
    for _ in range(MOST_FLAWS):
        assert empty.kiosk.state is State.ENROLLING
        empty.speak(ADA, 2, POOR[Prompt.TOO_SHORT])
    assert (empty.kiosk.state, said(empty)[-1]) == (State.REFUSED, Prompt.CANCELLED)
    enrol(empty, ADA)
    assert people(empty) == {}


def test_what_is_said_within_an_utterance_that_goes_on_is_not_taken(empty: World) -> None:
    hold(empty)
    empty.speak(ADA, 1, GOOD, final=False)
    assert empty.kiosk.counted == "1 of 3"


def test_each_further_hold_goes_to_the_next_item_of_the_menu(home: World) -> None:
    hold(home, 5)
    numbers = [prompt for prompt in said(home) if prompt is not Prompt.ASK_ADMINISTRATOR]
    assert numbers == [Prompt.DIGIT_1, Prompt.DIGIT_2, Prompt.DIGIT_3, Prompt.DIGIT_4, Prompt.DIGIT_1]


def test_sentences_are_added_to_a_voice(home: World) -> None:
    before = home.speakers.enrolled_with("person 2")
    hold(home, 2)
    home.speak(ADA, 20, GOOD)
    home.speak(BEN, 31, GOOD)
    home.speak(ADA, 32, GOOD)
    assert said(home)[-1] is Prompt.OTHER_VOICE
    for take in (32, 33):
        home.speak(BEN, take, GOOD)
    after = home.speakers.enrolled_with("person 2")
    assert (before.utterances, after.utterances) == (3, 6)
    assert 0.9 < float(before.vector @ after.vector) < 0.9999
    assert people(home) == {"person 1": True, "person 2": False}


def test_nothing_is_added_to_a_voice_that_the_scores_take_for_another_persons(home: World) -> None:
    hold(home, 2)
    home.speak(ADA, 20, GOOD)
    home.speak(BEN, 31, GOOD)
    like_ada = replace(home.evidence(BEN, 32, GOOD), scores=home.evidence(ADA, 32, GOOD).scores)
    home.kiosk.answer(like_ada)
    assert (said(home)[-1], home.kiosk.counted) == (Prompt.OTHER_VOICE, "2 of 3")


def test_a_person_is_made_an_administrator_and_may_allow_then(home: World) -> None:
    hold(home, 3)
    home.speak(ADA, 20, GOOD)
    assert (home.kiosk.state, said(home)[-1]) == (State.NAMING, Prompt.ASK_SENTENCE)
    home.speak(BEN, 21, GOOD)
    assert (home.kiosk.state, said(home)[-1]) == (State.DONE, Prompt.PROMOTED)
    assert people(home) == {"person 1": True, "person 2": True}
    home.let_pass(3.0)
    home.kiosk.look()
    hold(home)
    home.speak(BEN, 22, GOOD)
    assert home.kiosk.state is State.ENROLLING


def test_a_person_is_removed_and_no_longer_let_in(home: World) -> None:
    hold(home, 4)
    home.speak(ADA, 20, GOOD)
    assert (home.kiosk.state, said(home)[-1]) == (State.NAMING, Prompt.ASK_WHO)
    home.speak(NOBODY, 21, GOOD)
    assert (home.kiosk.state, said(home)[-1]) == (State.NAMING, Prompt.SAY_AGAIN)
    home.speak(BEN, 22, GOOD)
    assert (home.kiosk.state, said(home)[-1]) == (State.DONE, Prompt.REMOVED)
    assert people(home) == {"person 1": True}
    assert "person 2" not in str(log(home))
    home.let_pass(3.0)
    home.speak(BEN, 23, GOOD)
    assert home.lock.openings == []


def test_the_last_administrator_is_not_removed_at_the_button(home: World) -> None:
    hold(home, 4)
    home.speak(ADA, 20, GOOD)
    home.speak(ADA, 21, GOOD)
    assert (home.kiosk.state, said(home)[-1]) == (State.REFUSED, Prompt.CANCELLED)
    assert people(home) == {"person 1": True, "person 2": False}


def short_press(it: World) -> None:
    it.button.presses.append(Press.SHORT)
    it.kiosk.look()


def nothing_said(it: World) -> None:
    it.let_pass(RULES.answer_seconds)
    it.kiosk.look()


def door_forced(it: World) -> None:
    it.let_pass(16.0)  # beyond any leave to open it
    assert isinstance(it.contacts.door, FakeContact)
    it.contacts.door.is_open = True
    it.kiosk.look()


def case_opened(it: World) -> None:
    assert isinstance(it.contacts.tamper, FakeContact)
    it.contacts.tamper.is_open = True
    it.kiosk.look()


ENDINGS: dict[str, tuple[Callable[[World], object], State, Prompt | None]] = {
    "a short press": (short_press, State.REFUSED, Prompt.CANCELLED),
    "time": (nothing_said, State.REFUSED, Prompt.TIMED_OUT),
    "an exception": (lambda it: it.kiosk.fault(BrokenError("any")), State.FAULT, Prompt.FAULT),
    "a lost microphone": (lambda it: it.kiosk.lost("microphone", BrokenError("any")), State.FAULT, Prompt.FAULT),
    "a stuck button": (lambda it: (it.button.presses.append(Press.STUCK), it.kiosk.look()), State.FAULT, Prompt.FAULT),
    "a forced door": (door_forced, State.DOOR_FORCED, Prompt.DOOR_FORCED),
    "an opened case": (case_opened, State.FAULT, Prompt.TAMPER),
    "a power cut": (World.start, State.BOOTING, None),
    "a shutdown": (World.shut_down, State.BOOTING, None),
}


@pytest.mark.parametrize("takes", [0, 1, 2])
@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_ends_an_enrolment_leaves_nothing(home: World, ending: str, takes: int) -> None:
    end, state, prompt = ENDINGS[ending]
    home.let_pass(10.0)
    hold(home)
    home.speak(ADA, 20, GOOD)
    for take in range(takes):
        home.speak(EVE, take, GOOD)
    said(home)
    end(home)
    assert home.kiosk.state is state
    assert prompt is None or said(home)[-1] is prompt
    home.speak(EVE, 7, GOOD)
    home.speak(EVE, 8, GOOD)
    assert people(home) == {"person 1": True, "person 2": False}
    assert home.lock.openings == []
    assert not home.kiosk.counted


@pytest.mark.parametrize("part", ["log", "disk", "lights", "sounder", "button"])
@pytest.mark.parametrize("step", range(6))
def test_a_part_that_fails_at_any_step_leaves_the_door_shut_and_nobody_half_enrolled(
    home: World, part: str, step: int
) -> None:
    steps: list[Callable[[], object]] = [
        lambda: hold(home),
        lambda: home.kiosk.state is State.ASKING and home.speak(ADA, 20, GOOD),  # else she would be let in
        *(lambda take=take: home.speak(EVE, take, GOOD) for take in (1, 2, 3)),
        lambda: home.look(),
    ]
    for number, do in enumerate(steps):
        if number == step:
            home.luck[part].failures = 1
        do()
    home.look()
    assert not home.lock.is_open
    assert home.lock.openings == []
    enrolled = [reason for kind, reason in log(home) if kind == "enrolled" and "person 3" in reason]
    assert len(enrolled) == ("person 3" in people(home))
    if "person 3" in people(home):
        assert home.speakers.enrolled_with("person 3").utterances == 3
