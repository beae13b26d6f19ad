"""Frames -> a spectrogram in half-block characters, for a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style
from rich.text import Text

from edgevoice.listening.features import BANDS, MFCC_BITS, Cepstra, Cepstrum
from edgevoice.listening.frames import Frames
from edgevoice.listening.voicing import VOICED

FRAMES_PER_COLUMN = 8  # 80 ms
QUIETEST_DBFS, LOUDEST_DBFS = -90.0, -10.0  # what the colours span

Decibels = NDArray[np.float64]

_BASIS = Cepstrum().basis / (1 << 15)  # (bands, coefficients), orthonormal: its transpose undoes the DCT
_OCTAVE_DB = 10 * float(np.log10(2))
_FULL_SCALE_DB = 20 * float(np.log10(32768 * 100))  # a full-scale sine under a Hann window of 400: A * 400 / 4
_SHADES = " .:-=+*#%@"
# Eight steps of matplotlib's "inferno" (N. Smith and S. van der Walt, CC0): as light as loud, for every eye.
_RED = (0, 40, 101, 159, 212, 245, 250, 252)
_GREEN = (0, 11, 21, 42, 72, 125, 193, 255)
_BLUE = (4, 84, 110, 99, 66, 21, 39, 164)
_STEPS = 48


@dataclass(frozen=True, eq=False)
class Column:
    """80 ms: the loudest of its frames in each mel band, (40,) in dBFS; whether speech, and a voice, was in it."""

    bands_dbfs: Decibels
    speech: bool
    voiced: bool


class Columns:
    """Joins frames to columns, however the stream is cut into blocks."""

    def __init__(self) -> None:
        self._rest = Frames.none()

    def add(self, frames: Frames) -> list[Column]:
        """The columns that these frames finish."""
        held = self._rest + frames
        whole = len(held) // FRAMES_PER_COLUMN * FRAMES_PER_COLUMN
        self._rest = held[whole:]
        return [_column(held[at : at + FRAMES_PER_COLUMN]) for at in range(0, whole, FRAMES_PER_COLUMN)]


def mel_dbfs(mfcc: Cepstra) -> Decibels:
    """(n, 40) int32 Q10 -> (n, 40) level of each mel band, lowest first; 0 dBFS: a full-scale sine in its middle."""
    octaves = mfcc / (1 << MFCC_BITS) @ _BASIS[:, : mfcc.shape[1]].T
    decibels: Decibels = octaves * _OCTAVE_DB - _FULL_SCALE_DB
    return decibels


def voiced(frames: Frames) -> NDArray[np.bool_]:
    """(n,) whether each frame is speech and has the pitch of a voice."""
    found: NDArray[np.bool_] = (frames.speech == 1) & (frames.periodicity >= VOICED)
    return found


def draw(columns: Sequence[Column], rows: int, width: int, colour: bool) -> Iterator[Text]:
    """``rows`` lines of ``width`` characters, the highest band first and the newest column at the right.

    A character is two bands high, or as many as it takes; without colour their mean is a denser or lighter sign.
    """
    shown = columns[-width:]
    loudness = np.full((width, BANDS), QUIETEST_DBFS)
    if shown:
        loudness[-len(shown) :] = [column.bands_dbfs for column in shown]
    span = LOUDEST_DBFS - QUIETEST_DBFS
    steps = np.clip((loudness - QUIETEST_DBFS) / span * _STEPS, 0, _STEPS - 1)
    halves = steps.reshape(width, 2 * rows, BANDS // (2 * rows)).mean(axis=2).astype(int).T[::-1]
    for upper, lower in zip(halves[::2], halves[1::2], strict=True):
        yield _coloured(upper, lower) if colour else _shaded(upper + lower)


def draw_speech(columns: Sequence[Column], width: int) -> Text:
    """One line under the spectrogram: ``█`` a voice, ``▄`` speech without one, ``·`` neither."""
    text = Text(" " * (width - len(columns[-width:])))
    for column in columns[-width:]:
        sign, style = ("█", "green") if column.voiced else ("▄", "yellow") if column.speech else ("·", "dim")
        text.append(sign, style=style)
    return text


def _column(frames: Frames) -> Column:
    loudest = mel_dbfs(frames.mfcc).max(axis=0)
    return Column(loudest, bool(frames.speech.any()), bool(voiced(frames).any()))


def _coloured(upper: NDArray[np.int_], lower: NDArray[np.int_]) -> Text:
    text = Text()
    for above, below in zip(upper, lower, strict=True):
        text.append("▀", style=_style(int(above), int(below)))
    return text


def _shaded(both: NDArray[np.int_]) -> Text:
    return Text("".join(_SHADES[sum_ * len(_SHADES) // (2 * _STEPS)] for sum_ in both))


@lru_cache(maxsize=_STEPS * _STEPS)
def _style(above: int, below: int) -> Style:
    return Style(color=_colour(above), bgcolor=_colour(below))


def _colour(step: int) -> Color:
    place = step / (_STEPS - 1) * (len(_RED) - 1)
    red, green, blue = (round(float(np.interp(place, range(len(part)), part))) for part in (_RED, _GREEN, _BLUE))
    return Color.from_rgb(red, green, blue)
