"""The live panel: how a serving door is told on a terminal."""

from collections import deque
from types import TracebackType

from rich.console import Console
from rich.live import Live

from edgevoice.cli.display import Moment
from edgevoice.door.decide import Cause
from edgevoice.panel.draw import HAPPENINGS, panel
from edgevoice.panel.view import Happening, Verdict, View
from edgevoice.pipeline import Answer


class LivePanel:
    """The picture on a terminal."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._happenings: deque[Happening] = deque(maxlen=HAPPENINGS)
        self._verdict: Verdict | None = None
        self._open_left_s = 0.0
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
        if moment.open_left_s > self._open_left_s:
            self.picture = view
        self._open_left_s = moment.open_left_s
        self._live.update(panel(view), refresh=True)

    def _happened(self, t_s: float, kind: str, text: str) -> None:
        self._happenings.append(Happening(t_s, kind, text))
