"""A door put together by hand, so that any one part of it can be made to fail."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edgevoice.door.act import Act
from edgevoice.door.decide import Rules
from edgevoice.door.kiosk import Extras, Kiosk
from edgevoice.door.lockout import Attempts, LockoutRules
from edgevoice.door.machine import Limits
from edgevoice.hardware import Light, Sounder
from edgevoice.hardware.fake import FakeLights, FakeLock, ManualClock
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, AudioBlock
from edgevoice.listening.frames import Frames
from edgevoice.listening.listen import Level
from edgevoice.listening.quality import Quality
from edgevoice.listening.utterance import Utterance
from edgevoice.pipeline import Pipeline
from edgevoice.recognition.recognise import Evidence
from edgevoice.storage.database import Database
from edgevoice.storage.events import Event, Events
from edgevoice.storage.state import State
from tests.door.evidence import evidence, score

OPEN_SECONDS = Limits().open_s
_WRITTEN = re.compile(r"(?i)^(?:insert into|insert or \w+ into|replace into|update) \W?(\w+)")
QUIET = Level(-60.0, -60.0, False)


class Said(Utterance):
    """An utterance of known quality, without the frames to reckon it from."""

    quality = Quality(1.6, 20.0, 0.0)


UTTERANCE = Said(Frames.none(), 1.0, 3.0)


class BrokenError(Exception):
    """What a stage raises: nothing that edgevoice knows."""


class Ear:
    """Hears one utterance in every block; what is set to fail does."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.cpu_seconds, self.level, self.frames = 0.5, QUIET, Frames.none()

    def hear(self, block: AudioBlock) -> list[Utterance]:
        if self.fails == "hear":
            raise BrokenError("the ear")
        return [UTTERANCE]

    def finish(self) -> list[Utterance]:
        if self.fails == "finish":
            raise BrokenError("the ear's end")
        return [UTTERANCE]


class Recogniser:
    """Takes everybody for Ada, or for nobody."""

    def __init__(self, llr: float = 4.2) -> None:
        self.llr = llr
        self.front_end_ms: list[float] = []
        self.heard: list[Utterance] = []

    def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
        self.heard.append(utterance)
        self.front_end_ms.append(front_end_ms)
        return evidence(score("Ada", self.llr))


class BrokenRecogniser(Recogniser):
    def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
        raise BrokenError("the model")


class BrokenEvidence(Recogniser):
    """Gives evidence that breaks whoever looks into it."""

    def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
        found = super().recognise(utterance, front_end_ms)
        object.__setattr__(found, "scores", None)
        return found


class BrokenState(State):
    def put(self, name: str, figures: Mapping[str, float]) -> None:
        raise BrokenError("the disk")


class BrokenLock(FakeLock):
    """Opens, and only then fails."""

    def open_for(self, seconds: float) -> None:
        super().open_for(seconds)
        raise BrokenError("the relay")


class BrokenGreen(FakeLights):
    """Every light but the green one works."""

    def show(self, light: Light) -> None:
        if light is Light.OPEN:
            raise BrokenError("the green light")
        super().show(light)


class BrokenBlue(FakeLights):
    def show(self, light: Light) -> None:
        if light is Light.LISTENING:
            raise BrokenError("the blue light")
        super().show(light)


class BrokenEvents(Events):
    """Cannot write down an opening."""

    def write(
        self, kind: str, reason: str, speaker: str | None = None, figures: Mapping[str, float] | None = None
    ) -> int:
        if kind == "open":
            raise BrokenError("the audit log")
        return super().write(kind, reason, speaker, figures)


@dataclass
class Parts:
    """What a door is made of; the classes may be replaced by broken ones."""

    ear: type[Ear] | Ear = Ear
    recogniser: Recogniser | None = None
    state: type[State] = State
    lock: type[FakeLock] = FakeLock
    lights: type[FakeLights] = FakeLights
    events: type[Events] = Events
    sounder: Callable[[ManualClock], Sounder] = FakeSounder
    limits: Limits | None = None
    extras: Extras | None = None
    clock: ManualClock = field(default_factory=ManualClock)


@dataclass(frozen=True)
class Door:
    """A door and everything that can be seen of it."""

    pipeline: Pipeline
    kiosk: Kiosk
    lock: FakeLock
    lights: FakeLights
    log: Events
    clock: ManualClock
    database: Database

    def audit(self) -> list[Event]:
        return self.log.last(100)


@contextmanager
def door(folder: Path, parts: Parts | None = None) -> Iterator[Door]:
    """A door with a real database in ``folder``."""
    parts = parts or Parts()
    clock = parts.clock
    lock, lights = parts.lock(clock), parts.lights(clock)
    with Database.open(folder) as database:
        events = parts.events(database)
        attempts = Attempts(parts.state(database), LockoutRules(), clock)
        act = Act(lock, lights, events, parts.sounder(clock), clock)
        kiosk = Kiosk(act, attempts, Rules(), clock, parts.limits, parts.extras)
        ear = parts.ear
        pipeline = Pipeline(ear if isinstance(ear, type) else lambda: ear, parts.recogniser or Recogniser(), kiosk)
        yield Door(pipeline, kiosk, lock, lights, Events(database), clock, database)


def writes(database: Database) -> list[str]:
    """The tables that are written to from now on, in order, as SQLite tells."""
    tables: list[str] = []

    def note(statement: str) -> None:
        tables.extend(_WRITTEN.findall(statement))

    database._tables.conn.set_trace_callback(note)
    return tables


def begins(database: Database) -> threading.Event:
    """Set when its next transaction is about to begin, and waits perhaps for that of another program."""
    begun = threading.Event()

    def note(statement: str) -> None:
        if statement.lower().startswith("begin"):
            begun.set()

    database._tables.conn.set_trace_callback(note)
    return begun


def block(number: int = 0) -> AudioBlock:
    """The block that follows ``number`` others."""
    return AudioBlock(np.zeros(SAMPLES_PER_BLOCK, np.int16), number * SAMPLES_PER_BLOCK)


BLOCK_S = SAMPLES_PER_BLOCK / SAMPLE_RATE
