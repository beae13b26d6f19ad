"""An index of clips -> the verification trials: every pair of clips, target where the speaker is the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import AudioError, SettingsError
from tools.index import read_rows
from tools.label import ADULT_YEARS, age
from tools.measure.metrics import Indices, Mask

COLUMNS = ("path", "speaker", "session", "label")
DEVELOPMENT_SETS = ("dev/speechocean762", "dev/librispeech10")
"""People that no network of ours learns from: by accents and ages; native readers."""


@dataclass(frozen=True)
class Clip:
    """One line of the index; session "" where unknown; age in years, None where the label carries none."""

    path: str
    speaker: str
    session: str
    age: int | None


@dataclass(frozen=True, eq=False)
class Trials:
    """(n,) pairs of clips, each once: first < second are places in ``clips``."""

    clips: tuple[Clip, ...]
    first: Indices
    second: Indices
    is_target: Mask
    speaker: NDArray[np.intp]
    """(clips,) number of each clip's speaker, 0 .. speakers - 1."""

    @property
    def speakers(self) -> int:
        """How many people speak."""
        return int(self.speaker.max()) + 1


@dataclass(frozen=True)
class Selection:
    """Which clips and pairs of an index are wanted.

    set_name: as in ``dev/speechocean762``, a whole part of kind/split/set or of the clip's folder; adults: labels like
    ``f31`` with 18 or more years; cross_session: target trials only between two known, different sessions; grown_up:
    all but labels like ``m07``, of less years; labels: these alone, unless there are none.
    """

    set_name: str | None = None
    adults: bool = False
    cross_session: bool = False
    grown_up: bool = False
    labels: tuple[str, ...] = ()


def read_trials(index: Path, root: Path, selection: Selection) -> Trials:
    """The trials of an index whose clips lie under ``root``; SettingsError or AudioError where it yields none."""
    clips = read_clips(index, selection)
    _demand_files(clips, root)
    return pair(clips, selection.cross_session)


def read_clips(index: Path, selection: Selection) -> tuple[Clip, ...]:
    """The listed clips that are wanted; SettingsError where the index is unfit or nothing is left."""
    rows = read_rows(index, COLUMNS)
    wanted = [row for row in rows if _in_set(row, selection.set_name)]
    if not wanted:
        raise SettingsError(
            f"{index}: no clip of the set {selection.set_name!r} in {len(rows)} lines; wanted one of: {_known(rows)}"
        )
    if labels := selection.labels:
        found = sorted({row["label"] for row in wanted})
        wanted = [row for row in wanted if row["label"] in labels]
        if not wanted:
            raise SettingsError(
                f"{index}: no clip has the label {' or '.join(labels)}; found are {', '.join(found[:20])}"
            )
    clips = tuple(_clip(row, index) for row in wanted)
    if selection.grown_up:
        clips = tuple(clip for clip in clips if clip.age is None or clip.age >= ADULT_YEARS)
        if not clips:
            raise SettingsError(f"{index}: found only children in {len(wanted)} lines; wanted an adult, or no ages")
    if not selection.adults:
        return clips
    adults = tuple(clip for clip in clips if clip.age is not None and clip.age >= ADULT_YEARS)
    if not adults:
        raise SettingsError(f"{index}: no adult among {len(clips)} clips; wanted labels like f31; leave --adults out")
    return adults


def pair(clips: Sequence[Clip], cross_session: bool = False) -> Trials:
    """All pairs of clips; SettingsError where no target or no non-target trial is among them."""
    speaker, session = _numbered([clip.speaker for clip in clips]), _numbered([clip.session for clip in clips])
    first, second = np.triu_indices(len(clips), 1)
    is_target = speaker[first] == speaker[second]
    if cross_session:
        known = np.array([bool(clip.session) for clip in clips])
        apart = (session[first] != session[second]) & known[first] & known[second]
        wanted = ~is_target | apart
        first, second, is_target = first[wanted], second[wanted], is_target[wanted]
    if not is_target.any() or is_target.all():
        raise SettingsError(_one_sided(clips, is_target, cross_session))
    return Trials(tuple(clips), first, second, is_target, speaker)


def _in_set(row: dict[str, str], name: str | None) -> bool:
    listed = "/".join(row.get(column, "") for column in ("kind", "split", "set"))
    wanted = f"/{(name or '').strip('/')}/"
    return name is None or wanted in f"/{listed}/" or wanted in f"/{Path(row['path']).parent.as_posix()}/"


def _known(rows: list[dict[str, str]]) -> str:
    listed = {"/".join(filter(None, (row.get("split"), row.get("set")))) for row in rows}
    folders = {Path(row["path"]).parent.as_posix() for row in rows}
    names = sorted(listed - {""}) or sorted(folders)
    return ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")


def _clip(row: dict[str, str], index: Path) -> Clip:
    if not row["path"] or not row["speaker"]:
        raise SettingsError(
            f"{index}: {row['path'] or 'a line without a path'} names no speaker; every clip of a trial needs one: "
            "fill it in, or choose a labelled part with --set"
        )
    return Clip(row["path"], row["speaker"], row["session"], age(row["label"]))


def _demand_files(clips: Sequence[Clip], root: Path) -> None:
    missing = [clip.path for clip in clips if not (root / clip.path).is_file()]
    if missing:
        raise AudioError(
            f"{root / missing[0]}: no such file, nor {len(missing) - 1} more of the {len(clips)} clips; "
            "paths of the index are relative to --root: check it"
        )


def _numbered(names: list[str]) -> NDArray[np.intp]:
    return np.asarray(np.unique(np.array(names, dtype=str), return_inverse=True)[1], dtype=np.intp)


def _one_sided(clips: Sequence[Clip], is_target: Mask, cross_session: bool) -> str:
    speakers = len({clip.speaker for clip in clips})
    found = f"found {len(clips)} clips of {speakers} speakers"
    if is_target.size and is_target.all():
        return f"no non-target trial: {found}; wanted two speakers or more"
    if cross_session:
        sessions = len({clip.session for clip in clips} - {""})
        return (
            f"no target trial across sessions: {found} in {sessions} named sessions; wanted a speaker with clips in "
            "two sessions: fill the column session, or leave --cross-session out"
        )
    return f"no target trial: {found}; wanted a speaker with two clips"
