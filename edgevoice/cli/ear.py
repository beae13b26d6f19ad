"""How somebody who looks at the ear is told: lines to read, JSON Lines, or the live picture."""

import sys
from collections import deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.live import Live

from edgevoice.cli.desk import Desk
from edgevoice.listening.activity import probability
from edgevoice.listening.frames import Frames
from edgevoice.listening.listen import Level
from edgevoice.listening.utterance import Utterance
from edgevoice.panel.ear import HAPPENINGS, WIDEST, EarView, ear_panel
from edgevoice.panel.meter import shown
from edgevoice.panel.spectrogram import Column, Columns, voiced
from edgevoice.panel.view import Happening

_LINE_EVERY_S = 1.0
_GOOD = "good enough to judge a voice by"
_DROPPED = "the utterance gate took it for no speech"


@dataclass(frozen=True, eq=False)
class Heard:
    """What one block came to."""

    t_s: float
    frames: Frames
    level: Level

    @property
    def speech(self) -> float:
        """How likely somebody speaks, 0..1: the mean over the frames."""
        return float(probability(self.frames.odds).mean()) if len(self.frames) else 0.0

    @property
    def voiced(self) -> float:
        """Share of the frames judged speech and voiced, 0..1."""
        return float(voiced(self.frames).mean()) if len(self.frames) else 0.0


class EarDisplay(AbstractContextManager["EarDisplay"], Protocol):
    """Is told everything, in order."""

    def heard(self, heard: Heard) -> None:
        """A block was heard."""
        ...

    def ended(self, utterance: Utterance, unfit: str | None) -> None:
        """An utterance ended; ``unfit``: why no voice would be judged by it, ``None`` where one would."""
        ...

    def dropped(self, t_s: float) -> None:
        """What had begun like an utterance was none."""
        ...

    def moved(self, state: str, t_s: float) -> None:
        """How the microphone is now."""
        ...


class EarLines:
    """One line an utterance and a second, to read; or JSON Lines, one an utterance and a block."""

    def __init__(self, desk: Desk, file: str | None) -> None:
        self._desk, self._file, self._next_s = desk, file, 0.0

    def __enter__(self) -> "EarLines":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def heard(self, heard: Heard) -> None:
        level = heard.level
        if not self._desk.as_json and heard.t_s < self._next_s:
            return
        self._next_s += _LINE_EVERY_S
        level_dbfs, noise_dbfs = shown(level.level_dbfs), shown(level.noise_dbfs)
        record = {
            "event": "level",
            "t_s": round(heard.t_s, 3),
            "level_dbfs": round(level.level_dbfs, 2),
            "noise_dbfs": round(level.noise_dbfs, 2),
            "snr_db": round(level.level_dbfs - level.noise_dbfs, 2),
            "speech": round(heard.speech, 3),
            "voiced": round(heard.voiced, 3),
            "speaking": level.speaking,
        }
        self._tell(
            record,
            f"{heard.t_s:.2f} s: level {level_dbfs:.0f} dBFS, noise {noise_dbfs:.0f} dBFS, "
            f"SNR {level_dbfs - noise_dbfs:.0f} dB, speech {100 * heard.speech:.0f} % likely",
        )

    def ended(self, utterance: Utterance, unfit: str | None) -> None:
        quality = utterance.quality
        record = {
            "event": "utterance",
            "file": self._file,
            "start_s": round(utterance.start_s, 3),
            "end_s": round(utterance.end_s, 3),
            "net_speech_s": round(quality.net_speech_s, 3),
            "snr_db": round(quality.snr_db, 2),
            "clipped": round(quality.clipped_share, 5),
            "good": unfit is None,
            "reason": unfit,
        }
        place = f"{utterance.start_s:.2f}-{utterance.end_s:.2f}"
        self._tell(record, f"{place} s: utterance: {_figures(utterance)}; {unfit or _GOOD}")

    def dropped(self, t_s: float) -> None:
        record = {"event": "dropped", "t_s": round(t_s, 3), "reason": _DROPPED}
        self._tell(record, f"{t_s:.2f} s: dropped: {_DROPPED}")

    def moved(self, state: str, t_s: float) -> None:
        record = {"event": "microphone", "state": state, "t_s": round(t_s, 3)}
        self._tell(record, f"{t_s:.2f} s: microphone: {state}")

    def _tell(self, record: Mapping[str, object], text: str) -> None:
        self._desk.answer(record, text)
        sys.stdout.flush()


class EarPanel:
    """The picture on a terminal."""

    def __init__(self, console: Console, source: str) -> None:
        self._console, self._source = console, source
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._joins = Columns()
        self._columns: deque[Column] = deque(maxlen=WIDEST)
        self._happenings: deque[Happening] = deque(maxlen=HAPPENINGS)
        self._colour = console.color_system is not None and not console.no_color

    def __enter__(self) -> "EarPanel":
        self._live.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.__exit__(kind, error, at)

    def heard(self, heard: Heard) -> None:
        self._columns.extend(self._joins.add(heard.frames))
        view = EarView(
            heard.t_s,
            self._source,
            heard.level,
            heard.speech,
            heard.voiced,
            tuple(self._columns),
            tuple(self._happenings),
        )
        width, height = self._console.size
        self._live.update(ear_panel(view, width, height, self._colour), refresh=True)

    def ended(self, utterance: Utterance, unfit: str | None) -> None:
        kind, text = ("unfit", unfit) if unfit else ("good", _figures(utterance))
        self._happenings.append(Happening(utterance.end_s, kind, text))

    def dropped(self, t_s: float) -> None:
        self._happenings.append(Happening(t_s, "dropped", _DROPPED))

    def moved(self, state: str, t_s: float) -> None:
        self._happenings.append(Happening(t_s, "microphone", f" {state}"))


def choose(desk: Desk, file: str | None) -> EarLines | EarPanel:
    """The picture on a terminal that can move its cursor and whose encoding has its characters, lines elsewhere."""
    console = Console()
    able = console.is_terminal and not console.is_dumb_terminal and not console.options.ascii_only
    if able and not desk.as_json:
        return EarPanel(console, file or "microphone")
    return EarLines(desk, file)


def _figures(utterance: Utterance) -> str:
    quality = utterance.quality
    clipped_percent = 100 * quality.clipped_share
    return f"{quality.net_speech_s:.1f} s of speech, SNR {quality.snr_db:.0f} dB, {clipped_percent:.1f} % clipped"
