"""The second factor that no recording has: digits drawn now, said by the voice that has matched, in this order."""

import secrets
from collections.abc import Callable
from typing import Protocol

from edgevoice.door.decide import Decision
from edgevoice.door.second_factor import POOR, Proof
from edgevoice.door.states import Event
from edgevoice.hardware import Prompt
from edgevoice.listening.features import Cepstra
from edgevoice.recognition.recognise import Evidence


class Digits(Protocol):
    """Whether digits were said: ``recognition.digits.DigitModel``."""

    def accepts(self, mfcc: Cepstra, digits: str, /) -> bool:
        """Whether (n, 40) int32 cepstra, Q10, are these digits in this order, and nothing else."""
        ...


def draw(count: int) -> str:
    """So many digits, each of the ten as likely, from the system's source of randomness."""
    return "".join(secrets.choice("0123456789") for _ in range(count))


def judge(speaker: str, decision: Decision, said: bool) -> Proof:
    """What the answer came to. Pure.

    ``decision``: what the whole safety policy says of the utterance as if it were to open by itself, so that the score,
    the margin, the quality and the comparison with recordings all hold for the answer too; ``said``: whether it was the
    digits.
    """
    if decision.cause in POOR:
        return Proof(Event.POOR, decision.reason)
    if not decision.opens:
        return Proof(Event.DISPROVED, decision.reason)
    if decision.speaker != speaker:
        return Proof(Event.DISPROVED, f"{decision.speaker} answered for {speaker}")
    if said is not True:
        return Proof(Event.DISPROVED, "these were not the digits")
    return Proof(Event.PROVED, "the digits were said")


class ChallengeFactor:
    """Draws digits, has them said, and judges the answer."""

    name = "a row of digits"

    def __init__(self, digits: Digits, count: int, draws: Callable[[int], str] = draw) -> None:
        """``count``: how many digits; ``draws``: so many -> the digits."""
        self._digits, self._count, self._draws = digits, count, draws
        self._asked: tuple[str, str] | None = None  # speaker, digits

    def objection(self, speaker: str) -> str | None:
        """Everybody can say digits."""
        return None

    def ask(self, speaker: str) -> tuple[Prompt, ...]:
        """New digits every time."""
        wanted = self._draws(self._count)
        self._asked = speaker, wanted
        return Prompt.ASK_DIGITS, *(Prompt(f"digit-{digit}") for digit in wanted)

    def look(self) -> Proof | None:
        """Only sound can answer."""
        return None

    def hear(self, evidence: Evidence, decision: Decision) -> Proof | None:
        """What an answer came to; whatever the model raises."""
        if self._asked is None:
            return None
        speaker, wanted = self._asked
        heard = evidence.mfcc if decision.opens else None
        return judge(speaker, decision, heard is not None and self._digits.accepts(heard, wanted))

    def forget(self) -> None:
        """The digits are never asked again."""
        self._asked = None
