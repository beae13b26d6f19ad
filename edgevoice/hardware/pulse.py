"""How long a lock may be released at most: the rule that every lock driver keeps."""

from edgevoice.errors import HardwareError

LONGEST_PULSE_SECONDS = 30.0


def check_pulse(seconds: float) -> float:
    """``seconds`` if 0 < seconds <= 30, else HardwareError: NaN, infinity, a word or a truth value open nothing."""
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 < seconds <= LONGEST_PULSE_SECONDS:
        return float(seconds)
    raise HardwareError(
        f"The lock stays shut: asked to open for {seconds!r} s; wanted more than 0 and at most "
        f"{LONGEST_PULSE_SECONDS:g} s. Correct door.open_seconds."
    )
