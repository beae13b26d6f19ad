"""A voice has matched, and something else is asked for before the door may open: a PIN, or the digits of a challenge.

Whatever ends the asking but the right answer (a wrong one, another voice, a recording, the end of the time, a fault)
leaves the door shut and is a failed attempt.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from edgevoice.door.act import Row
from edgevoice.door.decide import Cause, Decision
from edgevoice.door.machine import Step
from edgevoice.door.states import Do, Event, State
from edgevoice.hardware import Prompt
from edgevoice.recognition.recognise import Evidence

POOR = {Cause.TOO_SHORT, Cause.TOO_NOISY, Cause.CLIPPED, Cause.BROKEN}
"""Sound that says nothing of who spoke."""


@dataclass(frozen=True)
class Proof:
    """What was done to give the second factor came to. event: PROVED, DISPROVED, or POOR: it is waited for longer."""

    event: Event
    reason: str


class Factor(Protocol):
    """One kind of second factor; ``door.pin``, ``door.challenge``."""

    @property
    def name(self) -> str:
        """What is asked for, in words."""
        ...

    def objection(self, speaker: str) -> str | None:
        """Why it cannot be asked of this person; None where it can. StorageError."""
        ...

    def ask(self, speaker: str) -> tuple[Prompt, ...]:
        """Begin anew, with this person; what is to be said."""
        ...

    def look(self) -> Proof | None:
        """What has happened beside sound since the last look; asked for at every block, whatever the door does."""
        ...

    def hear(self, evidence: Evidence, decision: Decision) -> Proof | None:
        """What an utterance came to; ``decision``: whom the door would take the voice for."""
        ...

    def forget(self) -> None:
        """Nothing is asked any more."""
        ...


@dataclass(frozen=True)
class Asked:
    """Whose voice has matched, and how."""

    decision: Decision
    evidence: Evidence


class Proving:
    """At most one person is asked at a time; every asking that fails is to be counted, once."""

    def __init__(self, factor: Factor) -> None:
        self._factor = factor
        self.asked: Asked | None = None
        """Who is asked now."""

    def judge(self, decision: Decision) -> Decision:
        """The decision of the voice, refused where that person cannot be asked. StorageError."""
        objection = self._factor.objection(decision.speaker or "") if decision.opens else None
        if objection is None:
            return decision
        return replace(decision, opens=False, cause=Cause.NO_PROOF, reason=f"{decision.reason}, but {objection}")

    def ask(self, decision: Decision, evidence: Evidence) -> tuple[Decision, Row, tuple[Prompt, ...]]:
        """Begin; the decision as it stands until then, what is written down, and what is said."""
        says = self._factor.ask(decision.speaker or "")
        self.asked = Asked(decision, evidence)
        told = f"{decision.reason}; {self._factor.name} is asked for"
        row = Row("asked", told, decision.speaker, decision.figures)
        return replace(decision, opens=False, cause=Cause.PROOF_WANTED, reason=told), row, says

    def look(self) -> Proof | None:
        """What was done at the door since the last look; whatever a driver raises."""
        proof = self._factor.look()
        return proof if self.asked else None

    def hear(self, evidence: Evidence, decision: Decision) -> Proof | None:
        """What an utterance came to."""
        return self._factor.hear(evidence, decision) if self.asked else None

    def outcome(self, done: Step, proof: Proof) -> tuple[Asked, Decision]:
        """Who was asked, and the decision now; it opens only where the machine does."""
        assert self.asked is not None, "nobody is asked"
        voice = self.asked.decision
        reason = f"{voice.reason}; {proof.reason}"
        if Do.OPEN in done.does:
            return self.asked, replace(voice, reason=reason)
        if done.machine.state is State.PROVING:
            return self.asked, replace(voice, opens=False, cause=Cause.PROOF_WANTED, reason=reason)
        late = f", but it is {done.machine.state.value}" if proof.event is Event.PROVED else ""
        return self.asked, replace(voice, opens=False, cause=Cause.UNPROVED, reason=reason + late)

    def left(self, done: Step) -> Decision | None:
        """The asking is over: forget it; the failed attempt that it is unless the door opens."""
        asked, self.asked = self.asked, None
        self._factor.forget()
        if asked is None or Do.OPEN in done.does:
            return None
        why = done.says[0].value if done.says else done.machine.state.value
        reason = f"{asked.decision.reason}; {self._factor.name} was not given: {why}"
        return replace(asked.decision, opens=False, cause=Cause.UNPROVED, reason=reason)
