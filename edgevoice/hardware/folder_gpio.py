"""A simulated board whose pins are files: it survives the program, and anybody may press its buttons.

    levels/17    1, 0, or nothing where the pin is not driven
    inputs/24    what drives the pin from outside: echo 0 > inputs/24 presses a button
    log          every change: seconds (CLOCK_MONOTONIC), process, pin, level (or -)

As on a Raspberry Pi with rpi-lgpio, a pin belongs to the program that set it up, and is busy for others, until that
program gives it back or ends; it keeps its level when the program that drove it is killed.
"""

import fcntl
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgevoice.hardware import Clock
from edgevoice.hardware.fake_gpio import Change, FakeGpio

_claimed: dict[Path, int] = {}  # of this process: the file of a pin, and the descriptor that holds its lock


@dataclass(frozen=True)
class Logged:
    """One line of the log; ``level`` is None where the pin is no longer driven."""

    at_s: float
    process: int
    channel: int
    level: int | None


def read_log(folder: Path) -> list[Logged]:
    """Every change of every pin, oldest first; nothing where the board was never used."""
    file = folder / "log"
    lines = file.read_text(encoding="ascii").splitlines() if file.exists() else []
    return [_parse(*line.split()) for line in lines]


def _parse(at_s: str, process: str, channel: str, level: str) -> Logged:
    return Logged(float(at_s), int(process), int(channel), None if level == "-" else int(level))


def force(folder: Path, channel: int, level: int, at_s: float) -> None:
    """A level that no program set: a wire that came loose. Whoever owns the pin does not know of it."""
    _log(folder, Change(at_s, channel, level))


def _log(folder: Path, change: Change) -> None:
    """One write a line, so that it is whole or missing, whenever the program dies."""
    level = "-" if change.level is None else str(change.level)
    log = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(log, f"{change.at_s:.6f} {os.getpid()} {change.channel} {level}\n".encode("ascii"))
    finally:
        os.close(log)
    (folder / "levels" / str(change.channel)).write_text("" if change.level is None else level)


class FolderGpio(FakeGpio):
    """The part of RPi.GPIO that edgevoice uses, on files. Has no edges: who watches a pin must poll it."""

    def __init__(self, folder: Path, clock: Clock = time.monotonic) -> None:
        """folder: made where there is none. Raises OSError where it cannot be written."""
        super().__init__(clock)
        self._folder = folder
        for name in ("levels", "inputs"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def setup(
        self, channel: int, direction: int, pull_up_down: int = FakeGpio.PUD_OFF, initial: int | None = None
    ) -> None:
        """As the library does; RuntimeError where another program has the pin."""
        self._check("setup", channel)
        self._claim(channel)
        super().setup(channel, direction, pull_up_down, initial)

    def cleanup(self, channel: int | None = None, /) -> None:
        """Give one pin back, or all that this process has of this board."""
        super().cleanup(channel)
        given = [self._pin(channel)] if channel is not None else [*_claimed]
        for pin in given:
            if pin in _claimed and pin.parent.parent == self._folder.resolve():
                os.close(_claimed.pop(pin))

    def add_event_detect(self, channel: int, edge: int, callback: Callable[[int], None]) -> None:
        """Fails as RPi.GPIO does on kernels without GPIO in sysfs."""
        super().add_event_detect(channel, edge, callback)
        self.remove_event_detect(channel)
        raise RuntimeError("Failed to add edge detection")

    def _level_of_input(self, channel: int) -> int:
        try:
            driven = (self._folder / "inputs" / str(channel)).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            driven = ""
        return int(driven) if driven in ("0", "1") else super()._level_of_input(channel)

    def _remember(self, change: Change) -> None:
        _log(self._folder, change)

    def _claim(self, channel: int) -> None:
        pin = self._pin(channel)
        if pin in _claimed:
            return
        descriptor = os.open(pin, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise RuntimeError("GPIO busy") from None
        _claimed[pin] = descriptor

    def _pin(self, channel: int) -> Path:
        return (self._folder / "levels" / str(channel)).resolve()
