"""Events -> steps of the state machine, carried out. Whatever fails on the way leaves the door shut, in a fault."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from edgevoice.door.act import Act, Outcome, Row
from edgevoice.door.decide import Decision
from edgevoice.door.dialogue import Dialogue
from edgevoice.door.lockout import Attempts
from edgevoice.door.machine import Limits, Machine, Step, step
from edgevoice.door.meaning import TROUBLE, row_of
from edgevoice.door.second_factor import Proving
from edgevoice.door.states import Event, State
from edgevoice.errors import EdgevoiceError
from edgevoice.hardware import Clock, Prompt

_REMEMBERED = 100  # prompts, for whoever asks what was said


class Mover:
    """The only one who changes how the device stands."""

    def __init__(
        self,
        act: Act,
        attempts: Attempts,
        clock: Clock,
        limits: Limits,
        dialogue: Dialogue,
        proving: Proving | None,
    ) -> None:
        """``clock``: monotonic seconds; ``proving``: the second factor, where one is set."""
        self._act, self._attempts, self._clock = act, attempts, clock
        self._dialogue, self._proving = dialogue, proving
        self.machine = Machine(limits)
        """How the device stands."""
        self._said: deque[tuple[Prompt, ...]] = deque(maxlen=_REMEMBERED)

    def started(self) -> Machine:
        """How the device stands, or would if it were asked for the first time."""
        if self.machine.state is not State.BOOTING:
            return self.machine
        return step(self.machine, Event.STARTED, self._clock()).machine

    def step(self, event: Event, device: str = "") -> Step:
        """What an event would come to now; nothing is done yet. Whatever the clock or the disk raises."""
        machine = self.started()
        locked_out = self._attempts.locked_out_for_s() > 0
        return step(machine, event, self._clock(), locked_out, device)

    def carry_out(
        self, done: Step, row: Row | None = None, says: Sequence[Prompt] = (), share: float | None = None
    ) -> Outcome:
        """Stand as the step says and do what it asks for. StorageError where a count cannot be kept.

        ``row``, ``says``: instead of what the step comes to by itself; ``share``: how far an enrolment is, 0..1.
        """
        before, self.machine = self.machine, done.machine
        said = tuple(says) or self._dialogue.turn(done) or done.says
        failed = self._leave_factor(before, done)
        row = row or row_of(before, done, self._dialogue.drop(done)) or (Row.of(failed) if failed else None)
        try:
            if failed:
                self._attempts.note(failed)  # before anybody learns of it, and cuts the power
        finally:  # whatever becomes of the count
            outcome = self._act.carry_out(done, row, said, share)
            if outcome.faults:
                self._fail(Event.FAILED)
            if outcome.opened:  # the pulse is counted from the relay on, not from before the row was written
                self.machine = replace(self.machine, clock_s=self._clock())
            self._note(outcome.said)
        return outcome

    def happen(self, event: Event, device: str = "") -> None:
        """Step and carry out, where anything changes; whatever the clock or the disk raises."""
        if event in (Event.TAMPER, Event.STUCK):
            self.fault(event, EdgevoiceError(TROUBLE[event]), device)
            return
        done = self.step(event, device)
        if (done.machine.state, done.does, done.says) == (self.machine.state, (), ()):
            self.machine = done.machine
            return
        self.carry_out(done)

    def happened(self, event: Event, device: str = "") -> None:
        """The same; never raises."""
        try:
            self.happen(event, device)
        except Exception as error:  # whatever a driver or the disk raises
            self.fault(Event.FAILED, error)

    def fault(self, event: Event, error: Exception, device: str = "") -> Outcome:
        """Shut, show the fault, write it down; never raises."""
        says: tuple[Prompt, ...] = (Prompt.TAMPER,) if event is Event.TAMPER else (Prompt.FAULT,)
        if event is Event.LOST and self._act.holds_back(error):  # a loose plug would speak all night
            says = ()
        outcome = self._act.fault(error, says)
        self._note(outcome.said)
        self._fail(event, device)
        return outcome

    def once_lost(self, device: str, error: Exception) -> None:
        """A device that fails is lost until it answers again, and told once; never raises."""
        if device not in self.machine.lost:
            self.fault(Event.LOST, error, device)

    def afterwards(self, what: Callable[[], object]) -> None:
        """Do what comes after an opening. Never raises: where it fails that is told, and the opening stands."""
        try:
            what()
        except Exception as error:  # whatever the disk or another program does meanwhile
            self._act.tell(error)

    def take_said(self) -> list[tuple[Prompt, ...]]:
        """What was said since it was last asked."""
        said = list(self._said)
        self._said.clear()
        return said

    def _note(self, said: tuple[Prompt, ...]) -> None:
        if said:
            self._said.append(said)

    def _leave_factor(self, before: Machine, done: Step) -> Decision | None:
        """What an asking that is over and did not open is counted as."""
        over = before.state is State.PROVING and done.machine.state is not State.PROVING
        return self._proving.left(done) if over and self._proving else None

    def _fail(self, event: Event, device: str = "") -> None:
        """Nothing here may fail: what the machine cannot take is a fault by force."""
        before = self.machine
        try:
            done = step(self.started(), event, self._now(), False, device)
            self._dialogue.drop(done)
            self.machine = done.machine
        except Exception:
            lost = self.machine.lost | {device} if device else self.machine.lost
            self.machine = Machine(self.machine.limits, State.FAULT, lost=lost, speaking=before.speaking)
        with suppress(Exception):  # an attempt that cannot be kept is counted in memory all the same
            if failed := self._leave_factor(before, Step(self.machine)):
                self._attempts.note(failed)

    def _now(self) -> float:
        try:
            return self._clock()
        except Exception:  # a clock that fails is no clock
            return math.nan
