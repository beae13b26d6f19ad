"""The second factor that is known: a PIN, pressed at a button at the door."""

from typing import Protocol

from edgevoice.door.decide import Decision
from edgevoice.door.rhythm import Rhythm, RhythmRules
from edgevoice.door.second_factor import POOR, Proof
from edgevoice.door.states import Event
from edgevoice.errors import HardwareError
from edgevoice.hardware import Button, Clock, Press, Prompt
from edgevoice.recognition.recognise import Evidence


class Known(Protocol):
    """Who has which PIN: ``storage.pins.Pins``."""

    def owners(self) -> list[str]: ...
    def fits(self, name: str, pin: str) -> bool: ...


class PinFactor:
    """Presses count only while somebody is asked, and only short ones; the PIN is compared as a whole, once."""

    name = "a PIN"

    def __init__(self, pins: Known, button: Button, rules: RhythmRules, clock: Clock) -> None:
        """``button``: at the door, outside; ``clock``: monotonic seconds."""
        self._pins, self._button, self._rules, self._clock = pins, button, rules, clock
        self._speaker: str | None = None
        self._rhythm = Rhythm(rules)

    def objection(self, speaker: str) -> str | None:
        """Without a PIN of their own nobody is let in. StorageError."""
        known = speaker in self._pins.owners()
        return None if known else f"{speaker} has no PIN: edgevoice pin set {speaker!r}"

    def ask(self, speaker: str) -> tuple[Prompt, ...]:
        """What was pressed before does not count."""
        self._button.take()
        self._speaker, self._rhythm = speaker, Rhythm(self._rules)
        return (Prompt.ASK_PRESS,)

    def look(self) -> Proof | None:
        """Take the presses; the PIN is compared once, when it has ended. HardwareError, also where the button is stuck
        while nobody is asked, StorageError."""
        presses, now_s = self._button.take(), self._clock()
        if self._speaker is None:
            if Press.STUCK in presses:
                raise HardwareError("the button at the door is stuck: look whether it is jammed, or its wires touch")
            return None
        for press in presses:
            if press is not Press.SHORT:
                return Proof(Event.DISPROVED, f"the button at the door was {press.value}")
            self._rhythm.press(now_s)
        pin = self._rhythm.digits(now_s)
        return None if pin is None else self._compare(self._speaker, pin)

    def hear(self, evidence: Evidence, decision: Decision) -> Proof | None:
        """The same person may go on talking; any other voice, and any recording, ends it."""
        if decision.cause in POOR or (decision.opens and decision.speaker == self._speaker):
            return None
        return Proof(Event.DISPROVED, f"another voice: {decision.reason}")

    def forget(self) -> None:
        """Presses mean nothing again."""
        self._speaker, self._rhythm = None, Rhythm(self._rules)

    def _compare(self, speaker: str, pin: str) -> Proof:
        fits = self._pins.fits(speaker, pin)
        return Proof(Event.PROVED, "the PIN is right") if fits else Proof(Event.DISPROVED, "the PIN is wrong")
