"""A step of the state machine -> lock, lights, sounder, audit event."""

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from edgevoice.door.decide import Decision
from edgevoice.door.faults import Faults
from edgevoice.door.machine import Step
from edgevoice.door.states import Do, State
from edgevoice.errors import StorageError
from edgevoice.hardware import Clock, Light, Lights, Lock, Prompt, Sounder
from edgevoice.storage.events import Events

LATEST_S = 2.0
"""From the decision to the relay, at most: whoever waits longer for a slow card has turned away from the door."""

LIGHTS = {
    State.BOOTING: Light.BOOTING,
    State.IDLE: Light.OFF,
    State.LISTENING: Light.LISTENING,
    State.CHECKING: Light.CHECKING,
    State.PROVING: Light.PROVING,
    State.OPEN: Light.OPEN,
    State.REFUSED: Light.REFUSED,
    State.SAY_AGAIN: Light.SAY_AGAIN,
    State.LOCKED_OUT: Light.LOCKED_OUT,
    State.KNOWN_SOUND: Light.KNOWN_SOUND,
    State.ASKING: Light.ENROLLING,
    State.ENROLLING: Light.ENROLLING,
    State.NAMING: Light.ENROLLING,
    State.DONE: Light.ENROLLING,
    State.DOOR_HELD: Light.DOOR_HELD,
    State.DOOR_FORCED: Light.DOOR_FORCED,
    State.FAULT: Light.FAULT,
    State.STOPPED: Light.OFF,
}
"""What each state shows."""


@dataclass(frozen=True)
class Row:
    """What is to stand in the audit log."""

    kind: str
    reason: str
    speaker: str | None = None
    figures: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, decision: Decision) -> "Row":
        """An opening or a refusal, with what it rests on."""
        return cls("open" if decision.opens else "refused", decision.reason, decision.speaker, decision.figures)


@dataclass(frozen=True)
class Outcome:
    """What was done: opened: a pulse was given and not taken back; light: the last one shown, None if none came on;
    event: id of the audit row, None if there is none; faults: all that went wrong; said: what was said in the end."""

    opened: bool
    light: Light | None
    event: int | None
    faults: tuple[str, ...] = ()
    said: tuple[Prompt, ...] = ()


class Act:
    """Carries steps out. The audit row comes first: what cannot be written down does not open the door."""

    def __init__(
        self,
        lock: Lock,
        lights: Lights,
        events: Events,
        sounder: Sounder | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        """``clock``: monotonic seconds, the same that the steps are made with."""
        self._lock, self._lights, self._sounder, self._clock = lock, lights, sounder, clock
        self._events, self._faults = events, Faults(events, clock)

    @property
    def talks(self) -> bool:
        """Whether the sounder can be heard at this moment; whatever the driver raises."""
        return self._sounder is not None and self._sounder.busy

    def carry_out(
        self, step: Step, row: Row | None = None, says: Sequence[Prompt] = (), share: float | None = None
    ) -> Outcome:
        """Shut if that is asked for, write the row, open, show, say; any failure shuts, and what takes too long. Never
        raises.

        ``says``: instead of what the step says; ``share``: how far an enrolment is, 0..1.
        """
        event, opens, owed = None, Do.OPEN in step.does, row
        try:
            if Do.SHUT in step.does:
                self._lock.shut()
            if row is not None:
                event, owed = self._events.write(row.kind, row.reason, row.speaker, row.figures), None
            if opens:
                if event is None:  # no assert, which python -O leaves out
                    raise ValueError("nothing opens without a row")
                self._refuse_late(step, row)
                self._lock.open_for(step.machine.limits.open_s)
            light = self._show(step.machine.state, share)
            said = self._say(says or step.says)
        except Exception as error:  # whatever a driver raises, the door ends shut
            return self._fail(event, error, owed=None if opens else owed)
        return Outcome(opens, light, event, said=said)

    def fault(self, error: Exception, says: Sequence[Prompt] = (Prompt.FAULT,)) -> Outcome:
        """Shut, show it, write down why and say it, after a failure anywhere else. Never raises."""
        return self._fail(None, error, says)

    def holds_back(self, error: Exception) -> bool:
        """Whether this fault was told a moment ago, and would only be counted."""
        return self._faults.hold_back(_told(error))

    def tell(self, error: Exception) -> None:
        """Write down what failed once the door had answered, and leave the lock as it is. Never raises."""
        with suppress(Exception):  # whatever the disk raises: it stands in the program's log
            self._faults.tell(_told(error), error, "a fault after the door had answered")

    def look(self) -> None:
        """Let time pass: write down how often a fault has come again; StorageError."""
        self._faults.look()

    def close(self) -> None:
        """Write down what is left of that; never raises: it stands in the log."""
        with suppress(Exception):  # whatever the disk raises
            self._faults.close()

    def _refuse_late(self, step: Step, row: Row | None) -> None:
        """StorageError, and a row that takes back the one before, where the door would open to nobody any more."""
        decided_s = step.machine.clock_s
        late_s = math.inf if decided_s is None else self._clock() - decided_s
        if 0 <= late_s <= LATEST_S:
            return
        why = f"the door stayed shut in spite of the row before: writing that took {late_s:.1f} s"
        self._events.write("refused", why, row.speaker if row else None)
        raise StorageError(
            f"an opening took more than {LATEST_S:g} s to be written down, so the door stayed shut: the card is slow or"
            " wears out"
        )

    def _show(self, state: State, share: float | None) -> Light:
        if share is not None:
            self._lights.progress(share)
        self._lights.show(LIGHTS[state])
        return LIGHTS[state]

    def _say(self, prompts: Sequence[Prompt]) -> tuple[Prompt, ...]:
        if prompts and self._sounder is not None:
            self._sounder.say(prompts)
        return tuple(prompts)

    def _fail(
        self, event: int | None, error: Exception, says: Sequence[Prompt] = (Prompt.FAULT,), owed: Row | None = None
    ) -> Outcome:
        """Each step is tried, whatever became of the one before; the lock comes first. ``owed``: what has happened all
        the same, and stands in no row."""
        faults = [_told(error)]
        if owed is not None:
            faults.append(f"what could not be written down: {owed.kind}: {owed.reason}")
        light = None
        said: tuple[Prompt, ...] = ()
        try:
            self._lock.shut()
        except Exception as another:
            faults.append(f"the lock could not be shut: {_told(another)}")
        try:
            self._lights.show(Light.FAULT)
            light = Light.FAULT
        except Exception as another:
            faults.append(f"the lights could not be set: {_told(another)}")
        try:
            said = self._say(says)
        except Exception as another:
            faults.append(f"the sounder could not be used: {_told(another)}")
        try:
            self._faults.tell("; ".join(faults), error)
        except Exception as another:
            faults.append(f"the audit log could not be written: {_told(another)}")
        return Outcome(False, light, event, tuple(faults), said)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
