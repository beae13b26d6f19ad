"""The state machine of the device: what the door says of itself, and when it goes back to listening."""

from collections.abc import Callable
from enum import Enum

from edgevoice.door.act import Act, Outcome
from edgevoice.door.decide import Decision, DoorState, Rules, decide
from edgevoice.door.lockout import Attempts
from edgevoice.hardware import Light, Lights, Lock
from edgevoice.recognition.recognise import Evidence

REFUSED_SECONDS = 2.0  # how long a refusal is shown
FAULT_SECONDS = 10.0  # how long a fault is shown at least


class State(Enum):
    """What the device does; the values are what ``run --json`` prints."""

    LISTENING = "listening"
    OPEN = "open"
    REFUSED = "refused"
    LOCKED_OUT = "locked out"
    FAULT = "fault"


_STATES = {Light.OPEN: State.OPEN, Light.LOCKED_OUT: State.LOCKED_OUT, Light.FAULT: State.FAULT}
_SHOWN_SECONDS = {State.REFUSED: REFUSED_SECONDS, State.LOCKED_OUT: REFUSED_SECONDS, State.FAULT: FAULT_SECONDS}


class Kiosk:
    """Decides with the lockout in mind, acts, and shows how it stands."""

    def __init__(
        self, lock: Lock, lights: Lights, act: Act, attempts: Attempts, rules: Rules, clock: Callable[[], float]
    ) -> None:
        """``clock``: seconds, never backwards; ``attempts`` reads the same one."""
        self._lock, self._lights, self._act, self._attempts = lock, lights, act, attempts
        self._rules, self._clock = rules, clock
        self._shown_until = -1.0
        self.state: State | None = None
        """The state that was shown last; None before the first look."""
        self.light = Light.OFF
        """The light that belongs to it."""

    def answer(self, evidence: Evidence, final: bool = True) -> tuple[Decision, Outcome] | None:
        """Decide, keep count, act. StorageError where the count cannot be kept: then nothing has opened.

        Not ``final``: the utterance may go on. The same rules open now, but a refusal is none yet: nothing is counted,
        shown or written down, and None is given. Once it is final it is judged as a whole.
        """
        decision = decide(evidence, DoorState(self._attempts.locked_out_for_s(), healthy=True), self._rules)
        if not (final or decision.opens):
            return None
        self._attempts.note(decision)
        outcome = self._act.carry_out(decision)
        self._show(outcome)
        return decision, outcome

    def fault(self, error: Exception) -> Outcome:
        """Shut, show the fault, write it down; never raises."""
        outcome = self._act.fault(error)
        self._show(outcome)
        return outcome

    def look(self) -> State:
        """The state now; when what was shown is over, the lights go back to what the device does. Never raises."""
        try:
            if self._clock() >= self._shown_until:
                self._rest()
        except Exception as error:  # whatever a driver or the disk raises
            self.fault(error)
        return self.state or State.LISTENING

    def _rest(self) -> None:
        """Show what the device does when there is nothing to tell."""
        light = Light.LISTENING
        if self._attempts.locked_out_for_s() > 0:
            light = Light.LOCKED_OUT
        if self._lock.is_open:
            light = Light.OPEN
        state = _STATES.get(light, State.LISTENING)
        if state is not self.state:
            self._lights.show(light)
            self.state, self.light = state, light

    def _show(self, outcome: Outcome) -> None:
        self.light = outcome.light or Light.FAULT
        self.state = _STATES.get(self.light, State.REFUSED)
        self._shown_until = self._clock() + _SHOWN_SECONDS.get(self.state, 0.0)
