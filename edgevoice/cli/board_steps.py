"""The steps of ``check --board``: one part of a wired board each, with the person who stands beside it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from edgevoice.door.decide import Rules
from edgevoice.door.gates import complaints
from edgevoice.hardware import Button, Clock, Contact, Light, Lights, Lock, Microphone, Press, Prompt, Sounder
from edgevoice.listening.listen import Listen
from edgevoice.listening.quality import Quality

LOOK_SECONDS = 0.02  # between two looks at something that a person is asked to move
CLICK_SECONDS = 1.0
CONFIRMATION = "click"
NOBODY = "nobody was there to be asked"


@dataclass(frozen=True)
class Finding:
    """What came of a step. ok: None where it could not be told; told: in one line."""

    ok: bool | None
    told: str


@dataclass(frozen=True)
class Person:
    """Who stands beside the board, and how long to wait for them.

    ask: a question -> the line they typed, None where nobody can be asked; say: tells them what to do.
    """

    ask: Callable[[str], str | None]
    say: Callable[[str], None]
    patience_s: float = 20.0
    clock: Clock = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def confirms(self, question: str) -> bool | None:
        """Yes or no, asked until it is one of them."""
        while (typed := self.ask(f"{question} [y/n]")) is not None:
            if typed.strip().casefold()[:1] in ("y", "n"):
                return typed.strip().casefold().startswith("y")
        return None

    def sees(self, wanted: Callable[[], bool]) -> bool:
        """Whether it comes true before patience ends."""
        end_s = self.clock() + self.patience_s
        while not wanted():
            if self.clock() >= end_s:
                return False
            self.sleep(LOOK_SECONDS)
        return True


def hears(microphone: Microphone, ear: Listen, rules: Rules, person: Person) -> Finding:
    """The first utterance until the microphone ends: its level, its SNR, and whether the door would judge it."""
    person.say("Say a sentence, as you would at the door.")
    loudest_dbfs = -100.0
    for block in microphone.blocks():
        utterances = ear.hear(block)
        loudest_dbfs = max(loudest_dbfs, ear.level.level_dbfs)
        if utterances:
            return _heard(utterances[0].quality, loudest_dbfs, rules)
    utterances = ear.finish()
    if utterances:
        return _heard(utterances[0].quality, loudest_dbfs, rules)
    return Finding(
        False, f"no speech; the loudest was {loudest_dbfs:.0f} dBFS. Is it the right microphone, and turned up?"
    )


def _heard(quality: Quality, loudest_dbfs: float, rules: Rules) -> Finding:
    figures = f"{quality.net_speech_s:.1f} s of speech at {loudest_dbfs:.0f} dBFS, SNR {quality.snr_db:.0f} dB"
    wrong = complaints(quality, rules)
    return Finding(not wrong, "; ".join([figures, *(complaint.told for complaint in wrong)]))


def lights_up(lights: Lights, light: Light, colour: str, person: Person) -> Finding:
    """One LED, lit until the person has answered."""
    lights.show(light)
    seen = person.confirms(f"Is the {colour} LED lit, and only that one?")
    lights.show(Light.OFF)
    return _answered(seen, f"{colour} is lit", f"{colour} is not lit, or not alone: check its pin and its resistor")


def sounds(sounder: Sounder, person: Person) -> Finding:
    """One prompt."""
    sounder.say([Prompt.DONE])
    heard = person.confirms("Do you hear it?")
    return _answered(heard, "it is heard", "it is not heard: check its pin, or sounder.device and its volume")


def clicks(lock: Lock, person: Person) -> Finding:
    """The relay, which opens the door: only after the person has typed so."""
    typed = person.ask(f"The relay will RELEASE THE DOOR for {CLICK_SECONDS:g} s. Type {CONFIRMATION} if it may")
    if typed is None or typed.strip().casefold() != CONFIRMATION:
        return Finding(None, f"the relay was not moved: {NOBODY if typed is None else 'it was not confirmed'}")
    lock.open_for(CLICK_SECONDS)
    on = lock.is_open
    off = person.sees(lambda: not lock.is_open)
    lock.shut()
    if not (on and off):
        return Finding(False, f"its pin {'did not go on' if not on else 'did not go off by itself'}")
    heard = person.confirms("Did the relay click twice, and was the door released in between?")
    return _answered(heard, "it clicks, and shuts by itself", "it does not click, or the door is not released")


def presses(button: Button, where: str, person: Person) -> Finding:
    """A short press of the button there; one that is stuck is told."""
    if person.ask(f"Press the button {where}, briefly, after Enter") is None:
        stuck = Press.STUCK in button.take()
        return Finding(False if stuck else None, "stuck" if stuck else NOBODY)
    seen: list[Press] = []

    def pressed() -> bool:
        seen.extend(button.take())
        return Press.SHORT in seen

    if person.sees(pressed):
        return Finding(True, "a short press is seen")
    held = f"; it was seen {seen[0].value}" if seen else ""
    return Finding(False, f"no short press within {person.patience_s:g} s{held}: check its pin and its wire to GND")


def moves(contact: Contact, name: str, opens: str, closes: str, person: Person) -> Finding:
    """A contact that is to open and close, in words such as "open the door"; first the one that it is not."""
    first, second = (closes, opens) if contact.is_open else (opens, closes)
    now = "open" if contact.is_open else "closed"
    if person.ask(f"{first}, after Enter") is None:
        return Finding(None, f"{name} reads {now}; {NOBODY}")
    for act in (first, second):
        was_open = contact.is_open
        person.say(f"{act} now.")
        if not person.sees(lambda: contact.is_open is not was_open):  # noqa: B023 -- called here and now
            state = "open" if was_open else "closed"
            return Finding(False, f"{name} stays {state} for {person.patience_s:g} s: check its pin and its wires")
    return Finding(True, f"{name} opens and closes")


def _answered(answer: bool | None, good: str, bad: str) -> Finding:
    return Finding(answer, NOBODY if answer is None else good if answer else bad)
