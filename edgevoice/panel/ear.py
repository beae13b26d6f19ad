"""What the ear hears -> what rich draws: meters, a spectrogram, the last utterances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.box import ROUNDED
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from edgevoice.listening.features import BANDS, HIGHEST_HZ, LOWEST_HZ
from edgevoice.listening.listen import Level
from edgevoice.panel.log import draw_log
from edgevoice.panel.meter import draw_level, shown
from edgevoice.panel.spectrogram import FRAMES_PER_COLUMN, LOUDEST_DBFS, QUIETEST_DBFS, Column, draw, draw_speech
from edgevoice.panel.view import Happening

NARROWEST, WIDEST = 60, 160  # characters
HAPPENINGS = 5
_TALL = 34  # lines of a terminal on which every mel band gets its own half character
_LABELS = 7  # characters left of the spectrogram
_FRAME = 4  # characters of the border and its padding
_BAR = 30
_KIND = {"good": "green", "unfit": "yellow", "dropped": "dim", "microphone": "red"}


@dataclass(frozen=True, eq=False)
class EarView:
    """One moment. source: a file or the microphone; speech: how likely, the mean over the last block, 0..1; voiced:
    share of its frames, 0..1."""

    t_s: float
    source: str
    level: Level
    speech: float
    voiced: float
    columns: Sequence[Column] = ()
    happenings: Sequence[Happening] = ()


def ear_panel(view: EarView, width: int = 80, height: int = 24, colour: bool = True) -> Panel:
    """The whole picture, for a terminal of this size; 80 by 24 is enough."""
    width = min(max(width, NARROWEST), WIDEST)
    rows = BANDS // 2 if height >= _TALL else BANDS // 4
    across = width - _FRAME - _LABELS
    parts = [_level(view.level), _speech(view), *_spectrogram(view.columns, rows, across, colour)]
    body = Group(
        *(_row(name, content, across) for name, content in parts), *draw_log(view.happenings, HAPPENINGS, _KIND)
    )
    clock = f"{int(view.t_s) // 60:02d}:{view.t_s % 60:04.1f}"
    border = "green" if view.level.speaking else "dim"
    title, subtitle = Text("edgevoice listen", style="bold"), Text(f"{view.source}  {clock}", style="dim")
    return Panel(body, title=title, subtitle=subtitle, box=ROUNDED, width=width, border_style=border)


def _row(name: str, content: Text, across: int) -> Table:
    row = Table.grid()
    row.add_column(style="dim", width=_LABELS - 1, justify="right")
    row.add_column(width=1)
    row.add_column(width=across, no_wrap=True, overflow="ellipsis")
    row.add_row(name, "", content)
    return row


def _level(level: Level) -> tuple[str, Text]:
    """A meter and its figures."""
    bar = draw_level(level, _BAR)
    bar.append(f" {shown(level.level_dbfs):4.0f} dBFS", style="bold")
    bar.append(f" noise {shown(level.noise_dbfs):4.0f}", style="cyan")
    return "level", bar.append(f" SNR {shown(level.level_dbfs) - shown(level.noise_dbfs):3.0f} dB", style="bold")


def _speech(view: EarView) -> tuple[str, Text]:
    """How likely the last block is speech, and how much of it the gate took for speech with the pitch of a voice."""
    full, voiced = round(view.speech * _BAR), round(view.voiced * _BAR)
    bar = Text()
    for position in range(_BAR):
        style = "green" if position < voiced else "yellow" if position < full else "dim"
        bar.append("█" if position < full else "·", style=style)
    bar.append(f" {100 * view.speech:3.0f} % voiced {100 * view.voiced:3.0f} %")
    return "speech", bar.append("  ● utterance" if view.level.speaking else "", style="bold green")


def _spectrogram(columns: Sequence[Column], rows: int, across: int, colour: bool) -> list[tuple[str, Text]]:
    lines = list(draw(columns, rows, across, colour))
    seconds = across * FRAMES_PER_COLUMN / 100
    left, right = f"-{seconds:.1f} s", f"mel bands after enhancement, {QUIETEST_DBFS:.0f} to {LOUDEST_DBFS:.0f} dBFS"
    axis = Text(f"{left}{right.center(across - len(left) - 3)}now", style="dim")
    return [*zip(_frequencies(rows), lines, strict=True), ("", draw_speech(columns, across)), ("", axis)]


def _frequencies(rows: int) -> list[str]:
    """A name beside every third or fourth line: the frequency at its upper edge."""
    lowest, highest = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST_HZ, HIGHEST_HZ))  # mel, O'Shaughnessy
    edges = 700 * (10 ** (np.linspace(highest, lowest, rows + 1) / 2595) - 1)
    every = 3 if rows < BANDS // 2 else 4
    names = [f"{hertz / 1000:.1f}kHz" if hertz >= 950 else f"{round(hertz, -1):.0f} Hz" for hertz in edges[:rows]]
    return [name if row % every == 0 else "" for row, name in enumerate(names)]
