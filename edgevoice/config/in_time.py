"""Whether the second factor can be given within the time that is set; else a door would refuse everybody."""

from edgevoice.door.rhythm import RhythmRules
from edgevoice.errors import SettingsError
from edgevoice.storage import pins

_PRESSING_S = 4.0  # a PIN of few presses, briskly
_ASKING_S = 1.5  # the prompt before the digits
_A_DIGIT_S = 1.5  # asked for and said, about as long each
_ANSWERING_S = 1.0  # until somebody begins


def time_for_a_pin(rules: RhythmRules) -> tuple[float, str]:
    """Seconds that the shortest PIN wants, and what they are."""
    pauses_s = (pins.SHORTEST - 1) * rules.digit_pause_s + rules.end_pause_s
    return pauses_s + _PRESSING_S, (
        f"the pauses of a PIN of {pins.SHORTEST} digits take {pauses_s:g} (pin.digit_pause_s, pin.end_pause_s)"
        f" and its presses at least {_PRESSING_S:g}"
    )


def time_for_a_challenge(digits: int, hangover_ms: int) -> tuple[float, str]:
    """Seconds that so many digits want, and what they are."""
    said_s, hangover_s = _ASKING_S + _ANSWERING_S + digits * _A_DIGIT_S, hangover_ms / 1000
    return said_s + hangover_s, (
        f"to ask for {digits} digits and say them takes about {said_s:g} (door.challenge_digits), and"
        f" listening.utterance.hangover_ms {hangover_s:g} more"
    )


def refuse_too_short(factor_seconds: float, wanted_s: float, why: str) -> None:
    """Raises SettingsError where the time that is set is shorter than what is wanted."""
    if factor_seconds < wanted_s:
        raise SettingsError(f"door.factor_seconds is {factor_seconds:g}; allowed is {wanted_s:g} to 120, as {why}")
