"""Failed attempts -> waiting time."""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Annotated

from pydantic import Field

from edgevoice.door.decide import Decision
from edgevoice.errors import SettingsError, StorageError
from edgevoice.hardware import Clock
from edgevoice.storage.state import State

_MOST_DOUBLINGS = 40  # beyond any longest_s; keeps the power of two finite over the years


@dataclass(frozen=True)
class LockoutRules:
    """How many failed attempts cost how much time."""

    attempts: Annotated[int, Field(ge=1, le=100)] = 5
    """Refused voices in a row until the lock falls silent, 1..100; as many again double the time."""
    first_s: Annotated[float, Field(ge=1, le=3_600)] = 30.0
    """Seconds of the first lockout, 1..3600."""
    longest_s: Annotated[float, Field(ge=1, le=86_400)] = 900.0
    """Seconds that doubling ends at, first_s..86400."""

    def __post_init__(self) -> None:
        """Raises SettingsError where the first would be longer than the longest."""
        if self.longest_s < self.first_s:
            raise SettingsError(
                f"lockout.longest_s is {self.longest_s}; allowed is first_s, which is {self.first_s}, to 86400"
            )


@dataclass(frozen=True)
class Lockout:
    """attempts: failed in a row since the last lockout; lockouts: since the last opening; left_s: seconds still to
    wait at clock_s; clock_s: the latest monotonic time seen."""

    attempts: int = 0
    lockouts: int = 0
    left_s: float = 0.0
    clock_s: float = 0.0


def at(lockout: Lockout, now_s: float) -> Lockout:
    """The lockout at ``now_s`` (monotonic seconds).

    Only time beyond the latest seen counts, so a clock that jumps back, or to NaN or infinity, shortens nothing.
    """
    if not math.isfinite(now_s) or now_s <= lockout.clock_s:
        return lockout
    return replace(lockout, left_s=max(0.0, lockout.left_s - (now_s - lockout.clock_s)), clock_s=now_s)


def after_attempt(lockout: Lockout, now_s: float, rules: LockoutRules) -> Lockout:
    """After a failed attempt; one made during a lockout neither counts nor prolongs it."""
    lockout = at(lockout, now_s)
    if lockout.left_s > 0:
        return lockout
    if lockout.attempts + 1 < rules.attempts:
        return replace(lockout, attempts=lockout.attempts + 1)
    wait_s = min(rules.longest_s, rules.first_s * 2.0 ** min(lockout.lockouts, _MOST_DOUBLINGS))
    return replace(lockout, attempts=0, lockouts=lockout.lockouts + 1, left_s=wait_s)


def after_opening(lockout: Lockout, now_s: float) -> Lockout:
    """After the door opened: nothing is held against anybody."""
    return Lockout(clock_s=at(lockout, now_s).clock_s)


def restored(stored: Mapping[str, float] | None, now_s: float, rules: LockoutRules) -> Lockout:
    """The lockout after a restart, whose monotonic clock knows nothing of the time before: all that was left is left.

    ``stored``: what was kept, None on a new device; what cannot be read becomes the longest lockout.
    """
    clock_s = now_s if math.isfinite(now_s) else math.inf  # a clock that is no clock lets no time pass
    if stored is None:
        return Lockout(clock_s=clock_s)
    try:
        attempts, lockouts, left_s = (stored[name] for name in ("attempts", "lockouts", "left_s"))
        if not (0 <= attempts < 1e6 and 0 <= lockouts < 1e6 and 0 <= left_s < math.inf):
            raise ValueError(stored)
    except (KeyError, ValueError):
        return Lockout(left_s=rules.longest_s, clock_s=clock_s)
    return Lockout(int(attempts), int(lockouts), min(left_s, rules.longest_s), clock_s)


class Attempts:
    """Keeps the lockout across restarts: a change is on the disk before ``note`` returns."""

    NAME = "lockout"

    def __init__(self, state: State, rules: LockoutRules, clock: Clock) -> None:
        """``clock``: monotonic seconds, such as time.monotonic."""
        self._state = state
        self._rules = rules
        self._clock = clock
        self._lockout = restored(state.get(self.NAME), clock(), rules)

    def locked_out_for_s(self) -> float:
        """Seconds still to wait, 0 when there is no lockout."""
        before, self._lockout = self._lockout, at(self._lockout, self._clock())
        if before.left_s > 0 and self._lockout.left_s == 0:
            with suppress(StorageError):  # a lockout whose end cannot be kept is served once more after a restart
                self._keep(self._lockout)
        return self._lockout.left_s

    def note(self, decision: Decision) -> None:
        """Count a decision; StorageError when it cannot be kept, and it is counted here all the same."""
        if decision.opens:
            self._keep(after_opening(self._lockout, self._clock()))
        elif decision.counts_as_attempt:
            self._keep(after_attempt(self._lockout, self._clock(), self._rules))

    def _keep(self, lockout: Lockout) -> None:
        self._lockout = lockout
        self._state.put(self.NAME, asdict(lockout))
