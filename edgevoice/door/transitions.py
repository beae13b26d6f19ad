"""The state machine as one table: ``docs/kiosk.md`` is drawn from it, ``door.machine`` walks it."""

from edgevoice.door.states import Do, Event, Rule, State, Then, When
from edgevoice.hardware import Prompt

S, E = State, Event

RESTING = (S.LISTENING, S.IDLE, S.KNOWN_SOUND, S.OPEN, S.LOCKED_OUT, S.DOOR_HELD, S.DOOR_FORCED, S.FAULT)
"""What the device does when there is nothing to tell."""
DIALOGUE = (S.ASKING, S.ENROLLING, S.NAMING)
"""Somebody inside has held the button: what is heard is not judged for opening."""
ENGAGED = (*DIALOGUE, S.PROVING)
"""Somebody is asked for something, within a time."""
SHOWN = (S.REFUSED, S.SAY_AGAIN, S.DONE)
"""Shown for a while."""
AWAKE = (*RESTING, S.CHECKING, *SHOWN)
"""Where a voice may open the door."""
SERVING = (*AWAKE, *ENGAGED)
ALIVE = (S.BOOTING, *SERVING)
"""All but the end."""

_MAY_OPEN = (When.HEALTHY, When.INTENDED, When.FREE)
_FAULT = (Do.SHUT, Do.DROP)
_MAY_ASK = (When.HEALTHY, When.FREE)

RULES: tuple[Rule, ...] = (
    # Whatever happens, the lock comes first.
    Rule(ALIVE, E.SHUTDOWN, S.STOPPED, _FAULT),
    Rule(ALIVE, E.FAILED, S.FAULT, _FAULT, (Prompt.FAULT,)),
    Rule(ALIVE, E.LOST, S.FAULT, _FAULT, (Prompt.FAULT,)),
    Rule(ALIVE, E.TAMPER, S.FAULT, _FAULT, (Prompt.TAMPER,)),
    Rule(ALIVE, E.STUCK, S.FAULT, _FAULT, (Prompt.FAULT,)),
    Rule(ALIVE, E.UNHEALTHY, S.FAULT, _FAULT, (Prompt.FAULT,)),
    Rule(ALIVE, E.CLOCK_JUMPED, Then.STAY, (Do.SHUT,)),
    Rule(ALIVE, E.PULSE_OVER, Then.STAY, (Do.SHUT,)),
    Rule((S.BOOTING,), E.STARTED, Then.REST, (Do.LEAVE,)),
    # A voice.
    Rule((S.LISTENING,), E.SPEECH, S.CHECKING),
    Rule((S.KNOWN_SOUND,), E.SPEECH, S.CHECKING, when=(When.INTENDED,)),
    Rule((S.REFUSED, S.SAY_AGAIN), E.SPEECH, S.CHECKING),
    Rule((S.CHECKING,), E.SILENCE, Then.REST),
    Rule((S.CHECKING,), E.TIME_OVER, Then.REST),
    Rule(AWAKE, E.MATCH, S.OPEN, (Do.OPEN, Do.LEAVE), (Prompt.GRANTED,), (*_MAY_OPEN, When.VOICE_IS_ENOUGH)),
    # The second factor: whatever leads out of it but PROVED, and a fire, is a failed attempt (door/second_factor.py).
    Rule(AWAKE, E.MATCH, S.PROVING, (Do.ASK,), (), (*_MAY_OPEN, When.VOICE_IS_NOT_ENOUGH)),
    Rule((S.PROVING,), E.PROVED, S.OPEN, (Do.OPEN, Do.LEAVE), (Prompt.GRANTED,), _MAY_ASK),
    Rule((S.PROVING,), E.DISPROVED, S.REFUSED, (), (Prompt.REFUSED,)),
    Rule((S.PROVING,), E.POOR, Then.STAY, (), (Prompt.SAY_AGAIN,)),
    Rule((S.PROVING,), E.TIME_OVER, S.REFUSED, (), (Prompt.TIMED_OUT,)),
    # Where the owner has named a fire alarm (door/known_sounds.py); no voice, no press and no lockout matters then.
    Rule(SERVING, E.FIRE, S.OPEN, (Do.DROP, Do.OPEN, Do.LEAVE), (Prompt.GRANTED,), (When.HEALTHY,)),
    # A sound of the library whose rule is a light: seen where nothing graver is shown, and nothing else changes.
    Rule(SERVING, E.SOUND, Then.STAY),
    Rule(AWAKE, E.NO_MATCH, S.REFUSED, (), (Prompt.REFUSED,)),
    Rule(AWAKE, E.POOR, S.SAY_AGAIN, (), (Prompt.SAY_AGAIN,)),
    Rule(AWAKE, E.NOT_PRESSED, S.REFUSED, (), (Prompt.ASK_PRESS,)),
    Rule(AWAKE, E.WAITING, S.LOCKED_OUT, (), (Prompt.LOCKED_OUT,)),
    Rule(SHOWN, E.TIME_OVER, Then.REST),
    Rule((S.FAULT,), E.TIME_OVER, Then.REST),
    Rule(ALIVE, E.BACK, Then.STAY),
    # The button inside.
    Rule(AWAKE, E.PRESSED, Then.STAY, (Do.INTEND,)),
    Rule(AWAKE, E.HELD, S.ASKING, (Do.BEGIN,), when=_MAY_ASK),
    Rule(AWAKE, E.CLAIM, S.ENROLLING, (Do.BEGIN,), (Prompt.CLAIM, Prompt.ASK_SENTENCE), _MAY_ASK),
    Rule(AWAKE, E.NO_ADMINISTRATOR, S.REFUSED, (), (Prompt.NOT_ADMINISTRATOR,)),
    Rule((S.ASKING,), E.HELD, Then.STAY_LONGER, (Do.NEXT,)),
    Rule((S.ASKING,), E.APPROVED_ENROLMENT, S.ENROLLING, (), (Prompt.ASK_SENTENCE,)),
    Rule((S.ASKING,), E.APPROVED_CHANGE, S.NAMING),
    Rule((S.ASKING,), E.NOT_ADMINISTRATOR, S.REFUSED, (Do.DROP,), (Prompt.NOT_ADMINISTRATOR,)),
    Rule((S.ASKING,), E.NO_MATCH, S.REFUSED, (Do.DROP,), (Prompt.NOT_ADMINISTRATOR,)),
    Rule((S.ASKING,), E.WAITING, S.LOCKED_OUT, (Do.DROP,), (Prompt.LOCKED_OUT,)),
    Rule((S.ENROLLING,), E.TAKE, Then.STAY_LONGER, (), (Prompt.TAKE_GOOD, Prompt.ASK_SENTENCE)),
    Rule(DIALOGUE, E.BAD_TAKE, Then.STAY_LONGER),
    Rule((S.ENROLLING,), E.ENROLLED, S.DONE, (Do.DROP,), (Prompt.DONE,)),
    Rule((S.NAMING,), E.CHANGED, S.DONE, (Do.DROP,)),
    Rule(DIALOGUE, E.UNFIT, S.REFUSED, (Do.DROP,)),
    Rule(DIALOGUE, E.PRESSED, S.REFUSED, (Do.DROP,), (Prompt.CANCELLED,)),
    Rule(DIALOGUE, E.TIME_OVER, S.REFUSED, (Do.DROP,), (Prompt.TIMED_OUT,)),
    # The door itself.
    Rule(SERVING, E.EXIT, Then.STAY, (Do.LEAVE,)),
    Rule(SERVING, E.DOOR_OPENED, Then.STAY, (Do.WATCH,), when=(When.LEAVE,)),
    Rule(
        SERVING,
        E.DOOR_OPENED,
        S.DOOR_FORCED,
        (Do.SHUT, Do.DROP, Do.CALL_FORCED),
        (Prompt.DOOR_FORCED,),
        (When.NO_LEAVE,),
    ),
    Rule(SERVING, E.DOOR_CLOSED, Then.STAY, (Do.UNWATCH,)),
    Rule(AWAKE, E.DOOR_STAYED, S.DOOR_HELD, (Do.CALL_HELD,), (Prompt.DOOR_HELD,)),
    Rule(ENGAGED, E.DOOR_STAYED, Then.STAY, (Do.CALL_HELD,), (Prompt.DOOR_HELD,)),
)
"""The first rule that fits counts; where none does, nothing happens."""
