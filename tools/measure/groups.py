"""Who is who: the groups of an index, by sex, age and set, each with its own trials as at the door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgevoice.errors import SettingsError
from edgevoice.recognition.score import Scorer
from tools.index import read_rows
from tools.label import ADULT_YEARS, age, sex
from tools.measure.door_trials import Trials, Voice, door_trials
from tools.measure.intervals import eer_interval
from tools.measure.metrics import eer
from tools.measure.trials import COLUMNS

FEWEST = 4
"""Speakers that a group must have."""


@dataclass(frozen=True)
class Person:
    """set: of the index; sex: "f", "m" or "" where the label tells none; adult: None where it tells no age."""

    set: str
    sex: str
    adult: bool | None


@dataclass(frozen=True)
class Group:
    """kind: what tells it from its sisters (groups are compared within a kind); its speakers."""

    kind: str
    name: str
    speakers: tuple[str, ...]


def people_of(index: Path, split: str | None) -> tuple[dict[str, Person], list[tuple[str, str]]]:
    """Speaker -> person, and (path, speaker) of all clips; ``split``: only these rows. SettingsError for none."""
    people: dict[str, Person] = {}
    clips: list[tuple[str, str]] = []
    for row in read_rows(index, COLUMNS):
        if (split is None or row.get("split") == split) and row["speaker"]:
            clips.append((row["path"], row["speaker"]))
            people[row["speaker"]] = _person(row)
    if not clips:
        raise SettingsError(f"{index}: no clip of the split {split!r} names a speaker")
    return people, clips


def groups(people: Mapping[str, Person]) -> list[Group]:
    """By sex among adults and among children, by age, by set among adults and those of unknown age; where they are
    large enough."""
    kinds: dict[str, Callable[[Person], str]] = {
        "sex, adults": lambda person: {"f": "women", "m": "men"}.get(person.sex, "") if person.adult else "",
        "sex, children": lambda person: {"f": "girls", "m": "boys"}.get(person.sex, "")
        if person.adult is False
        else "",
        "age": lambda person: {True: "adults", False: "children", None: ""}[person.adult],
        "set": lambda person: person.set if person.adult is not False else "",
    }
    found = []
    for kind, naming in kinds.items():
        names = {speaker: naming(person) for speaker, person in people.items()}
        for name in sorted(set(names.values()) - {""}):
            members = tuple(speaker for speaker, its in names.items() if its == name)
            if len(members) >= FEWEST:
                found.append(Group(kind, name, members))
    return found


def trials_of(group: Group, voices: Mapping[str, Voice], scorer: Scorer) -> Trials:
    """Members enrolled and tried by members, nobody else: the hardest, as strangers outside sound unlike them."""
    return door_trials({name: voice for name, voice in voices.items() if name in group.speakers}, scorer)


def eer_of(trials: Trials) -> tuple[float, tuple[float, float]]:
    """EER and its 95 % interval over speakers."""
    scores = np.concatenate([trials.target, trials.nontarget])
    same = np.arange(len(scores)) < len(trials.target)
    first = np.concatenate([trials.target_of, trials.nontarget_of]).astype(np.intp)
    second = np.concatenate([trials.target_of, trials.nontarget_by]).astype(np.intp)
    return eer(trials.target, trials.nontarget), eer_interval(scores, same, (first, second))


def _person(row: Mapping[str, str]) -> Person:
    years = age(row["label"])
    return Person(row.get("set") or "all", sex(row["label"]), None if years is None else years >= ADULT_YEARS)
