"""How a serving door is told: lines to read, or JSON Lines; live.py has the panel."""

import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from edgevoice.cli.decision import as_done, as_record, as_text
from edgevoice.cli.desk import Desk
from edgevoice.hardware import Light
from edgevoice.listening.listen import Level
from edgevoice.pipeline import Answer


@dataclass(frozen=True)
class Moment:
    """How the door stands after a block."""

    t_s: float
    state: str
    level: Level
    light: Light
    open_left_s: float
    playing: str


class Display(AbstractContextManager["Display"], Protocol):
    """Is told everything, in order."""

    def answered(self, answer: Answer, file: str | None, t_s: float) -> None:
        """An utterance was answered, or a stage failed."""
        ...

    def moved(self, event: str, state: str, t_s: float) -> None:
        """``lock``: ``open`` or ``locked``; ``state``: what the device does; ``microphone``: what is wrong with it,
        or what it lost."""
        ...

    def stands(self, moment: Moment) -> None:
        """A block was heard."""
        ...


class Lines:
    """One line an utterance and a movement, to read or as JSON."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def answered(self, answer: Answer, file: str | None, t_s: float) -> None:
        if done := as_done(answer):
            self._desk.answer(as_record(file, *done), as_text(file, *done))
        if faults := "; ".join(answer.outcome.faults):
            self._desk.answer(
                {"event": "fault", "reason": faults, "t_s": round(t_s, 3)}, f"{t_s:.2f} s: fault: {faults}"
            )

    def moved(self, event: str, state: str, t_s: float) -> None:
        self._desk.answer({"event": event, "state": state, "t_s": round(t_s, 3)}, f"{t_s:.2f} s: {event}: {state}")
        sys.stdout.flush()

    def stands(self, moment: Moment) -> None:
        """Nothing: lines tell only what changes."""
