"""Short presses of a button -> digits: three presses, a pause, one, a pause, four are 3 1 4. Pure."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from edgevoice.errors import SettingsError

MOST_PRESSES = 10  # of one digit; ten are a zero, as on a dial
MOST_DIGITS = 12
UNREADABLE = "?"
"""Stands for a digit that is none; no PIN has it."""


@dataclass(frozen=True)
class RhythmRules:
    """How long the pauses are."""

    digit_pause_s: Annotated[float, Field(ge=0.5, le=5)] = 1.0
    """Seconds without a press that end a digit, 0.5..5."""
    end_pause_s: Annotated[float, Field(ge=1, le=10)] = 3.0
    """Seconds without a press that end the PIN, 1..10, longer than those that end a digit."""

    def __post_init__(self) -> None:
        """Raises SettingsError where no second digit could ever begin."""
        if self.end_pause_s <= self.digit_pause_s:
            raise SettingsError(
                f"pin.end_pause_s is {self.end_pause_s}; allowed is more than digit_pause_s, which is"
                f" {self.digit_pause_s}, to 10"
            )


class Rhythm:
    """One PIN while it is pressed. A clock that jumps back, or is none, ends nothing."""

    def __init__(self, rules: RhythmRules) -> None:
        self._rules = rules
        self._counts: list[int] = []
        self._last_s = 0.0

    def press(self, now_s: float) -> None:
        """One short press, at ``now_s`` (monotonic seconds)."""
        if not self._counts or now_s - self._last_s >= self._rules.digit_pause_s:
            self._counts = [*self._counts[: MOST_DIGITS + 1], 0]  # one too many is wrong, and more are not remembered
        self._counts[-1] += 1
        self._last_s = now_s

    def digits(self, now_s: float) -> str | None:
        """The PIN, once the pause that ends it has passed; None before."""
        if not self._counts or not now_s - self._last_s >= self._rules.end_pause_s:
            return None
        return "".join(str(count % 10) if count <= MOST_PRESSES else UNREADABLE for count in self._counts)
