"""Decision -> lock, lights, audit event."""

import logging
from dataclasses import dataclass

from edgevoice.door.decide import Cause, Decision
from edgevoice.hardware import Light, Lights, Lock
from edgevoice.hardware.pulse import check_pulse
from edgevoice.storage.events import Events

_log = logging.getLogger(__name__)
_LIGHTS = {Cause.MATCH: Light.OPEN, Cause.LOCKED_OUT: Light.LOCKED_OUT, Cause.UNHEALTHY: Light.FAULT}


@dataclass(frozen=True)
class Outcome:
    """What was done: opened: a pulse was given and not taken back; light: the last one shown, None if none came on;
    event: id of the audit row of the decision, None if it could not be written; faults: all that went wrong."""

    opened: bool
    light: Light | None
    event: int | None
    faults: tuple[str, ...] = ()


class Act:
    """Carries decisions out. The audit row comes first: what cannot be written down does not open the door."""

    def __init__(self, lock: Lock, lights: Lights, events: Events, open_seconds: float = 5.0) -> None:
        """``open_seconds``: how long the door is released, 0 < seconds <= 30, else HardwareError."""
        self._lock = lock
        self._lights = lights
        self._events = events
        self._open_seconds = check_pulse(open_seconds)

    def carry_out(self, decision: Decision) -> Outcome:
        """Write the row, then open or leave the lock as it is, then show it; any failure shuts. Never raises."""
        event = None
        try:
            kind = "open" if decision.opens else "refused"
            event = self._events.write(kind, decision.reason, decision.speaker, decision.figures)
            if decision.opens:
                self._lock.open_for(self._open_seconds)
            light = _LIGHTS.get(decision.cause, Light.REFUSED)
            self._lights.show(light)
        except Exception as error:  # whatever a driver raises, the door ends shut
            return self._fail(event, error)
        return Outcome(decision.opens, light, event)

    def fault(self, error: Exception) -> Outcome:
        """Shut, show it and write down why, after a failure anywhere else. Never raises."""
        return self._fail(None, error)

    def _fail(self, event: int | None, error: Exception) -> Outcome:
        """Each step is tried, whatever became of the one before; the lock comes first."""
        _log.error("the door was shut after a fault", exc_info=error)
        faults = [_told(error)]
        light = None
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
            self._events.write("fault", "; ".join(faults))
        except Exception as another:
            faults.append(f"the audit log could not be written: {_told(another)}")
        return Outcome(False, light, event, tuple(faults))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
