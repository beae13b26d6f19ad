"""The dialogue at the button inside, as the machine sees it: when it begins, goes on and ends, and what it hears."""

from dataclasses import replace

from edgevoice.door.act import Row
from edgevoice.door.decide import Decision
from edgevoice.door.inputs import Inputs
from edgevoice.door.lockout import Attempts
from edgevoice.door.machine import Machine, Step
from edgevoice.door.meaning import event_of
from edgevoice.door.reception import Heard, Reception
from edgevoice.door.states import Do, Event, State
from edgevoice.hardware import Prompt
from edgevoice.recognition.recognise import Evidence


class Dialogue:
    """Without a reception none ever begins."""

    def __init__(self, reception: Reception | None, inputs: Inputs, attempts: Attempts) -> None:
        self._reception, self._inputs, self._attempts = reception, inputs, attempts
        self._overheard = False  # what is being said was begun before the question, and answers nothing

    def look(self) -> None:
        """Let time pass; StorageError."""
        if self._reception:
            self._reception.look()

    def counted(self, state: State) -> str:
        """Which sentence of how many an enrolment waits for, else nothing."""
        return self._reception.counted if self._reception and state is State.ENROLLING else ""

    def meaning(self, event: Event, state: State) -> Event:
        """What holding the button means depends on who lives here; StorageError."""
        if event is not Event.HELD or state is State.ASKING:
            return event
        return self._reception.held() if self._reception else Event.TICK

    def turn(self, done: Step) -> tuple[Prompt, ...]:
        """Begin, or go to the next item, where the step asks for it; what is to be said of it."""
        if self._reception is None or not {Do.BEGIN, Do.NEXT} & set(done.does):
            return ()
        if Do.BEGIN in done.does:
            self._reception.begin(claims=done.machine.state is State.ENROLLING)
        else:
            self._reception.next()
        self._overheard = self._inputs.speaking  # whoever is speaking was asked something else, or nothing
        return () if done.says else self._reception.menu

    def drop(self, done: Step) -> bool:
        """Forget it where the step asks for that; whether there was any."""
        return Do.DROP in done.does and self._reception is not None and self._reception.drop()

    def speaks(self, speaking: bool) -> None:
        """Whether somebody is speaking now."""
        self._overheard = self._overheard and speaking

    def take_overheard(self) -> bool:
        """Whether what was said now was begun before the button was held; true once, and for what is left of a sentence
        that was cut at its longest."""
        overheard, self._overheard = self._overheard, self._overheard and self._inputs.speaking
        return overheard

    def hear(self, machine: Machine, evidence: Evidence, decision: Decision) -> Heard:
        """What a sentence came to that somebody inside said; ``decision``: whom the door would take the voice for."""
        assert self._reception is not None, "no dialogue is under way"
        if machine.lost:
            return Heard(Event.UNHEALTHY, decision.reason)
        if machine.state is State.ASKING:
            return self._ask(self._reception, decision)
        return self._reception.hear(machine.state, evidence, decision)

    def _ask(self, reception: Reception, decision: Decision) -> Heard:
        """Whether this voice may allow it; one that may not is a failed attempt like one at the door."""
        if decision.opens:  # for the door it would; here nothing opens, so no failed attempt is taken back
            return reception.allow(decision)
        self._attempts.note(decision)
        event = event_of(decision)
        heard = reception.poor(decision) if event is Event.POOR else Heard(event, decision.reason)
        return replace(heard, row=Row.of(decision))
