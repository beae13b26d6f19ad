"""What a visit came to, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from edgevoice.cli.desk import Desk
from edgevoice.cli.display import Lines, Moment
from edgevoice.cli.live import LivePanel
from edgevoice.panel.view import View
from edgevoice.pipeline import Answer
from edgevoice.visit import Expectation, Step, Visit


@dataclass(frozen=True)
class Noted:
    """One answer: the step that was heard, and how many milliseconds after the end of the utterance it came."""

    step: int
    answer: Answer
    after_ms: float


class Recorded:
    """A display that hands everything on and keeps the answers."""

    def __init__(self, display: Lines | LivePanel, step_at: Callable[[float], int]) -> None:
        """``step_at``: seconds of the stream -> number of the step."""
        self._display, self._step_at = display, step_at
        self.noted: list[Noted] = []
        self.named: set[int] = set()
        """The steps in which a known sound was named."""

    def __enter__(self) -> "Recorded":
        self._display.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._display.__exit__(kind, error, at)

    @property
    def picture(self) -> View | None:
        """A view worth keeping, where there was a panel."""
        return self._display.picture if isinstance(self._display, LivePanel) else None

    def answered(self, answer: Answer, file: str | None, t_s: float) -> None:
        evidence = answer.evidence
        middle_s = (evidence.start_s + evidence.end_s) / 2 if evidence else t_s
        # The stream's clock stands still while a model runs.
        after_ms = 1000 * (t_s - evidence.end_s) + evidence.ms.embed + evidence.ms.score if evidence else 0.0
        self.noted.append(Noted(self._step_at(middle_s), answer, after_ms))
        self._display.answered(answer, file, t_s)

    def moved(self, event: str, state: str, t_s: float) -> None:
        if event == "sound":
            self.named.add(self._step_at(t_s))
        self._display.moved(event, state, t_s)

    def stands(self, moment: Moment) -> None:
        self._display.stands(moment)


def summarise(desk: Desk, script: Visit, recorded: Recorded) -> int:
    """Print the table; 0 if every outcome was as expected, else 1."""
    steps = [_came_to(step, number, recorded) for number, step in enumerate(script.steps)]
    right = sum(each.outcome == each.step.expect for each in steps)
    if desk.as_json:
        for each in steps:
            desk.answer(_record(each), "")
    else:
        Console().print(_table(steps))
    told = f"{right} of {len(steps)} outcomes as expected"
    desk.answer({"event": "summary", "steps": len(steps), "as_expected": right}, told)
    return 0 if right == len(steps) else 1


@dataclass(frozen=True)
class CameTo:
    """A step, what was answered to it, and what the door did."""

    step: Step
    noted: Sequence[Noted]
    outcome: Expectation


def _came_to(step: Step, number: int, recorded: Recorded) -> CameTo:
    noted = [each for each in recorded.noted if each.step == number]
    if noted:
        return CameTo(step, noted, "open" if any(each.answer.outcome.opened for each in noted) else "refuse")
    return CameTo(step, noted, "named" if number in recorded.named else "nothing")


def _table(steps: Sequence[CameTo]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for heading in ("heard", "who", "expected", "door"):
        table.add_column(heading, no_wrap=True)
    for heading in ("LLR / needs", "after", "CPU"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in steps:
        step, best = each.step, _weightiest(each.noted)
        style = "" if each.outcome == step.expect else "bold red"
        figures = _figures(best) if best else ("", "", "")
        table.add_row(step.what, step.who or "-", step.expect, each.outcome, *figures, style=style)
    table.caption = "after: from the end of the speech, the pause included; CPU: all of the utterance's"
    return table


def _weightiest(noted: Sequence[Noted]) -> Noted | None:
    """The answer that opened, or else that with the longest utterance."""

    def weight(each: Noted) -> tuple[bool, float]:
        evidence = each.answer.evidence
        return each.answer.outcome.opened, evidence.quality.net_speech_s if evidence else 0.0

    return max(noted, key=weight, default=None)


def _figures(noted: Noted) -> tuple[str, str, str]:
    evidence = noted.answer.evidence
    if evidence is None:
        return "", "", ""
    best = max((score.llr for score in evidence.scores), default=None)
    score = "" if best is None else f"{best:.1f} / {evidence.threshold:.1f}"
    return score, f"{noted.after_ms:.0f} ms", f"{evidence.ms.total:.0f} ms"


def _record(each: CameTo) -> dict[str, object]:
    step = each.step
    return {
        "event": "step",
        "file": step.file,
        "who": step.who,
        "what": step.what,
        "expected": step.expect,
        "outcome": each.outcome,
        "as_expected": each.outcome == step.expect,
    }
