"""The state machine of the device: pure, its time comes in as an argument, its transitions are a table."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from edgevoice.door.states import Do, Event, Rule, State, Then, When
from edgevoice.door.transitions import DIALOGUE, RESTING, RULES
from edgevoice.hardware import Prompt
from edgevoice.hardware.pulse import check_pulse

REFUSED_SECONDS = 2.0  # how long an answer is shown
FAULT_SECONDS = 10.0  # how long a fault is shown at least
CHECKING_SECONDS = 20.0  # longer than any utterance: then whoever was heard is not waited for
_ROUNDING = 1e-6  # seconds: what sums of times may be wrong by

_SHOWN_SECONDS = {
    State.REFUSED: REFUSED_SECONDS,
    State.SAY_AGAIN: REFUSED_SECONDS,
    State.DONE: REFUSED_SECONDS,
    State.FAULT: FAULT_SECONDS,
    State.CHECKING: CHECKING_SECONDS,
}


@dataclass(frozen=True)
class Limits:
    """All in seconds: open: the pulse, 0 < seconds <= 30, else HardwareError; answer: how long a dialogue waits for a
    sentence; held: how long the door may stand open; leave: how long it may be opened after a request to exit, or after
    the pulse; intent: how long a press counts, 0: no press is asked for; factor: how long a second factor is waited
    for, 0: none is set; sound: how long a known sound is shown after it was heard last."""

    open_s: float = 5.0
    answer_s: float = 30.0
    held_s: float = 30.0
    leave_s: float = 10.0
    intent_s: float = 0.0
    factor_s: float = 0.0
    sound_s: float = 10.0

    def __post_init__(self) -> None:
        check_pulse(self.open_s)


@dataclass(frozen=True)
class Timers:
    """Seconds left: of the pulse, of the state, until the open door counts as held, of the leave to open it, of the
    press, of what is being said by somebody who pressed before, of showing a known sound. Infinite: that is not
    counted."""

    pulse_s: float = 0.0
    state_s: float = math.inf
    held_s: float = math.inf
    leave_s: float = 0.0
    intent_s: float = 0.0
    intended_s: float = 0.0
    sound_s: float = 0.0


@dataclass(frozen=True)
class Machine:
    """All that the device is at one moment; ``clock_s`` is None before the first one."""

    limits: Limits = field(default_factory=Limits)
    state: State = State.BOOTING
    timers: Timers = field(default_factory=Timers)
    clock_s: float | None = None
    lost: frozenset[str] = frozenset()
    door_is_held: bool = False
    door_is_forced: bool = False
    locked_out: bool = False
    speaking: bool = False

    @property
    def intended(self) -> bool:
        """Whether the door may open as far as a press is asked for: while somebody speaks, one before they began."""
        left_s = self.timers.intended_s if self.speaking else self.timers.intent_s
        return self.limits.intent_s <= 0 or left_s > 0

    def holds(self, when: When) -> bool:
        """Whether a condition of a rule is met."""
        return {
            When.HEALTHY: not self.lost,
            When.INTENDED: self.intended,
            When.LEAVE: self.timers.leave_s > 0,
            When.NO_LEAVE: not self.timers.leave_s > 0,
            When.FREE: not self.locked_out,
            When.VOICE_IS_ENOUGH: self.limits.factor_s == 0,
            When.VOICE_IS_NOT_ENOUGH: self.limits.factor_s != 0,
        }[when]


@dataclass(frozen=True)
class Step:
    """What an event came to: the machine after it, what is to be done, in this order, and what is to be said."""

    machine: Machine
    does: tuple[Do, ...] = ()
    says: tuple[Prompt, ...] = ()


def step(machine: Machine, event: Event, now_s: float, locked_out: bool = False, device: str = "") -> Step:
    """One event at ``now_s`` (monotonic seconds). Total: no time, no event and no state raises.

    What has become due by then comes first. A clock that jumps back, or is no number, lets no time pass and shuts the
    lock; one that jumps ahead ends whatever waits. ``device``: of LOST, BACK and TAMPER, what was lost.
    """
    passed, due = _pass(replace(machine, locked_out=locked_out), now_s)
    done = Step(passed)
    for each in (*due, event):
        done = _take(done, each, device)
    rested = _settle(done.machine)
    return replace(done, machine=rested)


RESTS: tuple[tuple[State, str, Callable[[Machine], bool]], ...] = (
    (State.FAULT, "a device is lost", lambda machine: bool(machine.lost)),
    (State.OPEN, "the pulse lasts", lambda machine: machine.timers.pulse_s > 0),
    (State.DOOR_FORCED, "the door was forced and is open", lambda machine: machine.door_is_forced),
    (State.DOOR_HELD, "the door has been open for too long", lambda machine: machine.door_is_held),
    (State.LOCKED_OUT, "there is a lockout", lambda machine: machine.locked_out),
    (State.KNOWN_SOUND, "a known sound was heard", lambda machine: machine.timers.sound_s > 0),
    (State.IDLE, "a press is asked for", lambda machine: not machine.intended),
    (State.LISTENING, "else", lambda machine: True),
)
"""What the device does when there is nothing to tell: the first that holds, gravest first."""


def rest(machine: Machine) -> State:
    """What the device does when there is nothing to tell."""
    return next(state for state, _, holds in RESTS if holds(machine))


def find(machine: Machine, event: Event) -> Rule | None:
    """The rule for an event, None where nothing happens."""
    return next(
        (rule for rule in _BY_PLACE.get((machine.state, event), ()) if all(map(machine.holds, rule.when))), None
    )


def _take(before: Step, event: Event, device: str) -> Step:
    machine = before.machine
    if event in (Event.LOST, Event.TAMPER):
        machine = replace(machine, lost=machine.lost | {device})
    elif event is Event.BACK:
        machine = replace(machine, lost=machine.lost - {device})
    elif event is Event.SOUND:
        machine = replace(machine, timers=replace(machine.timers, sound_s=machine.limits.sound_s))
    elif event in (Event.SPEECH, Event.SILENCE):
        machine = _begin(replace(machine, speaking=event is Event.SPEECH))
    rule = find(machine, event)
    if rule is None:
        return replace(before, machine=machine)
    for each in rule.does:
        machine = _does(machine, each)
    return Step(_enter(machine, rule.to), before.does + rule.does, rule.says or before.says)


def _begin(machine: Machine) -> Machine:
    """A sentence may begin now: it is intended where a press has come before it; none that comes later is for it."""
    intended_s = CHECKING_SECONDS if machine.timers.intent_s > 0 else 0.0
    return replace(machine, timers=replace(machine.timers, intended_s=intended_s))


def _does(machine: Machine, do: Do) -> Machine:
    """What the machine itself remembers of what is done."""
    limits, timers = machine.limits, machine.timers
    times: dict[Do, dict[str, float]] = {
        Do.OPEN: {"pulse_s": limits.open_s, "intent_s": 0.0, "intended_s": 0.0},  # a press opens once
        Do.ASK: {"intent_s": 0.0, "intended_s": 0.0},
        Do.SHUT: {"pulse_s": 0.0},
        Do.INTEND: {"intent_s": limits.intent_s},
        Do.LEAVE: {"leave_s": timers.pulse_s + limits.leave_s},
        Do.WATCH: {"held_s": limits.held_s},
        Do.UNWATCH: {"held_s": math.inf},
    }
    closed = do is Do.UNWATCH
    return replace(
        machine,
        timers=replace(timers, **times.get(do, {})),
        door_is_held=(machine.door_is_held or do is Do.CALL_HELD) and not closed,
        door_is_forced=(machine.door_is_forced or do is Do.CALL_FORCED) and not closed,
    )


def _enter(machine: Machine, to: State | Then) -> Machine:
    if to is Then.STAY:
        return machine
    state = machine.state
    if isinstance(to, State):
        state = to
    elif to is Then.REST:
        state = rest(machine)
    return replace(machine, state=state, timers=replace(machine.timers, state_s=_seconds(machine.limits, state)))


def _seconds(limits: Limits, state: State) -> float:
    """How long a state lasts at most."""
    if state is State.PROVING:
        return limits.factor_s
    return limits.answer_s if state in DIALOGUE else _SHOWN_SECONDS.get(state, math.inf)


def _settle(machine: Machine) -> Machine:
    """A device that has nothing to tell shows what it does; a fault is shown for a while at least."""
    told = machine.state is State.FAULT and math.isfinite(machine.timers.state_s)
    if machine.state not in RESTING or told or rest(machine) is machine.state:
        return machine
    return _enter(machine, Then.REST)


def _pass(machine: Machine, now_s: float) -> tuple[Machine, tuple[Event, ...]]:
    """Let time pass; the events that have fallen due."""
    if not math.isfinite(now_s):
        return machine, (Event.CLOCK_JUMPED,)
    elapsed_s = 0.0 if machine.clock_s is None else now_s - machine.clock_s
    machine = replace(machine, clock_s=now_s)
    if elapsed_s < 0:
        return machine, (Event.CLOCK_JUMPED,)
    before = machine.timers
    intent_s = before.intent_s if machine.state is State.CHECKING else _less(before.intent_s, elapsed_s)
    pulse_s, state_s, held_s, leave_s = (
        _less(left_s, elapsed_s) for left_s in (before.pulse_s, before.state_s, before.held_s, before.leave_s)
    )
    due = (
        (Event.PULSE_OVER, before.pulse_s > 0 and pulse_s == 0),
        (Event.DOOR_STAYED, held_s == 0),
        (Event.TIME_OVER, state_s == 0),
    )
    intended_s, sound_s = _less(before.intended_s, elapsed_s), _less(before.sound_s, elapsed_s)
    after = Timers(pulse_s, state_s or math.inf, held_s or math.inf, leave_s, intent_s, intended_s, sound_s)
    return replace(machine, timers=after), tuple(event for event, is_due in due if is_due)


def _less(left_s: float, elapsed_s: float) -> float:
    left_s -= elapsed_s
    return left_s if left_s > _ROUNDING else 0.0


def _by_place() -> dict[tuple[State, Event], tuple[Rule, ...]]:
    places = {(state, rule.event) for rule in RULES for state in rule.states}
    return {
        place: tuple(rule for rule in RULES if rule.event is place[1] and place[0] in rule.states) for place in places
    }


_BY_PLACE = _by_place()
