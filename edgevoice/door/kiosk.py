"""The door: what happens becomes events of the state machine, and its steps are carried out."""

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from edgevoice.door.act import LIGHTS, Act, Outcome, Row
from edgevoice.door.adaptation import Adaptation
from edgevoice.door.decide import Cause, Decision, DoorState, Rules, decide
from edgevoice.door.inputs import Inputs
from edgevoice.door.lockout import Attempts
from edgevoice.door.machine import FAULT_SECONDS, REFUSED_SECONDS, Do, Event, Limits, Machine, State, Step, step
from edgevoice.door.meaning import TROUBLE, event_of, not_now, overheard, row_of
from edgevoice.door.reception import Heard, Reception
from edgevoice.door.second_factor import Factor, Proof, Proving
from edgevoice.door.transitions import DIALOGUE
from edgevoice.errors import EdgevoiceError, SettingsError
from edgevoice.hardware import Light, Prompt
from edgevoice.recognition.recognise import Evidence

__all__ = ["FAULT_SECONDS", "REFUSED_SECONDS", "Kiosk", "State"]

INPUTS, SOUNDER, FACTOR = "button and contacts", "sounder", "second factor"
LONGEST_TALK_SECONDS = 20.0
_REMEMBERED = 100  # prompts, for whoever asks what was said


@dataclass(frozen=True)
class Extras:
    """What a door may have beside a lock and lights."""

    inputs: Inputs = field(default_factory=Inputs)
    reception: Reception | None = None
    adaptation: Adaptation | None = None
    factor: Factor | None = None
    """What is asked for after a voice has matched; its time stands in the machine's limits."""


class Kiosk:
    """Decides with the lockout in mind, acts, and shows how it stands."""

    def __init__(
        self,
        act: Act,
        attempts: Attempts,
        rules: Rules,
        clock: Callable[[], float],
        limits: Limits | None = None,
        extras: Extras | None = None,
    ) -> None:
        """``clock``: monotonic seconds; ``attempts`` reads the same one. SettingsError: a factor without time, or time
        without a factor."""
        self._act, self._attempts, self._rules, self._clock = act, attempts, rules, clock
        extras = extras or Extras()
        self._inputs, self._reception, self._adaptation = extras.inputs, extras.reception, extras.adaptation
        self._proving = Proving(extras.factor, attempts) if extras.factor else None
        self.machine = Machine(limits or Limits())
        """How the device stands."""
        if (extras.factor is None) is not (self.machine.limits.factor_s == 0):
            raise SettingsError("a second factor wants more than no time, and only a second factor has any")
        self._said: deque[tuple[Prompt, ...]] = deque(maxlen=_REMEMBERED)
        self._talks_since: float | None = None
        self._overheard = False  # what is being said was begun before the dialogue, and answers nothing in it

    @property
    def state(self) -> State:
        """The state that was shown last."""
        return self.machine.state

    @property
    def light(self) -> Light:
        """The light that belongs to it."""
        return LIGHTS[self.machine.state]

    @property
    def counted(self) -> str:
        """Which sentence of how many an enrolment waits for, else nothing."""
        return self._reception.counted if self._reception and self.state is State.ENROLLING else ""

    def answer(self, evidence: Evidence, final: bool = True) -> tuple[Decision, Outcome] | None:
        """Decide, keep count, act. StorageError where the count cannot be kept: then nothing has opened.

        Not ``final``: the utterance may go on. The same rules open now, but a refusal is none yet: nothing is counted,
        shown or written down, and None is given. Once it is final it is judged as a whole.
        """
        machine = self._started()
        if machine.state in DIALOGUE:
            return self._converse(evidence) if final else None
        if machine.state is State.PROVING:
            return self._answer_factor(evidence) if final else None
        decision = self._decide(evidence, machine.intended)
        # Before a second factor is asked for, whoever speaks has said all of it.
        if not (final or (decision.opens and self._proving is None)):
            return None
        if self._proving:
            decision = self._proving.judge(decision)
        done = self._step(event_of(decision))
        if self._proving and Do.ASK in done.does:
            decision, row, says = self._proving.ask(decision, evidence)
            return decision, self._carry_out(done, row, says)
        if decision.opens and Do.OPEN not in done.does:
            decision = not_now(decision, machine.state)
            done = self._step(Event.TICK)
        self._attempts.note(decision)
        outcome = self._carry_out(done, Row.of(decision))
        if outcome.opened and self._adaptation:
            self._adaptation.learn(decision, evidence)
        return decision, outcome

    def fault(self, error: Exception) -> Outcome:
        """Shut, show the fault, write it down; never raises."""
        return self._fault(Event.FAILED, error)

    def fire(self, reason: str, figures: Mapping[str, float]) -> Outcome:
        """Open for the owner's fire alarm, whoever is there; never raises. Only ``door.known_sounds`` asks for it."""
        try:
            done = self._step(Event.FIRE)
            kind = "open" if Do.OPEN in done.does else "refused"
            return self._carry_out(done, Row(kind, reason, None, figures))
        except Exception as error:  # whatever a driver or the disk raises
            return self.fault(error)

    def sound(self) -> None:
        """A known sound is heard: show it for a while, where there is nothing graver to show; never raises."""
        self._happened(Event.SOUND)

    def lost(self, device: str, error: Exception) -> Outcome:
        """A fault, and nothing opens until the device is ``back``; never raises."""
        return self._fault(Event.LOST, error, device)

    def back(self, device: str) -> None:
        """A device that was lost serves again; never raises."""
        self._happened(Event.BACK, device)

    def hears(self, speaking: bool) -> None:
        """Whether somebody is speaking at this moment; never raises."""
        if speaking != self._inputs.speaking:
            self._inputs.speaking = speaking
            self._overheard = self._overheard and speaking
            self._happened(Event.SPEECH if speaking else Event.SILENCE)

    def look(self) -> State:
        """Let time pass, ask button and contacts, show what has changed; never raises. The state now."""
        try:
            if self._reception:
                self._reception.look()
            self._happen(Event.TICK)
            for event, device in self._ask_inputs():
                self._happen(self._meaning(event), device)
            if (proof := self._ask_factor()) is not None:
                self._prove(proof)
        except Exception as error:  # whatever a driver or the disk raises
            self.fault(error)
        return self.state

    def talks(self) -> bool:
        """Whether the device can be heard at this moment; never raises. Longer than any prompt it is not believed."""
        try:
            busy, now_s = self._act.talks, self._clock()
        except Exception as error:  # whatever a driver raises
            self._once_lost(SOUNDER, error)
            return False
        if SOUNDER in self.machine.lost:
            self.back(SOUNDER)
        if not busy:
            self._talks_since = None
            return False
        self._talks_since = now_s if self._talks_since is None else self._talks_since
        return now_s - self._talks_since < LONGEST_TALK_SECONDS

    def take_said(self) -> list[tuple[Prompt, ...]]:
        """What was said since it was last asked."""
        said = list(self._said)
        self._said.clear()
        return said

    def stop(self) -> None:
        """The end: the lock is shut and nothing opens it any more; never raises."""
        self._happened(Event.SHUTDOWN)

    def _ask_inputs(self) -> list[tuple[Event, str]]:
        """A button or a contact that fails is lost until it answers again, and told once."""
        try:
            events = self._inputs.take()
        except Exception as error:  # whatever a driver raises
            self._once_lost(INPUTS, error)
            return []
        return [*([(Event.BACK, INPUTS)] if INPUTS in self.machine.lost else []), *events]

    def _ask_factor(self) -> Proof | None:
        """Like button and contacts: one that fails is lost until it answers again."""
        try:
            proof = self._proving.look() if self._proving else None
        except Exception as error:  # whatever a driver or the disk raises
            self._once_lost(FACTOR, error)
            return None
        if FACTOR in self.machine.lost:
            self.back(FACTOR)
        return proof

    def _answer_factor(self, evidence: Evidence) -> tuple[Decision, Outcome]:
        """What is said while a second factor is awaited."""
        assert self._proving is not None
        decision = self._decide(evidence, True)
        proof = self._proving.hear(evidence, decision)
        if proof is None:
            told = f"{decision.reason}; the second factor is awaited"
            return replace(decision, opens=False, cause=Cause.PROOF_WANTED, reason=told), Outcome(False, None, None)
        return self._prove(proof)

    def _prove(self, proof: Proof) -> tuple[Decision, Outcome]:
        """The one way from a second factor to an open door."""
        assert self._proving is not None
        done = self._step(proof.event)
        asked, decision = self._proving.outcome(done, proof)
        if decision.opens:
            self._attempts.note(decision)
        outcome = self._carry_out(done, Row.of(decision))
        if outcome.opened and self._adaptation:
            self._adaptation.learn(decision, asked.evidence)
        return decision, outcome

    def _leave_factor(self, before: Machine, done: Step) -> Row | None:
        """Count an asking that is over and did not open; what is written down of it."""
        over = before.state is State.PROVING and done.machine.state is not State.PROVING
        return self._proving.left(done) if over and self._proving else None

    def _once_lost(self, device: str, error: Exception) -> None:
        if device not in self.machine.lost:
            self.lost(device, error)

    def _note(self, said: Sequence[Prompt]) -> None:
        if said:
            self._said.append(tuple(said))

    def _happened(self, event: Event, device: str = "") -> None:
        try:
            self._happen(event, device)
        except Exception as error:  # whatever a driver or the disk raises
            self.fault(error)

    def _happen(self, event: Event, device: str = "") -> None:
        if event in (Event.TAMPER, Event.STUCK):
            self._fault(event, EdgevoiceError(TROUBLE[event]), device)
            return
        done = self._step(event, device)
        if (done.machine.state, done.does, done.says) == (self.machine.state, (), ()):
            self.machine = done.machine
            return
        self._carry_out(done)

    def _converse(self, evidence: Evidence) -> tuple[Decision, Outcome]:
        """A sentence that somebody inside says: it opens nothing."""
        assert self._reception is not None
        decision = self._decide(evidence, True)
        if self._overheard:
            self._overheard = False
            return overheard(decision), Outcome(False, None, None)
        if self.machine.lost:
            heard = Heard(Event.UNHEALTHY, decision.reason)
        elif self.state is State.ASKING:
            heard = self._ask(self._reception, decision)
        else:
            heard = self._reception.hear(self.state, evidence, decision)
        outcome = self._carry_out(self._step(heard.event), heard.row, heard.says, heard.share)
        return replace(decision, opens=False, reason=heard.reason, cause=Cause.ENROLMENT), outcome

    def _ask(self, reception: Reception, decision: Decision) -> Heard:
        """Whether this voice may allow it; one that may not is a failed attempt like one at the door."""
        self._attempts.note(decision)
        if decision.opens:
            return reception.allow(decision)
        event = event_of(decision)
        heard = reception.poor(decision) if event is Event.POOR else Heard(event, decision.reason)
        return replace(heard, row=Row.of(decision))

    def _decide(self, evidence: Evidence, pressed: bool) -> Decision:
        healthy = not self.machine.lost
        return decide(evidence, DoorState(self._attempts.locked_out_for_s(), healthy, pressed), self._rules)

    def _meaning(self, event: Event) -> Event:
        """What holding the button means depends on who lives here."""
        if event is not Event.HELD or self.state is State.ASKING:
            return event
        return self._reception.held() if self._reception else Event.TICK

    def _started(self) -> Machine:
        if self.machine.state is not State.BOOTING:
            return self.machine
        return step(self.machine, Event.STARTED, self._clock()).machine

    def _step(self, event: Event, device: str = "") -> Step:
        machine = self._started()
        locked_out = self._attempts.locked_out_for_s() > 0
        return step(machine, event, self._clock(), locked_out, device)

    def _carry_out(
        self, done: Step, row: Row | None = None, says: Sequence[Prompt] = (), share: float | None = None
    ) -> Outcome:
        before, self.machine = self.machine, done.machine
        said = tuple(says) or self._turn(done) or done.says
        over = self._leave_factor(before, done)
        outcome = self._act.carry_out(done, row or row_of(before, done, self._drop(done)) or over, said, share)
        if outcome.faults:
            self._fail(Event.FAILED)
        self._note(said)
        return outcome

    def _turn(self, done: Step) -> tuple[Prompt, ...]:
        """Begin a dialogue, or go to its next item; what is to be said of it."""
        if self._reception is None or not {Do.BEGIN, Do.NEXT} & set(done.does):
            return ()
        if Do.BEGIN in done.does:
            self._reception.begin()
            self._overheard = self._inputs.speaking
        else:
            self._reception.next()
        return () if done.says else self._reception.menu

    def _drop(self, done: Step) -> bool:
        return Do.DROP in done.does and self._reception is not None and self._reception.drop()

    def _fault(self, event: Event, error: Exception, device: str = "") -> Outcome:
        says = (Prompt.TAMPER,) if event is Event.TAMPER else (Prompt.FAULT,)
        outcome = self._act.fault(error, says)
        self._note(says)
        self._fail(event, device)
        return outcome

    def _fail(self, event: Event, device: str = "") -> None:
        """Nothing here may fail: what the machine cannot take is a fault by force."""
        before = self.machine
        try:
            done = step(self.machine, event, self._now(), False, device)
            self._drop(done)
            self.machine = done.machine
        except Exception:
            lost = self.machine.lost | {device} if device else self.machine.lost
            self.machine = Machine(self.machine.limits, State.FAULT, lost=lost)
        with suppress(Exception):  # an attempt that cannot be kept is counted in memory all the same
            self._leave_factor(before, Step(self.machine))

    def _now(self) -> float:
        try:
            return self._clock()
        except Exception:  # a clock that fails is no clock
            return math.nan
