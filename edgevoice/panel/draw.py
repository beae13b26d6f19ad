"""View -> what rich draws: one panel that fits a terminal of 80 by 24."""

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from edgevoice.hardware import Light
from edgevoice.hardware.light_patterns import pattern_of
from edgevoice.panel.log import draw_log
from edgevoice.panel.meter import draw_level, shown
from edgevoice.panel.view import Verdict, View

WIDTH = 78
HAPPENINGS = 9  # lines of the log that fit under the rest in 24 lines
_BAR = 40
_LLR_SPAN = 12.0  # the score bar reaches so far on both sides of the threshold

_COLOUR = {"r": "bright_red", "g": "bright_green", "b": "dodger_blue1"}
_STATE = {"open": "green", "refused": "red", "locked out": "red", "fault": "red", "known sound": "yellow"}
_KIND = {"open": "green", "refuse": "red", "fault": "bold red", "lock": "cyan", "sound": "yellow", "state": "dim"}


def panel(view: View) -> Panel:
    """The whole picture."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", width=6, justify="right")
    rows.add_column(width=WIDTH - 14, no_wrap=True, overflow="ellipsis")
    for name, content in (
        ("state", _state(view)),
        ("", Text()),
        ("level", _level(view)),
        ("", Text("-90 dBFS".ljust(_BAR - 1) + "0", style="dim")),
        ("who", _who(view.verdict)),
        ("score", _score(view.verdict)),
        ("", _why(view.verdict)),
        ("lock", _lock(view)),
        ("LEDs", _leds(view.light)),
    ):
        rows.add_row(name, content)
    body: RenderableType = Group(
        rows, Text("─" * (WIDTH - 4), style="dim"), *draw_log(view.happenings, HAPPENINGS, _KIND)
    )
    border = _STATE.get(view.state, "dim")
    title, clock = "[bold]edgevoice[/]", f"{int(view.t_s) // 60:02d}:{view.t_s % 60:04.1f}"
    return Panel(body, title=title, subtitle=f"[dim]{clock}[/]", box=ROUNDED, width=WIDTH, border_style=border)


def _state(view: View) -> Text:
    text = Text().append(view.state, style=f"bold {_STATE.get(view.state, 'default')}")
    if view.level.speaking:
        text.append("  ● somebody speaks", style="yellow")
    if view.playing:
        text.append(f"   ♪ {view.playing}", style="dim")
    return text


def _level(view: View) -> Text:
    bar = draw_level(view.level, _BAR)
    bar.append(f"  {shown(view.level.level_dbfs):4.0f}", style="bold")
    return bar.append(f"  noise {shown(view.level.noise_dbfs):4.0f}", style="cyan")


def _who(verdict: Verdict | None) -> Text:
    if verdict is None:
        return Text("nobody yet", style="dim")
    if verdict.opens:
        return Text(verdict.speaker or "", style="bold green")
    nearest = f", nearest is {verdict.speaker}" if verdict.speaker else ""
    return Text("not let in", style="bold red").append(nearest, style="dim")


def _score(verdict: Verdict | None) -> Text:
    """The LLR as a bar whose middle is the threshold."""
    if verdict is None or verdict.llr is None:
        return Text("·" * (_BAR // 2) + "│" + "·" * (_BAR // 2 - 1), style="dim")
    reach = (verdict.llr - verdict.threshold) / _LLR_SPAN * _BAR / 2 + _BAR / 2
    bar = Text()
    for position in range(_BAR):
        if position == _BAR // 2:
            bar.append("│", style="bold")
        else:
            full = position < reach
            bar.append("█" if full else "·", style="dim" if not full else "green" if verdict.opens else "red")
    return bar.append(f"  {verdict.llr:5.1f}", style="bold").append(f"  needs {verdict.threshold:.1f}", style="cyan")


def _why(verdict: Verdict | None) -> Text:
    return Text(verdict.reason if verdict else "", style="dim")


def _lock(view: View) -> Text:
    if view.open_left_s > 0:
        return Text().append(f" OPEN {view.open_left_s:3.1f} s ", style="bold black on green")
    return Text().append(" SHUT ", style="bold white on grey30")


def _leds(light: Light) -> Text:
    text, lit = Text(), {colour for colours, _ in pattern_of(light, 0.5) for colour in colours}
    for colour in "rgb":
        text.append("● ", style=_COLOUR[colour] if colour in lit else "grey30")
    return text.append(f" {light.value}", style="dim")
