"""The words of the state machine: what the device does, what can happen to it, what it may have to do about that."""

from dataclasses import dataclass
from enum import Enum

from edgevoice.hardware import Prompt


class State(Enum):
    """What the device does; the values are what ``run --json`` prints."""

    BOOTING = "booting"
    IDLE = "idle"  # only where the settings ask for a press of the button before the door opens
    LISTENING = "listening"
    CHECKING = "checking"
    PROVING = "second factor"  # the voice has matched; a PIN or the digits of a challenge are awaited
    OPEN = "open"
    REFUSED = "refused"
    SAY_AGAIN = "say it again"
    LOCKED_OUT = "locked out"
    KNOWN_SOUND = "known sound"  # one whose rule is a light was heard just now
    ASKING = "asking"  # for an administrator's voice
    ENROLLING = "enrolling"
    NAMING = "naming"  # whom the administrator means: that person speaks
    DONE = "done"
    DOOR_HELD = "door held"
    DOOR_FORCED = "door forced"
    FAULT = "fault"
    STOPPED = "stopped"


class Event(Enum):
    """What can happen; the values are what the diagram says."""

    STARTED = "everything is ready"
    SPEECH = "somebody begins to speak"
    SILENCE = "that was no utterance"
    MATCH = "a voice matches"
    NO_MATCH = "no voice matches"
    PROVED = "the second factor is given"
    DISPROVED = "another PIN, other digits, another voice"
    POOR = "too short, too noisy"
    NOT_PRESSED = "nobody pressed the button"
    WAITING = "a voice during a lockout"
    UNHEALTHY = "a voice while a device is lost"
    FIRE = "the owner's fire alarm"
    SOUND = "a known sound that is shown"
    PRESSED = "button, short"
    HELD = "button, held"
    CLAIM = "button, held in an unclaimed house"
    NO_ADMINISTRATOR = "button, held, and nobody may allow it"
    STUCK = "button stuck"
    APPROVED_ENROLMENT = "an administrator allows an enrolment"
    APPROVED_CHANGE = "an administrator allows a change"
    NOT_ADMINISTRATOR = "somebody else's voice"
    TAKE = "a good sentence"
    BAD_TAKE = "a sentence to be said again"
    ENROLLED = "enough good sentences"
    CHANGED = "made administrator, or removed"
    UNFIT = "the sentences cannot be used"
    DOOR_OPENED = "door opened"
    DOOR_CLOSED = "door closed"
    DOOR_STAYED = "door open too long"
    EXIT = "request to exit"
    TAMPER = "case opened"
    LOST = "device lost"
    BACK = "device back"
    FAILED = "exception"
    CLOCK_JUMPED = "clock jumped back, or is none"
    PULSE_OVER = "pulse over"
    TIME_OVER = "time over"
    TICK = "time passes"
    SHUTDOWN = "shutdown"


class Then(Enum):
    """Where a transition may lead beside a certain state."""

    STAY = "stay"
    STAY_LONGER = "stay, and the waiting begins anew"
    REST = "what the device does when there is nothing to tell"


class When(Enum):
    """What must hold for a transition."""

    HEALTHY = "no device is lost"
    INTENDED = "the button was pressed, or need not be"
    LEAVE = "the door may be opened"
    NO_LEAVE = "the door must not be opened"
    FREE = "no lockout"
    VOICE_IS_ENOUGH = "no second factor is set"
    VOICE_IS_NOT_ENOUGH = "a second factor is set"


class Do(Enum):
    """What is to be done on the way."""

    OPEN = "open the lock"
    SHUT = "shut the lock"
    BEGIN = "begin a dialogue"
    NEXT = "next item of the menu"
    DROP = "forget the dialogue"
    INTEND = "remember the press"
    ASK = "ask for the second factor"
    LEAVE = "let the door be opened"
    WATCH = "count how long the door is open"
    CALL_HELD = "call the door held"
    CALL_FORCED = "call the door forced"
    UNWATCH = "the door is closed"


@dataclass(frozen=True)
class Rule:
    """From any of these states, at this event, if all of ``when`` holds: to ``to``, doing and saying this."""

    states: tuple[State, ...]
    event: Event
    to: State | Then
    does: tuple[Do, ...] = ()
    says: tuple[Prompt, ...] = ()
    when: tuple[When, ...] = ()
