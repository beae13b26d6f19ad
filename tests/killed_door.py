"""A real door in a process of its own, on a simulated board, that is brought into a state and then ended somehow.

The processes are forked from one that has loaded the command line already; loading it is most of what a start costs.
"""

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgevoice.cli import main
from edgevoice.hardware.folder_gpio import Logged, force, read_log
from edgevoice.visit import FOLDER

RELAY, BUTTON, DOOR, CASE, OUTSIDE = 17, 24, 5, 6, 16
CLOSED, OPEN = "0", "1"
SETTINGS = """
[lock]
driver = "gpio"
[lights]
driver = "gpio"
[button]
driver = "gpio"
hold_seconds = 0.5
[contacts]
driver = "gpio"
[pin]
driver = "gpio"
[gpio]
outside_button_pin = {outside}
button_pin = {button}
door_pin = {door}
tamper_pin = {case}
simulated = "{board}"
[lockout]
attempts = {attempts}
[door]
{rules}
"""
BOOTING, STOPPED = "booting", "stopped"  # never told: before the first sound, after the last

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.killed_door", "edgevoice.app", "edgevoice.tflite"])


def move(folder: Path, pin: int, level: str) -> None:
    """A wire of the board: CLOSED to GND or OPEN."""
    wire = folder / "board" / "inputs" / str(pin)
    moved = wire.with_suffix(".moved")
    moved.write_text(level)
    moved.replace(wire)  # whoever reads it meanwhile finds the one level or the other


def hold_the_button(folder: Path, times: int = 1) -> None:
    """Somebody holds the button inside until the door says something, and lets go."""
    for _ in range(times):
        said, deadline_s = _said(folder), time.monotonic() + 30.0
        move(folder, BUTTON, CLOSED)
        while _said(folder) == said:
            assert time.monotonic() < deadline_s, "it says nothing to the button"
            time.sleep(0.01)
        move(folder, BUTTON, OPEN)
        time.sleep(0.5)  # so that it is seen


def _said(folder: Path) -> int:
    """How often the door has said something."""
    return (folder / "told").read_text().count('"event": "says"')


def force_the_door(folder: Path) -> None:
    """After the second in which a door may be open because the program has just started."""
    time.sleep(1.5)
    move(folder, DOOR, OPEN)


QUIET = ("silence.flac",) * 40  # a minute
HOLDS = QUIET[:6]  # time to hold the button three times, on a busy machine too
ADA, BEN, STRANGER, BELL = "ada-unlock-1.opus", "ben-unlock-1.opus", "stranger-1-1.opus", "doorbell.flac"


@dataclass(frozen=True)
class Way:
    """How a door is brought into a state. state: as ``run --json`` tells it; sounds: heard in real time, before quiet;
    rules: of [door], and what comes after it; attempts: until a lockout; anybody: whether people are enrolled; act:
    once it is awake."""

    state: str
    sounds: tuple[str, ...] = ()
    rules: str = "open_seconds = 30"
    attempts: int = 5
    anybody: bool = True
    act: Callable[[Path], None] = lambda _: None


WAYS = (  # the longest first
    Way("done", (*HOLDS, ADA, BEN), act=lambda folder: hold_the_button(folder, 3)),
    Way("naming", (*HOLDS, ADA), act=lambda folder: hold_the_button(folder, 3)),
    Way("door held", rules="held_seconds = 5", act=lambda folder: move(folder, DOOR, OPEN)),
    Way("open", (ADA,)),
    Way("refused", (STRANGER,)),
    Way("locked out", (STRANGER,), attempts=1),
    Way("say it again", (ADA,), rules="min_net_speech_s = 9"),
    Way("second factor", (ADA,), rules='second_factor = "pin"\nfactor_seconds = 60'),
    Way("known sound", (BELL,), rules='open_seconds = 30\n[sounds]\nthen = "lights"'),
    Way("checking", (ADA,)),
    Way("asking", act=hold_the_button),
    Way("enrolling", anybody=False, act=hold_the_button),
    Way("door forced", rules="leave_seconds = 1", act=force_the_door),
    Way("fault", act=lambda folder: move(folder, CASE, OPEN)),
    Way("idle", rules="intent_seconds = 5"),
    Way("listening"),
    Way(BOOTING),
)
"""A row a state; test_killed.py holds that none is missing."""


def _run(arguments: list[str], told: Path) -> None:
    """The door's process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    file = os.open(told, os.O_WRONLY | os.O_CREAT)
    os.dup2(file, 1)
    raise SystemExit(main(arguments))


class KilledDoor:
    """``edgevoice run`` as a process."""

    def __init__(self, way: Way, folder: Path) -> None:
        """folder: holds ``data``, a household; the board and the settings come beside it."""
        self.way, self.folder, self.board, self._told = way, folder, folder / "board", folder / "told"
        (self.board / "inputs").mkdir(parents=True)
        for pin in (DOOR, CASE):
            move(folder, pin, CLOSED)
        settings = folder / "settings.toml"
        pins = {"button": BUTTON, "door": DOOR, "case": CASE, "outside": OUTSIDE, "board": self.board}
        settings.write_text(SETTINGS.format(**pins, attempts=way.attempts, rules=way.rules))
        wav = [argument for sound in (*way.sounds, *QUIET) for argument in ("--wav", str(FOLDER / sound))]
        options = ["--json", "--config", str(settings), "--data", str(folder / "data")]
        self.process = _processes.Process(target=_run, args=([*options, "run", *wav], self._told))
        self.process.start()
        self.sent_s = 0.0

    @property
    def pid(self) -> int:
        """Of the door, not of its guard."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def guard(self) -> int:
        """The process id of its guard."""
        (guard,) = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(guard)

    def bring_there(self) -> None:
        """Until it is in the state; AssertionError with what was told where it does not come there."""
        self._wait_for(lambda: bool(self.relay()), "the relay driven off")
        if self.way.state == BOOTING:
            return
        self._wait_for(lambda: bool(self.states()), "any state")
        self.way.act(self.folder)
        self._wait_for(lambda: self.way.state in self.states(), self.way.state)

    def states(self) -> list[str]:
        """Every state that was told."""
        lines = self._told.read_text().splitlines(keepends=True) if self._told.exists() else []
        records = [json.loads(line) for line in lines if line.endswith("\n")]
        return [record["state"] for record in records if record.get("event") == "state"]

    def energise(self) -> None:
        """Whatever the state, the worst: the relay is on. The door does not know why."""
        force(self.board, RELAY, 1, time.monotonic())

    def send(self, number: signal.Signals) -> None:
        """A signal to the door, not to its guard."""
        self.sent_s = time.monotonic()
        os.kill(self.pid, number)

    def off_after_s(self, within_s: float = 20.0) -> float:
        """How long after the signal the relay was driven off; AssertionError where it was not ``within_s``."""
        while not (offs := [line for line in self.relay() if line.at_s > self.sent_s and line.level == 0]):
            assert time.monotonic() < self.sent_s + within_s, f"the relay stays on: {self.relay()}"
            time.sleep(0.01)
        return offs[0].at_s - self.sent_s

    def relay(self) -> list[Logged]:
        """Every change of the relay so far."""
        return [line for line in read_log(self.board) if line.channel == RELAY]

    def end(self) -> int | None:
        """Wait for its end; the exit status, negative for a signal."""
        self.process.join(20)
        return self.process.exitcode

    def stop(self) -> None:
        """Whatever became of it, it is gone afterwards."""
        self.process.kill()
        self.process.join()

    def _wait_for(self, wanted: Callable[[], bool], what: str) -> None:
        deadline_s = time.monotonic() + 90.0
        while not wanted():
            assert self.process.is_alive(), f"it ended with {self.process.exitcode} before {what}; {self.states()}"
            assert time.monotonic() < deadline_s, f"it never came to {what}; {self.states()}"
            time.sleep(0.01)
