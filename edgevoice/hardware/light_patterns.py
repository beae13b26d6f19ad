"""What the LEDs do in each state, whatever drives or draws them."""

from edgevoice.hardware import Light

Pattern = list[tuple[str, float]]
"""Colours (of "rgb") and how long they are shown, in seconds, over and over; a single one stays."""

SLOW, QUICK = 0.5, 0.15  # seconds of each step
CYCLE_SECONDS = 2.0  # of an enrolment: its share in green, the rest in blue

_PATTERNS: dict[Light, Pattern] = {
    Light.OFF: [("", SLOW)],
    Light.BOOTING: [("b", SLOW), ("", SLOW)],
    Light.LISTENING: [("b", SLOW)],
    Light.CHECKING: [("b", QUICK), ("", QUICK)],
    Light.PROVING: [("g", QUICK), ("", QUICK)],
    Light.OPEN: [("g", SLOW)],
    Light.REFUSED: [("r", SLOW)],
    Light.SAY_AGAIN: [("r", SLOW), ("b", SLOW)],
    Light.LOCKED_OUT: [("r", SLOW), ("", SLOW)],
    Light.KNOWN_SOUND: [("rgb", SLOW), ("", SLOW)],
    Light.DOOR_HELD: [("r", SLOW), ("g", SLOW)],
    Light.DOOR_FORCED: [("r", QUICK), ("", QUICK)],
    Light.FAULT: [("rb", SLOW)],
}


def pattern_of(light: Light, share: float = 0.0) -> Pattern:
    """What the LEDs do; ``share``: how far an enrolment is, 0..1."""
    if light is not Light.ENROLLING:
        return _PATTERNS[light]
    steps = [("g", share * CYCLE_SECONDS), ("b", (1 - share) * CYCLE_SECONDS)]
    return [step for step in steps if step[1] > 0]
