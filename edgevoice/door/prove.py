"""The second factor at the door: it is asked for, what comes of it is heard, and only the right answer opens."""

from dataclasses import replace

from edgevoice.door.act import Outcome, Row
from edgevoice.door.adaptation import Adaptation
from edgevoice.door.decide import Cause, Decision
from edgevoice.door.lockout import Attempts
from edgevoice.door.machine import Step
from edgevoice.door.move import Mover
from edgevoice.door.second_factor import Proof, Proving
from edgevoice.door.states import Event
from edgevoice.recognition.recognise import Evidence

FACTOR = "second factor"


class Prover:
    """Moves the door by what is proved to ``Proving``."""

    def __init__(self, mover: Mover, proving: Proving, attempts: Attempts, adaptation: Adaptation | None) -> None:
        self._mover, self._proving, self._attempts, self._adaptation = mover, proving, attempts, adaptation

    def judge(self, decision: Decision) -> Decision:
        """The decision of the voice, refused where that person cannot be asked. StorageError."""
        return self._proving.judge(decision)

    def ask(self, done: Step, decision: Decision, evidence: Evidence) -> tuple[Decision, Outcome]:
        """Begin, with whoever has matched; StorageError."""
        decision, row, says = self._proving.ask(decision, evidence)
        return decision, self._mover.carry_out(done, row, says)

    def hear(self, evidence: Evidence, decision: Decision) -> tuple[Decision, Outcome]:
        """What is said while it is awaited; ``decision``: whom the door would take the voice for. StorageError."""
        proof = self._proving.hear(evidence, decision)
        if proof is None:
            told = f"{decision.reason}; the second factor is awaited"
            return replace(decision, opens=False, cause=Cause.PROOF_WANTED, reason=told), Outcome(False, None, None)
        return self._prove(proof)

    def look(self) -> None:
        """What was done at the door since the last look; StorageError."""
        if (proof := self._take()) is not None:
            self._prove(proof)

    def _take(self) -> Proof | None:
        """Like button and contacts: one that fails is lost until it answers again."""
        try:
            proof = self._proving.look()
        except Exception as error:  # whatever a driver or the disk raises
            self._mover.once_lost(FACTOR, error)
            return None
        if FACTOR in self._mover.machine.lost:
            self._mover.happened(Event.BACK, FACTOR)
        return proof

    def _prove(self, proof: Proof) -> tuple[Decision, Outcome]:
        """The one way from a second factor to an open door."""
        done = self._mover.step(proof.event)
        asked, decision = self._proving.outcome(done, proof)
        if decision.opens:
            self._attempts.note(decision)
        outcome = self._mover.carry_out(done, Row.of(decision))
        if outcome.opened and (adaptation := self._adaptation):
            self._mover.afterwards(lambda: adaptation.learn(decision, asked.evidence))
        return decision, outcome
