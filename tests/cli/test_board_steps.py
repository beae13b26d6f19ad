"""The steps of ``check --board``, on fakes, with a person who is made of answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from edgevoice.cli.board_steps import Finding, Person, clicks, hears, lights_up, moves, presses, sounds
from edgevoice.door.decide import Rules
from edgevoice.hardware import Light, Prompt
from edgevoice.hardware.fake import FakeLights, FakeLock, FakeMicrophone, ManualClock
from edgevoice.hardware.fake_inputs import FakeButton, FakeContact
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.listen import Listen
from edgevoice.visit import FOLDER


@dataclass
class Owner:
    """Gives these answers, one after the other, then goes away; ``does`` what is asked when it is said."""

    answers: list[str] = field(default_factory=list)
    does: Callable[[str], None] = lambda _: None
    clock: ManualClock = field(default_factory=ManualClock)
    asked: list[str] = field(default_factory=list)

    def ask(self, question: str) -> str | None:
        self.asked.append(question)
        return self.answers.pop(0) if self.answers else None

    @property
    def person(self) -> Person:
        return Person(self.ask, self.does, 20.0, self.clock, self.clock.advance)


def _hears(file: str) -> Finding:
    return hears(FakeMicrophone.of(read_sound(FOLDER / file)), Listen(), Rules(), Owner().person)


def test_a_sentence_is_heard_with_its_figures() -> None:
    found = _hears("ada-unlock-1.opus")
    assert found.ok is True
    assert "s of speech at -" in found.told


@pytest.mark.parametrize("file", ["room.flac", "silence.flac"])
def test_silence_is_a_failure_and_its_level_is_told(file: str) -> None:
    found = _hears(file)
    assert found.ok is False
    assert "no speech; the loudest was -" in found.told


def test_speech_that_the_door_would_not_judge_is_a_failure_that_says_why() -> None:
    samples = read_sound(FOLDER / "ada-unlock-1.opus")
    found = hears(FakeMicrophone.of(samples), Listen(), Rules(min_net_speech_s=9.0), Owner().person)
    assert found.ok is False
    assert "s of speech" in found.told


@pytest.mark.parametrize(("answers", "ok"), [(["y"], True), (["n"], False), (["perhaps", "Yes"], True), ([], None)])
def test_an_led_is_lit_until_the_owner_has_answered(answers: list[str], ok: bool | None) -> None:
    lights = FakeLights()
    assert lights_up(lights, Light.OPEN, "green", Owner(answers).person).ok is ok
    assert lights.shown == [Light.OPEN, Light.OFF]


@pytest.mark.parametrize(("answers", "ok"), [(["y"], True), (["n"], False), ([], None)])
def test_a_prompt_is_said_and_asked_after(answers: list[str], ok: bool | None) -> None:
    sounder = FakeSounder()
    assert sounds(sounder, Owner(answers).person).ok is ok
    assert sounder.said == [Prompt.DONE]


def test_the_relay_clicks_after_it_was_confirmed_in_a_word() -> None:
    owner = Owner(["click", "y"])
    lock = FakeLock(owner.clock)
    assert clicks(lock, owner.person) == Finding(True, "it clicks, and shuts by itself")
    assert lock.openings == [1.0]
    assert not lock.is_open


@pytest.mark.parametrize("answers", [[], [""], ["y"], ["clic"]])
def test_without_the_word_the_relay_does_not_move(answers: list[str]) -> None:
    owner = Owner(answers)
    lock = FakeLock(owner.clock)
    assert clicks(lock, owner.person).ok is None
    assert lock.openings == []


def test_a_relay_that_does_not_go_on_or_not_off_is_a_failure() -> None:
    class Dead(FakeLock):
        def open_for(self, seconds: float) -> None:
            """Nothing moves."""

    class Welded(FakeLock):
        @property
        def is_open(self) -> bool:
            return bool(self.openings)

    for lock, told in ((Dead, "did not go on"), (Welded, "did not go off")):
        owner = Owner(["click", "y"])
        found = clicks(lock(owner.clock), owner.person)
        assert found.ok is False
        assert told in found.told


class Watched(ManualClock):
    """Something happens when it has reached a time."""

    def __init__(self, at_s: float, happens: Callable[[], None]) -> None:
        super().__init__()
        self._at_s, self._happens = at_s, happens

    def advance(self, seconds: float) -> None:
        before = self.now
        super().advance(seconds)
        if before < self._at_s <= self.now:
            self._happens()


def test_a_press_is_waited_for() -> None:
    owner = Owner([""])
    button = FakeButton(owner.clock)
    owner.clock = Watched(3.0, button.press)
    assert presses(button, "inside", owner.person) == Finding(True, "a short press is seen")


def test_a_button_that_nobody_presses_fails_when_patience_ends() -> None:
    owner = Owner([""])
    found = presses(FakeButton(owner.clock), "inside", owner.person)
    assert found.ok is False
    assert "no short press within 20 s" in found.told
    assert owner.clock.now == pytest.approx(20.0, abs=0.1)


def test_a_button_is_not_watched_where_nobody_can_be_asked() -> None:
    owner = Owner()
    button = FakeButton(owner.clock)
    assert presses(button, "inside", owner.person).ok is None
    button.down()
    owner.clock.advance(60.0)
    assert presses(button, "inside", owner.person) == Finding(False, "stuck")


@pytest.mark.parametrize("begins_open", [True, False])
def test_a_contact_is_moved_away_and_back(begins_open: bool) -> None:
    contact = FakeContact(begins_open)
    told: list[str] = []

    def do(text: str) -> None:
        told.append(text)
        contact.is_open = not contact.is_open

    owner = Owner([""], do)
    assert moves(contact, "the door contact", "Open the door", "Close the door", owner.person).ok is True
    acts = ["Open the door now.", "Close the door now."]
    assert told == (acts[::-1] if begins_open else acts)


def test_a_contact_that_does_not_move_fails_and_says_how_it_stays() -> None:
    owner = Owner([""])
    found = moves(FakeContact(True), "the door contact", "Open the door", "Close the door", owner.person)
    assert found.ok is False
    assert "stays open for 20 s" in found.told


def test_a_contact_is_told_as_it_reads_where_nobody_can_be_asked() -> None:
    found = moves(FakeContact(), "the door contact", "Open the door", "Close the door", Owner().person)
    assert found == Finding(None, "the door contact reads closed; nobody was there to be asked")
