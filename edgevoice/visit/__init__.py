"""A visit: synthetic sounds that play as the microphone where there is none, and that the tests use as real audio.

``visit.json`` is the script: whose clips enrol whom, what is heard in which order, and what the door should do.
The clips lie beside it; README.md says where each comes from.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from edgevoice.errors import AudioError, SettingsError

FOLDER = Path(str(files(__name__)))
SCRIPT = "visit.json"

Expectation = Literal["open", "refuse", "named", "nothing"]
"""The door opens; an utterance is heard and refused; a known sound is named; nothing of that."""


@dataclass(frozen=True)
class Step:
    """One sound: its file, the enrolled person who speaks (or None), what it is, what the door should do."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    file: str
    who: str | None
    what: str
    expect: Expectation


@dataclass(frozen=True)
class Clip:
    """One spoken sentence and how it was made: the Kokoro voice, its language, speed (1 = normal) and the room."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    file: str
    speaker: str
    voice: str
    language: Literal["en-us", "en-gb"]
    text: str
    speed: float
    room: Literal["study", "porch"]


@dataclass(frozen=True)
class Visit:
    """The whole script. sounds: what each non-speech file is; heard_before: the steps of another visit, to a door that
    has the sounds of ``known``, by their names, in its library."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    enrolment: dict[str, tuple[str, ...]]
    steps: tuple[Step, ...]
    heard_before: tuple[Step, ...]
    known: dict[str, str]
    clips: tuple[Clip, ...]
    sounds: dict[str, str]

    @property
    def files(self) -> tuple[str, ...]:
        """Every sound file that the script names, speech first."""
        return (*(clip.file for clip in self.clips), *self.sounds, *self.known.values())

    @property
    def strangers(self) -> tuple[str, ...]:
        """The speakers whom nobody enrolled, in the order of the script."""
        return tuple(dict.fromkeys(clip.speaker for clip in self.clips if clip.speaker not in self.enrolment))

    def unlocks(self, speaker: str) -> tuple[str, ...]:
        """The files in which ``speaker`` asks to be let in: none of them serves for enrolment."""
        enrolled = self.enrolment.get(speaker, ())
        return tuple(clip.file for clip in self.clips if clip.speaker == speaker and clip.file not in enrolled)


def read_script(path: Path = FOLDER / SCRIPT) -> Visit:
    """Read the script alone, without looking for its sounds.

    Raises SettingsError when the file cannot be read or is no script of a visit.
    """
    try:
        return TypeAdapter(Visit).validate_json(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"the script of the visit cannot be read: {error}; install edgevoice again") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SettingsError(f"{path}: {where}: {first['msg']}; compare it with the script that ships") from error


def load_visit(folder: Path = FOLDER) -> Visit:
    """Read the script in ``folder`` and make sure that every sound it names, in any part, lies there and is described.

    Raises SettingsError when the script is wrong, AudioError when a sound is missing.
    """
    visit = read_script(folder / SCRIPT)
    used = {step.file for step in (*visit.steps, *visit.heard_before)} | {
        file for takes in visit.enrolment.values() for file in takes
    }
    if unknown := sorted(used - set(visit.files)):
        raise SettingsError(
            f"{folder / SCRIPT}: {unknown[0]} is used but is neither in clips nor in sounds nor known; add it there"
        )
    if missing := [file for file in visit.files if not (folder / file).is_file()]:
        raise AudioError(
            f"{len(missing)} of {len(visit.files)} sounds of the visit are not in {folder}, the first is {missing[0]}; "
            "install edgevoice again, or make them: python -m tools.synthetic.voices; python -m tools.synthetic.sounds"
        )
    return visit
