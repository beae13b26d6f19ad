"""The door: what happens becomes events of the state machine, and what comes of them is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edgevoice.door.act import LIGHTS, Act, Outcome, Row
from edgevoice.door.adaptation import Adaptation
from edgevoice.door.decide import Cause, Decision, DoorState, Rules, decide
from edgevoice.door.dialogue import Dialogue
from edgevoice.door.inputs import Inputs
from edgevoice.door.lockout import Attempts
from edgevoice.door.machine import Limits, Machine
from edgevoice.door.meaning import event_of, not_now, overheard
from edgevoice.door.move import Mover
from edgevoice.door.prove import Prover
from edgevoice.door.reception import Reception
from edgevoice.door.second_factor import Factor, Proving
from edgevoice.door.states import Do, Event, State
from edgevoice.door.talk import Talk
from edgevoice.door.transitions import DIALOGUE
from edgevoice.errors import HardwareError, SettingsError
from edgevoice.hardware import Clock, Light, Prompt
from edgevoice.recognition.recognise import Evidence

INPUTS = "button and contacts"
RELAY = "relay"
OPEN_BY_ITSELF = (
    "the relay's pin is on, and nothing here has opened the door: look at the wiring of the pin, and for another"
    " program that drives it"
)


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
        clock: Clock,
        limits: Limits | None = None,
        extras: Extras | None = None,
    ) -> None:
        """``clock``: monotonic seconds; ``attempts`` reads the same one. SettingsError: a factor without time, or time
        without a factor."""
        limits, extras = limits or Limits(), extras or Extras()
        if (extras.factor is None) is not (limits.factor_s == 0):
            raise SettingsError("a second factor wants more than no time, and only a second factor has any")
        self._act, self._attempts, self._rules = act, attempts, rules
        self._inputs, self._adaptation = extras.inputs, extras.adaptation
        self._dialogue = Dialogue(extras.reception, extras.inputs, attempts)
        proving = Proving(extras.factor) if extras.factor else None
        self._mover = Mover(act, attempts, clock, limits, self._dialogue, proving)
        self._prover = Prover(self._mover, proving, attempts, extras.adaptation) if proving else None
        self._talk = Talk(act, self._mover, clock)

    @property
    def machine(self) -> Machine:
        """How the device stands."""
        return self._mover.machine

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
        return self._dialogue.counted(self.state)

    def answer(self, evidence: Evidence, final: bool = True) -> tuple[Decision, Outcome] | None:
        """Decide, keep count, act. StorageError where the count cannot be kept: then nothing has opened.

        Not ``final``: the utterance may go on. The same rules open now, but a refusal is none yet: nothing is counted,
        shown or written down, and None is given. Once it is final it is judged as a whole.
        """
        machine = self._mover.started()
        if machine.state in DIALOGUE:
            return self._converse(evidence) if final else None
        if self._prover and machine.state is State.PROVING:
            return self._prover.hear(evidence, self._decide(evidence, True)) if final else None
        decision = self._decide(evidence, machine.intended)
        # Before a second factor is asked for, whoever speaks has said all of it.
        if not (final or (decision.opens and self._prover is None)):
            return None
        return self._open(evidence, decision, machine.state)

    def fault(self, error: Exception) -> Outcome:
        """Shut, show the fault, write it down; never raises."""
        return self._mover.fault(Event.FAILED, error)

    def fire(self, reason: str, figures: Mapping[str, float]) -> Outcome:
        """Open for the owner's fire alarm, whoever is there; never raises. Only ``door.known_sounds`` asks for it."""
        try:
            done = self._mover.step(Event.FIRE)
            kind = "open" if Do.OPEN in done.does else "refused"
            return self._mover.carry_out(done, Row(kind, reason, None, figures))
        except Exception as error:  # whatever a driver or the disk raises
            return self.fault(error)

    def sound(self) -> None:
        """A known sound is heard: show it for a while, where there is nothing graver to show; never raises."""
        self._mover.happened(Event.SOUND)

    def lost(self, device: str, error: Exception) -> Outcome:
        """A fault, and nothing opens until the device is ``back``; never raises."""
        return self._mover.fault(Event.LOST, error, device)

    def back(self, device: str) -> None:
        """A device that was lost serves again; never raises."""
        self._mover.happened(Event.BACK, device)

    def finds(self, lock_is_open: bool) -> None:
        """What the lock itself says: open without a pulse, it is lost until it is shut; never raises."""
        if lock_is_open and self.machine.timers.pulse_s == 0:
            self._mover.once_lost(RELAY, HardwareError(OPEN_BY_ITSELF))
        elif not lock_is_open and RELAY in self.machine.lost:
            self.back(RELAY)

    def hears(self, speaking: bool) -> None:
        """Whether somebody is speaking at this moment; never raises."""
        if speaking != self._inputs.speaking:
            self._inputs.speaking = speaking
            self._dialogue.speaks(speaking)
            self._mover.happened(Event.SPEECH if speaking else Event.SILENCE)

    def look(self) -> State:
        """Let time pass, ask button and contacts, show what has changed; never raises. The state now."""
        try:
            self._act.look()
            self._dialogue.look()
            self._mover.happen(Event.TICK)
            for event, device in self._ask_inputs():
                self._mover.happen(self._dialogue.meaning(event, self.state), device)
            if self._prover:
                self._prover.look()
        except Exception as error:  # whatever a driver or the disk raises
            self.fault(error)
        return self.state

    def talks(self) -> bool:
        """Whether the device can be heard at this moment; never raises. Longer than any prompt it is not believed."""
        return self._talk.goes_on()

    def take_said(self) -> list[tuple[Prompt, ...]]:
        """What was said since it was last asked."""
        return self._mover.take_said()

    def stop(self) -> None:
        """The end: the lock is shut and nothing opens it any more; never raises."""
        self._mover.happened(Event.SHUTDOWN)

    def _open(self, evidence: Evidence, decision: Decision, state: State) -> tuple[Decision, Outcome]:
        """Open, refuse, or ask for the second factor; ``state``: of the device when it decided."""
        if self._prover:
            decision = self._prover.judge(decision)
        done = self._mover.step(event_of(decision))
        if self._prover and Do.ASK in done.does:
            return self._prover.ask(done, decision, evidence)
        if decision.opens and Do.OPEN not in done.does:
            decision = not_now(decision, state)
            done = self._mover.step(Event.TICK)
        try:
            self._attempts.note(decision)  # before the lock moves, or anybody learns of a refusal and cuts the power
        except Exception:
            if not decision.opens:  # it stands in the log, whatever becomes of the count
                self._mover.carry_out(done, Row.of(decision))
            raise
        outcome = self._mover.carry_out(done, Row.of(decision))
        if outcome.opened and (adaptation := self._adaptation):
            self._mover.afterwards(lambda: adaptation.learn(decision, evidence))
        return decision, outcome

    def _converse(self, evidence: Evidence) -> tuple[Decision, Outcome]:
        """A sentence that somebody inside says: it opens nothing."""
        decision = self._decide(evidence, True)
        if self._dialogue.take_overheard():
            return overheard(decision), Outcome(False, None, None)
        heard = self._dialogue.hear(self.machine, evidence, decision)
        outcome = self._mover.carry_out(self._mover.step(heard.event), heard.row, heard.says, heard.share)
        return replace(decision, opens=False, reason=heard.reason, cause=Cause.ENROLMENT), outcome

    def _decide(self, evidence: Evidence, pressed: bool) -> Decision:
        healthy = not self.machine.lost
        return decide(evidence, DoorState(self._attempts.locked_out_for_s(), healthy, pressed), self._rules)

    def _ask_inputs(self) -> list[tuple[Event, str]]:
        """A button or a contact that fails is lost until it answers again, and told once."""
        try:
            events = self._inputs.take()
        except Exception as error:  # whatever a driver raises
            self._mover.once_lost(INPUTS, error)
            return []
        return [*([(Event.BACK, INPUTS)] if INPUTS in self.machine.lost else []), *events]
