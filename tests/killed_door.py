"""A real door in a process of its own, on a simulated board, that is brought into a state and then ended somehow."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from edgevoice.hardware.folder_gpio import Logged, force, read_log
from edgevoice.visit import FOLDER

RELAY = 17
BUTTON = 24
SETTINGS = """
[lock]
driver = "gpio"
[lights]
driver = "gpio"
[button]
driver = "gpio"
[gpio]
button_pin = 24
simulated = "{board}"
[door]
open_seconds = {open_seconds}
[lockout]
attempts = {attempts}
"""


@dataclass(frozen=True)
class Way:
    """How a door is brought into a state. state: as ``run --json`` tells it; sounds: what it hears, in real time;
    attempts: until a lockout; prepare: done to the door's folder once it listens."""

    state: str
    sounds: tuple[str, ...]
    attempts: int = 5
    open_seconds: float = 30.0
    prepare: Callable[[Path], None] = lambda _: None


def lose_the_audit_log(folder: Path) -> None:
    """What cannot be written down is a fault."""
    with sqlite3.connect(folder / "data" / "edgevoice.sqlite") as database:
        database.execute("drop table events")


def hold_the_button(folder: Path) -> None:
    """Somebody holds the button inside."""
    (folder / "board" / "inputs" / str(BUTTON)).write_text("0")


LONG = ("rain.flac",) * 12  # a minute of sound without speech

WAYS = (
    Way("listening", LONG),
    Way("open", ("ada-unlock-1.opus", *LONG)),
    Way("refused", ("stranger-1-1.opus", *LONG)),
    Way("locked out", ("stranger-1-1.opus", *LONG), attempts=1),
    Way("fault", ("rain.flac", "ada-unlock-1.opus", *LONG), prepare=lose_the_audit_log),
)
"""A row a state; test_killed.py holds that none is missing."""


class KilledDoor:
    """``edgevoice run`` as a process."""

    def __init__(self, way: Way, folder: Path) -> None:
        """folder: holds ``data``, a household; the board and the settings come beside it."""
        self.way, self.folder, self.board = way, folder, folder / "board"
        settings = folder / "settings.toml"
        settings.write_text(SETTINGS.format(board=self.board, attempts=way.attempts, open_seconds=way.open_seconds))
        wav = [argument for sound in way.sounds for argument in ("--wav", str(FOLDER / sound))]
        command = [sys.executable, "-m", "edgevoice", "--json", "--config", str(settings)]
        command += ["--data", str(folder / "data"), "run", *wav]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.states: list[str] = []
        self.sent_s = 0.0
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def bring_there(self) -> None:
        """Until the state is told; AssertionError with what was told where it is not."""
        self._wait_for("listening")
        self.way.prepare(self.folder)
        self._wait_for(self.way.state)

    def energise(self) -> None:
        """Whatever the state, the worst: the relay is on. The door does not know why."""
        force(self.board, RELAY, 1, time.monotonic())

    def send(self, number: signal.Signals) -> None:
        """A signal to the door, not to its guard."""
        self.sent_s = time.monotonic()
        os.kill(self.process.pid, number)

    def off_after_s(self, within_s: float = 20.0) -> float:
        """How long after the signal the relay was driven off; AssertionError where it was not ``within_s``."""
        while not (offs := [line for line in self.relay() if line.at_s > self.sent_s and line.level == 0]):
            assert time.monotonic() < self.sent_s + within_s, f"the relay stays on: {self.relay()}"
            time.sleep(0.01)
        return offs[0].at_s - self.sent_s

    def relay(self) -> list[Logged]:
        """Every change of the relay so far."""
        return [line for line in read_log(self.board) if line.channel == RELAY]

    def end(self) -> int:
        """Wait for its end; the exit status, negative for a signal."""
        status = self.process.wait(20)
        self._reader.join(20)
        return status

    def stop(self) -> None:
        """Whatever became of it, it is gone afterwards."""
        self.process.kill()
        self.process.communicate()

    def _wait_for(self, state: str) -> None:
        deadline_s = time.monotonic() + 60.0
        while state not in self.states:
            assert self.process.poll() is None, self.process.stderr.read() if self.process.stderr else ""
            assert time.monotonic() < deadline_s, f"{state!r} was never told; {self.states} were"
            time.sleep(0.005)

    def _read(self, told: IO[str]) -> None:
        for line in told:
            record = json.loads(line)
            if record.get("event") == "state":
                self.states.append(record["state"])
