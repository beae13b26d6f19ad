"""How long after its installation a house with nobody in it may be claimed by whoever holds the button."""

import math

from edgevoice.hardware import Clock
from edgevoice.storage.state import State

CHARGED_SECONDS = 60.0  # written down so far ahead, so that cutting the power again and again gains nothing


class Claim:
    """Counts the seconds that the door has served since its database was made: a clock may be unset at boot."""

    NAME = "claim"

    def __init__(self, state: State, minutes: float, clock: Clock) -> None:
        """``minutes``: 0: the house can never be claimed; ``clock``: monotonic seconds."""
        self._state, self._clock = state, clock
        stored = state.get(self.NAME)
        self._kept_s = 60.0 * minutes if stored is None else min(stored.get("left_s", 0.0), 60.0 * minutes)
        self._left_s = self._due_s = self._kept_s
        self._looked_s = clock()

    def is_open(self) -> bool:
        """Whether the house may still be claimed, as far as time goes; StorageError where that cannot be kept."""
        now_s = self._clock()
        if math.isfinite(now_s):
            self._left_s -= max(now_s - self._looked_s, 0.0)
            self._looked_s = now_s
        if self._kept_s > 0 and self._left_s <= self._due_s:
            self._due_s = self._left_s - CHARGED_SECONDS  # also where it cannot be kept now
            kept_s = max(self._due_s, 0.0)
            self._state.put(self.NAME, {"left_s": kept_s})
            self._kept_s = kept_s
        return self._left_s > 0
