"""A button and a contact without wires: for tests, and for a desk."""

import time
from collections import deque

from edgevoice.hardware import Clock, Press
from edgevoice.hardware.presses import Presses


class FakeButton:
    """A button that a program presses; the presses come true as its clock passes them, as a finger's would."""

    def __init__(self, clock: Clock = time.monotonic, hold_seconds: float = 3.0, stuck_seconds: float = 30.0) -> None:
        self._clock = clock
        self._presses = Presses(hold_seconds, stuck_seconds)
        self._presses.see(False, clock())
        self._movements: deque[tuple[float, bool]] = deque()  # when it goes down or up, oldest first
        self._hold_seconds = hold_seconds
        self.taken: deque[Press] = deque(maxlen=1000)
        """What was told, in order."""
        self.closed = False

    def press(self, seconds: float = 0.0) -> None:
        """Down now (or after the presses that were begun before), up ``seconds`` later."""
        at_s = max([self._clock(), *(at_s for at_s, _ in self._movements)])
        self._movements += [(at_s, True), (at_s + seconds, False)]

    def hold(self, seconds: float | None = None) -> None:
        """Down for ``seconds``, or just as long as it takes to count as held; true once the clock has passed that."""
        self.press(self._hold_seconds if seconds is None else seconds)

    def down(self) -> None:
        """Down now, until ``up``."""
        self._movements.append((self._clock(), True))

    def up(self) -> None:
        """Up now."""
        self._movements.append((self._clock(), False))

    def take(self) -> list[Press]:
        """What happened since it was last asked, oldest first."""
        now_s = self._clock()
        told: list[Press] = []
        while self._movements and self._movements[0][0] <= now_s:
            at_s, is_down = self._movements.popleft()
            told += self._presses.see(is_down, at_s)
        told += self._presses.until(now_s)
        self.taken += told
        return told

    def close(self) -> None:
        """Safe to call twice."""
        self.closed = True


class FakeContact:
    """A contact that is set by whoever holds it."""

    def __init__(self, is_open: bool = False, clock: Clock = time.monotonic) -> None:
        self._clock, self._is_open = clock, is_open
        self._changes = [(clock(), is_open)]
        self.closed = False

    @property
    def is_open(self) -> bool:
        """As it was set last."""
        return self._is_open

    @is_open.setter
    def is_open(self, is_open: bool) -> None:
        if is_open != self._is_open:
            self._changes.append((self._clock(), is_open))
        self._is_open = is_open

    def take(self) -> list[tuple[float, bool]]:
        """What has changed since it was last asked, oldest first."""
        changes, self._changes = self._changes, []
        return changes

    def close(self) -> None:
        """Safe to call twice."""
        self.closed = True
