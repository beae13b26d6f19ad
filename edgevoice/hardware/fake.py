"""Drivers without hardware: for tests, and for a desk. They keep the rules and remember everything."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edgevoice.hardware import Clock, Light
from edgevoice.hardware.pulse import check_pulse
from edgevoice.listening.capture import SAMPLES_PER_BLOCK, AudioBlock, Samples

REMEMBERED = 200
"""The last movements, lights and prompts: a device that has none fitted runs for years."""


class ManualClock:
    """Time that passes when it is told to."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass; seconds >= 0, also the way a driver sleeps."""
        if not seconds >= 0:
            raise ValueError(f"time cannot pass by {seconds} s")
        self.now += seconds


class FakeMicrophone:
    """Gives the blocks it was made of, then ends; ``given`` counts them."""

    def __init__(self, blocks: Sequence[AudioBlock]) -> None:
        self._blocks = list(blocks)
        self.given = 0
        self.closed = False
        self.healthy = True

    @classmethod
    def of(cls, samples: Samples, samples_per_block: int = SAMPLES_PER_BLOCK) -> "FakeMicrophone":
        """A microphone that hears these samples (n,) in blocks of this size."""
        starts = range(0, len(samples), samples_per_block)
        return cls([AudioBlock(samples[start : start + samples_per_block], start) for start in starts])

    def blocks(self) -> Iterator[AudioBlock]:
        """The blocks not given yet."""
        while not self.closed and self.given < len(self._blocks):
            self.given += 1
            yield self._blocks[self.given - 1]

    def close(self) -> None:
        """End the iteration; safe to call twice."""
        self.closed = True


@dataclass(frozen=True, slots=True)
class Movement:
    """When the relay was energised (``is_open``) or released, by the lock's clock."""

    at_s: float
    is_open: bool


class FakeLock:
    """A relay of the mind: shuts itself when its clock has passed the pulse."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._opened_until: float | None = None
        self._movements: deque[Movement] = deque(maxlen=REMEMBERED)
        self._openings: deque[float] = deque(maxlen=REMEMBERED)
        self.pulses = 0
        """How many were granted in all."""

    def open_for(self, seconds: float) -> None:
        """Release the door; a second call restarts the pulse. Raises HardwareError outside 0 < seconds <= 30."""
        seconds = check_pulse(seconds)
        self._shut_when_due()
        self._openings.append(seconds)
        self.pulses += 1
        if self._opened_until is None:
            self._movements.append(Movement(self._clock(), True))
        self._opened_until = self._clock() + seconds

    def shut(self) -> None:
        """Secure the door now."""
        self._shut_when_due()
        self._release(self._clock())

    def close(self) -> None:
        """Shut for good, as a driver would at the end; safe to call twice."""
        self.shut()

    @property
    def is_open(self) -> bool:
        """Whether the relay is energised at this moment."""
        self._shut_when_due()
        return self._opened_until is not None

    @property
    def openings(self) -> list[float]:
        """Seconds of the last pulses granted, in order."""
        return list(self._openings)

    @property
    def movements(self) -> list[Movement]:
        """The last changes, each with the time at which it fell due, not at which somebody looked."""
        self._shut_when_due()
        return list(self._movements)

    def _shut_when_due(self) -> None:
        if self._opened_until is not None and self._clock() >= self._opened_until:
            self._release(self._opened_until)

    def _release(self, at_s: float) -> None:
        if self._opened_until is not None:
            self._opened_until = None
            self._movements.append(Movement(at_s, False))


@dataclass(frozen=True, slots=True)
class Shown:
    """When a light came on, by the lights' clock."""

    at_s: float
    light: Light


class FakeLights:
    """Lights that remember: ``light`` is on now, ``shown`` lists the last 200, ``history`` with the times."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self.light = Light.OFF
        self.history: deque[Shown] = deque(maxlen=REMEMBERED)
        self.shares: deque[float] = deque(maxlen=REMEMBERED)
        """The last 200 progresses that were told, 0..1."""

    def show(self, light: Light) -> None:
        """Show one state; it replaces the one before."""
        self.light = Light(light)
        self.history.append(Shown(self._clock(), self.light))

    def progress(self, share: float) -> None:
        """How far an enrolment is, 0..1."""
        self.shares.append(min(max(share, 0.0), 1.0))

    def close(self) -> None:
        """Go dark; safe to call twice."""
        self.light = Light.OFF

    @property
    def shown(self) -> list[Light]:
        """What was shown, in order."""
        return [shown.light for shown in self.history]


class FakeWatchdog:
    """Nobody waits to be told; counts, and remembers what was said last."""

    def __init__(self) -> None:
        self.is_ready = self.has_stopped = False
        self.signs_of_life = self.waits = 0
        self.text = ""

    def ready(self) -> None:
        """Remember it."""
        self.is_ready = True

    def alive(self) -> None:
        """Count it; the first time the door is also ready."""
        self.ready()
        self.signs_of_life += 1

    def waiting(self) -> None:
        """Count it."""
        self.waits += 1

    def stopping(self) -> None:
        """Remember it."""
        self.has_stopped = True

    def status(self, text: str) -> None:
        """Remember it."""
        self.text = text
