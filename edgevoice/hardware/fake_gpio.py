"""A stand-in for the module RPi.GPIO: the same names, the same rules, and a memory of every level."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from edgevoice.hardware import Clock


@dataclass(frozen=True)
class Change:
    """A pin driven to a level (1 or 0), or no longer driven (``None``: an input), by the fake's clock."""

    at_s: float
    channel: int
    level: int | None


class FakeGpio:
    """One board. Channels one at a time (the library also takes lists); errors and texts as RPi.GPIO 0.7 has them."""

    BOARD, BCM = 10, 11
    OUT, IN = 0, 1
    LOW, HIGH = 0, 1
    PUD_OFF, PUD_DOWN, PUD_UP = 20, 21, 22
    RISING, FALLING, BOTH = 31, 32, 33

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._mode: int | None = None
        self._warnings = True
        self._outputs: dict[int, int] = {}  # channel: level
        self._inputs: dict[int, int] = {}  # channel: pull
        self._outside: dict[int, int] = {}  # channel: what something outside drives it to
        self._watched: dict[int, tuple[int, Callable[[int], None]]] = {}  # channel: edge, callback
        self._failures: dict[str, int] = {}
        self._too_late = False
        self.history: list[Change] = []

    def fail(self, call: str, times: int, too_late: bool = False) -> None:
        """Let the next ``times`` calls of "setup", "output", "input", "cleanup" or "edges" raise RuntimeError.

        too_late: "output" drives the pin all the same before it raises.
        """
        self._failures[call] = times
        self._too_late = too_late

    def drive(self, channel: int, level: int) -> None:
        """Drive an input from outside, as a button does; whoever watches for such an edge is called."""
        before = self._level_of_input(channel) if channel in self._inputs else level
        self._outside[channel] = level
        edge, callback = self._watched.get(channel, (0, print))
        if level != before and edge in (self.BOTH, self.RISING if level else self.FALLING):
            callback(channel)

    def levels(self, channel: int) -> list[int | None]:
        """Every level of a channel since the beginning, repetitions left out."""
        seen = [change.level for change in self.history if change.channel == channel]
        return [level for before, level in zip([-1, *seen], seen, strict=False) if before != level]

    def getmode(self) -> int | None:
        """BOARD, BCM or None."""
        return self._mode

    def setmode(self, mode: int, /) -> None:
        """Choose how pins are numbered; it cannot be changed before ``cleanup()``."""
        if self._mode not in (None, mode):
            raise ValueError("A different mode has already been set!")
        if mode not in (self.BOARD, self.BCM):
            raise ValueError("An invalid mode was passed to setmode()")
        self._mode = mode

    def setwarnings(self, enabled: bool, /) -> None:
        """Whether needless calls warn."""
        self._warnings = bool(enabled)

    def setup(self, channel: int, direction: int, pull_up_down: int = PUD_OFF, initial: int | None = None) -> None:
        """Make a channel an output, at ``initial`` from the first moment, or an input with a pull."""
        self._check("setup", channel)
        if direction not in (self.OUT, self.IN):
            raise ValueError("An invalid direction was passed to setup()")
        if direction == self.OUT and pull_up_down != self.PUD_OFF:
            raise ValueError("pull_up_down parameter is not valid for outputs")
        if direction == self.IN and initial is not None:
            raise ValueError("initial parameter is not valid for inputs")
        self._forget(channel)
        if direction == self.OUT:
            self._drive(channel, 0 if initial is None else initial)
        else:
            self._inputs[channel] = pull_up_down

    def output(self, channel: int, level: int, /) -> None:
        """Drive an output."""
        if self._too_late and self._failures.get("output", 0) > 0:
            self._drive(channel, level)
        self._check("output", channel)
        if channel not in self._outputs:
            raise RuntimeError("The GPIO channel has not been set up as an OUTPUT")
        self._drive(channel, level)

    def input(self, channel: int, /) -> int:
        """The level of an input, or of an output."""
        self._check("input", channel)
        if channel in self._outputs:
            return self._outputs[channel]
        if channel not in self._inputs:
            raise RuntimeError("You must setup() the GPIO channel first")
        return self._level_of_input(channel)

    def add_event_detect(self, channel: int, edge: int, callback: Callable[[int], None]) -> None:
        """Call back at each such edge; the library does so in a thread of its own."""
        self._check("edges", channel)
        if channel not in self._inputs:
            raise RuntimeError("You must setup() the GPIO channel as an input first")
        if channel in self._watched:
            raise RuntimeError("Conflicting edge detection already enabled for this GPIO channel")
        if edge not in (self.RISING, self.FALLING, self.BOTH):
            raise ValueError("The edge must be set to RISING, FALLING or BOTH")
        self._watched[channel] = edge, callback

    def remove_event_detect(self, channel: int, /) -> None:
        """Call back no more."""
        self._watched.pop(channel, None)

    def PWM(self, channel: int, frequency: float, /) -> "FakePwm":  # noqa: N802 -- the library's name
        """Switch an output on and off ``frequency`` times a second."""
        self._check("output", channel)
        if channel not in self._outputs:
            raise RuntimeError("You must setup() the GPIO channel as an output first")
        if frequency <= 0.0:
            raise ValueError("frequency must be greater than 0.0")
        return FakePwm(lambda level: self._drive(channel, level))

    def cleanup(self, channel: int | None = None, /) -> None:
        """Make one channel an undriven input, or all of them and forget the mode."""
        self._check("cleanup", channel)
        if self._warnings and not self._outputs and not self._inputs:
            warnings.warn("No channels have been set up yet - nothing to clean up!", RuntimeWarning, stacklevel=2)
        for each in [*self._outputs, *self._inputs] if channel is None else [channel]:
            self._forget(each)
        if channel is None:
            self._mode = None

    def _check(self, call: str, channel: int | None) -> None:
        if self._failures.get(call, 0) > 0:
            self._failures[call] -= 1
            raise RuntimeError(f"{call}() failed, as it was told to")
        if channel is None:
            return
        if self._mode is None:
            raise RuntimeError("Please set pin numbering mode using GPIO.setmode(GPIO.BOARD) or GPIO.setmode(GPIO.BCM)")
        if channel not in (range(54) if self._mode == self.BCM else range(3, 41)):
            raise ValueError("The channel sent is invalid on a Raspberry Pi")

    def _level_of_input(self, channel: int) -> int:
        return self._outside.get(channel, int(self._inputs[channel] == self.PUD_UP))

    def _drive(self, channel: int, level: int) -> None:
        self._outputs[channel] = int(bool(level))
        self._remember(Change(self._clock(), channel, self._outputs[channel]))

    def _forget(self, channel: int) -> None:
        self._inputs.pop(channel, None)
        self._watched.pop(channel, None)
        if self._outputs.pop(channel, None) is not None:
            self._remember(Change(self._clock(), channel, None))

    def _remember(self, change: Change) -> None:
        self.history.append(change)


class FakePwm:
    """A tone, remembered as the level 1 from ``start`` to ``stop``."""

    def __init__(self, drive: Callable[[int], None]) -> None:
        self._drive = drive

    def start(self, duty_cycle_percent: float, /) -> None:
        """Begin; 0..100 percent of each period is high."""
        if not 0.0 <= duty_cycle_percent <= 100.0:
            raise ValueError("dutycycle must have a value from 0.0 to 100.0")
        self._drive(1)

    def stop(self) -> None:
        """End, low."""
        self._drive(0)
