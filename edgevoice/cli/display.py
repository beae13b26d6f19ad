"""How a serving door is told: lines to read, JSON Lines, or the live panel."""

import io
import sys
from collections import deque
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.live import Live

from edgevoice.cli.decision import as_record, as_text
from edgevoice.cli.desk import Desk
from edgevoice.door.decide import Cause
from edgevoice.hardware import Light
from edgevoice.listening.listen import Level
from edgevoice.panel.draw import HAPPENINGS, panel
from edgevoice.panel.view import Happening, Verdict, View
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
        """``lock``: ``open`` or ``locked``; ``state``: what the device does; ``microphone``: what is wrong with it."""
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
        faults = "; ".join(answer.outcome.faults)
        if answer.evidence and answer.decision:
            decision = answer.decision
            if decision.opens and not answer.outcome.opened:  # the decision was to open, the door did not
                decision = replace(decision, opens=False, reason=faults, cause=Cause.UNHEALTHY)
            told = as_text(file, answer.evidence, decision)
            self._desk.answer(as_record(file, answer.evidence, decision), told)
        if faults:
            self._desk.answer(
                {"event": "fault", "reason": faults, "t_s": round(t_s, 3)}, f"{t_s:.2f} s: fault: {faults}"
            )

    def moved(self, event: str, state: str, t_s: float) -> None:
        self._desk.answer({"event": event, "state": state, "t_s": round(t_s, 3)}, f"{t_s:.2f} s: {event}: {state}")
        sys.stdout.flush()

    def stands(self, moment: Moment) -> None:
        """Nothing: lines tell only what changes."""


class LivePanel:
    """The picture on a terminal."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._happenings: deque[Happening] = deque(maxlen=HAPPENINGS)
        self._verdict: Verdict | None = None
        self.picture: View | None = None
        """The view to remember a visit by: the door has just been opened."""

    def __enter__(self) -> "LivePanel":
        self._live.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.__exit__(kind, error, at)

    def answered(self, answer: Answer, file: str | None, t_s: float) -> None:
        evidence, decision = answer.evidence, answer.decision
        if decision and decision.cause is Cause.ENROLMENT:  # said inside: nobody asked to be let in
            self._happened(t_s, "heard", decision.reason)
        elif evidence and decision:
            llr = next((score.llr for score in evidence.scores if score.speaker == decision.speaker), None)
            opened = answer.outcome.opened
            self._verdict = Verdict(decision.speaker, llr, evidence.threshold, opened, decision.reason)
            self._happened(t_s, "open" if opened else "refuse", decision.reason)
        if answer.outcome.faults:
            self._happened(t_s, "fault", "; ".join(answer.outcome.faults))

    def moved(self, event: str, state: str, t_s: float) -> None:
        if event != "state":
            self._happened(t_s, event, state)

    def stands(self, moment: Moment) -> None:
        view = View(
            moment.t_s,
            moment.state,
            moment.level,
            moment.light,
            moment.open_left_s,
            self._verdict,
            moment.playing,
            tuple(self._happenings),
        )
        if moment.open_left_s > 4.5:
            self.picture = view
        self._live.update(panel(view), refresh=True)

    def _happened(self, t_s: float, kind: str, text: str) -> None:
        self._happenings.append(Happening(t_s, kind, text))


def choose(desk: Desk, picture: bool = False) -> Lines | LivePanel:
    """The panel on a terminal, lines elsewhere; ``picture``: a panel all the same, which nobody sees, to be saved."""
    console = Console()
    if console.is_terminal and not desk.as_json:
        return LivePanel(console)
    return LivePanel(Console(file=io.StringIO())) if picture else Lines(desk)
