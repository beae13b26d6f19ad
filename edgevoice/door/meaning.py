"""What a decision and a step mean: the event for the machine, the words for the log."""

from dataclasses import replace

from edgevoice.door.act import Row
from edgevoice.door.decide import Cause, Decision
from edgevoice.door.machine import Machine, Step
from edgevoice.door.states import Event, State

EVENTS = {
    Cause.MATCH: Event.MATCH,
    Cause.UNHEALTHY: Event.UNHEALTHY,
    Cause.LOCKED_OUT: Event.WAITING,
    Cause.NOT_PRESSED: Event.NOT_PRESSED,
    Cause.TOO_SHORT: Event.POOR,
    Cause.TOO_NOISY: Event.POOR,
    Cause.CLIPPED: Event.POOR,
    Cause.BROKEN: Event.POOR,
    Cause.SAY_AGAIN: Event.POOR,
}
"""What a decision is to the machine; every other cause: no voice matches."""

TROUBLE = {
    Event.TAMPER: "the case was opened: look who did, and close it",
    Event.STUCK: "the button is stuck: look whether it is jammed, or its wires touch",
}


def event_of(decision: Decision) -> Event:
    """What the machine is told of a decision."""
    return EVENTS.get(decision.cause, Event.NO_MATCH)


def overheard(decision: Decision) -> Decision:
    """It was not said to the dialogue."""
    told = "begun before the button was held: say it again"
    return replace(decision, opens=False, reason=told, cause=Cause.ENROLMENT)


def not_now(decision: Decision, state: State) -> Decision:
    """The voice would do, the device would not."""
    return replace(decision, opens=False, cause=Cause.UNHEALTHY, reason=f"{decision.reason}, but it is {state.value}")


def row_of(before: Machine, done: Step, dropped: bool) -> Row | None:
    """What is written down of a step that no voice caused."""
    after = done.machine
    if after.door_is_forced and not before.door_is_forced:
        return Row("forced", "the door was opened from outside, or without a request to exit")
    if after.door_is_held and not before.door_is_held:
        return Row("held", f"the door has been open for {after.limits.held_s:g} s")
    if dropped and after.state is not State.DONE:
        why = done.says[0].value if done.says else after.state.value
        return Row("enrolment", f"ended: {why}; nothing of it was kept")
    return None
