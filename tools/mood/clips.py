"""An index of labelled clips -> who said what how, and folds in which nobody is both heard and judged."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import AudioError, SettingsError
from tools.index import read_rows

STRONG = "-strong"
_WANTED = ("path", "speaker", "label")


@dataclass(frozen=True)
class Clip:
    """One line of the index: a label such as ``angry-strong`` is the emotion and how strong it is."""

    path: str
    speaker: str
    emotion: str
    strong: bool


def read_emotions(index: Path, root: Path) -> list[Clip]:
    """Every labelled clip; of an index with a column ``kind`` only those of kind ``emotion``.

    SettingsError: a column is missing, or no clip is left; AudioError: a file is.
    """
    rows = read_rows(index, _WANTED)
    clips = [_clip(row) for row in rows if row.get("kind", "emotion") == "emotion" and row["label"] and row["speaker"]]
    if len({clip.emotion for clip in clips}) < 2:
        raise SettingsError(f"{index}: {len(clips)} clips with speaker and label; two emotions or more are wanted")
    absent = [clip.path for clip in clips if not (root / clip.path).is_file()]
    if absent:
        raise AudioError(f"{root / absent[0]}: no such file, nor {len(absent) - 1} more; is --root right?")
    return clips


def _clip(row: dict[str, str]) -> Clip:
    return Clip(row["path"], row["speaker"], row["label"].removesuffix(STRONG), row["label"].endswith(STRONG))


def deal_folds(speaker: NDArray[np.str_], pitch: NDArray[np.float64], folds: int) -> NDArray[np.int64]:
    """(clips,) who speaks and how high -> (clips,) fold of each clip; a person is in one fold alone.

    People are dealt by their pitch, there and back, so that each fold has low voices and high ones. SettingsError
    where there are fewer people than folds.
    """
    people = np.unique(speaker)
    if len(people) < folds:
        raise SettingsError(f"{len(people)} speakers found; {folds} folds want as many or more (--folds)")
    order = np.argsort([np.median(pitch[speaker == person]) for person in people], kind="stable")
    there_and_back = [*range(folds), *reversed(range(folds))]
    fold_of = {people[place]: there_and_back[number % len(there_and_back)] for number, place in enumerate(order)}
    return np.array([fold_of[person] for person in speaker])


def sex_by_pitch(speaker: NDArray[np.str_], pitch: NDArray[np.float64]) -> NDArray[np.float32]:
    """(clips,) 1 for the speakers with higher voices: their median pitch, cut where the gap in octaves is widest
    between the quarters of them. A second task for training alone; nobody is told."""
    people = np.unique(speaker)
    usual = np.log2([max(float(np.median(pitch[speaker == person])), 1.0) for person in people])
    ranked = np.sort(usual)
    inner = slice(len(ranked) // 4, max(len(ranked) * 3 // 4, len(ranked) // 4 + 1))
    gaps = np.diff(ranked)[inner]
    cut = ranked[inner.start + int(np.argmax(gaps))] if len(gaps) else ranked[0]
    high = set(people[usual > cut])
    return np.array([person in high for person in speaker], dtype=np.float32)
