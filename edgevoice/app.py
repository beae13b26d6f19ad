"""The only place that chooses implementations: settings -> the parts of the device, put together."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low

from edgevoice.config import Loaded, Settings, load
from edgevoice.door.act import Act
from edgevoice.door.enrolment import Enrolment
from edgevoice.door.kiosk import Kiosk
from edgevoice.door.lockout import Attempts
from edgevoice.errors import ModelError
from edgevoice.hardware import Lights, Lock
from edgevoice.hardware.fake import FakeLights, FakeLock
from edgevoice.hardware.gpio import GpioLock
from edgevoice.hardware.gpio_lights import GpioLights
from edgevoice.hardware.microphone import PyAudioMicrophone
from edgevoice.hardware.microphone_status import MicrophoneStatus
from edgevoice.hardware.pins import load_gpio
from edgevoice.hardware.portaudio import quiet_stderr
from edgevoice.hardware.wave import WaveMicrophone
from edgevoice.identify import Recogniser as Identifier
from edgevoice.identify import cepstra
from edgevoice.listening.capture import Samples
from edgevoice.listening.features import Cepstra
from edgevoice.listening.frames import FrontEnd
from edgevoice.listening.listen import Listen, ListeningSettings
from edgevoice.pipeline import Pipeline
from edgevoice.recognition.embed import Embedding, Vector, XVector
from edgevoice.recognition.recognise import Recogniser
from edgevoice.storage.alone import alone
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.secrets import FILE_NAME as KEY_NAME
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from edgevoice.storage.state import State

Clock = Callable[[], float]
"""Seconds, never backwards."""


@dataclass(frozen=True)
class House:
    """The people, the audit log and what must outlive a restart: one SQLite file and a key. Belongs to one thread."""

    database: Database
    speakers: Speakers
    events: Events
    state: State


@dataclass(frozen=True)
class Device:
    """A door that serves."""

    lock: Lock
    lights: Lights
    kiosk: Kiosk
    pipeline: Pipeline


def open_house(loaded: Loaded) -> House:
    """Open the database, making it where there is none; StorageError. Close ``house.database`` at the end."""
    database = Database.open(loaded.data)
    speakers = Speakers(database, Secrets(loaded.data / KEY_NAME))
    return House(database, speakers, Events(database, keep=loaded.settings.storage.events_kept), State(database))


@contextmanager
def house(loaded: Loaded) -> Iterator[House]:
    """``open_house`` for a ``with`` statement."""
    opened = open_house(loaded)
    try:
        yield opened
    finally:
        opened.database.close()


def xvector_path(settings: Settings) -> Path:
    """The file in the folder of the settings, or else of the repository or the installation; ModelError for none."""
    name = f"{settings.models.xvector}.tflite"
    if settings.models.folder is not None:
        return settings.models.folder / name
    places = (Path(__file__).parents[1] / "models", Path(sys.prefix) / "share" / "edgevoice" / "models")
    for place in places:
        if (place / name).is_file():
            return place / name
    raise ModelError(
        f"no {name} in {' or '.join(map(str, places))}; install edgevoice again, or name the folder in models.folder"
    )


def xvector(settings: Settings) -> XVector:
    """The model that embeds; ModelError where it cannot be trusted."""
    path = xvector_path(settings)
    with quiet_stderr():  # the interpreter greets from C
        return XVector(path)


def recogniser(settings: Settings, speakers: Speakers) -> Recogniser:
    """Models and people together; ModelError, SettingsError."""
    path, rate = xvector_path(settings), settings.recognition.false_accept_rate
    with quiet_stderr():
        return Recogniser(path, speakers.voiceprints, rate)


def ear(settings: Settings, early: bool = False) -> Listen:
    """A fresh ear for one stream; ``early``: the door's, which may open at a short pause."""
    return Listen(_listening(settings), early)


def identifier(settings: Settings, recognises: Recogniser) -> Identifier:
    """Who speaks, in sound that is there as a whole."""
    return Identifier(lambda: ear(settings), recognises)


def load_identifier(config: Path | None = None) -> Identifier:
    """What ``edgevoice.load`` does; any EdgevoiceError."""
    loaded = load(config)
    return identifier(loaded.settings, recogniser(loaded.settings, open_house(loaded).speakers))


def embed_clip(samples: Samples, model: XVector, settings: Settings | None = None) -> Embedding:
    """(n,) int16 at 16 kHz through the whole path of the device -> one embedding.

    The utterances are joined before the model sees them; a clip without any is embedded as a whole. AudioError where
    it is too short for that.
    """
    settings = settings or Settings()
    return model.embed(cepstra(samples, ear(settings), lambda clip: _all_frames(clip, settings)))


def enrolment(settings: Settings, recognises: Recogniser) -> Enrolment:
    """An empty enrolment, whose clips must agree by the calibrated score."""

    def agreement(vector: Vector, others: Sequence[Vector]) -> float:
        # Not against the mean of the others, nor the mean of the LLRs: a second clip of the same voice would outweigh
        # the clips of somebody else, and two clips of each of two people pass as one person.
        return median_low(recognises.scorer.llr(vector, other) for other in others)

    return Enrolment(settings.enrolment, agreement)


def microphone(
    settings: Settings, report: Callable[[MicrophoneStatus], None] = lambda status: None
) -> PyAudioMicrophone:
    """The capture device; nothing is opened yet."""
    return PyAudioMicrophone(settings.microphone, report)


def files(paths: Sequence[Path], realtime: bool) -> WaveMicrophone:
    """Sound files as the microphone, one after the other; AudioError."""
    return WaveMicrophone(paths, realtime)


def check_gpio() -> None:
    """HardwareError where lock and lights could not be driven."""
    load_gpio()


def lock(settings: Settings, clock: Clock = time.monotonic) -> Lock:
    """The lock, shut; HardwareError. ``clock``: of the fake only, a relay lives in real time."""
    return GpioLock(load_gpio(), settings.gpio) if settings.lock.driver == "gpio" else FakeLock(clock)


def lights(settings: Settings, clock: Clock = time.monotonic) -> Lights:
    """The lights, dark; HardwareError."""
    return GpioLights(load_gpio(), settings.gpio) if settings.lights.driver == "gpio" else FakeLights(clock)


@contextmanager
def device(settings: Settings, home: House, clock: Clock = time.monotonic) -> Iterator[Device]:
    """A door that serves until the end of the ``with`` statement, and is shut after it, whatever happens.

    StorageError where another process serves the same people: neither would know of the other's lockout.
    """
    with alone(home.database.path.parent), _put_together(settings, home, clock) as together:
        yield together


@contextmanager
def _put_together(settings: Settings, home: House, clock: Clock) -> Iterator[Device]:
    recognises = recogniser(settings, home.speakers)
    model = recognises.xvector.manifest.name
    recognises.threshold(
        sum(person.model == model for person in home.speakers.list())
    )  # refuse it now, not at the door
    the_lock = lock(settings, clock)
    try:
        the_lights = lights(settings, clock)
        try:
            act = Act(the_lock, the_lights, home.events, settings.door.open_seconds)
            attempts = Attempts(home.state, settings.lockout, clock)
            kiosk = Kiosk(the_lock, the_lights, act, attempts, settings.door, clock)
            yield Device(the_lock, the_lights, kiosk, Pipeline(lambda: ear(settings, early=True), recognises, kiosk))
        finally:
            the_lights.close()
    finally:
        the_lock.close()


def _listening(settings: Settings) -> ListeningSettings:
    return ListeningSettings(activity=settings.listening.activity, utterance=settings.listening.utterance)


def _all_frames(samples: Samples, settings: Settings) -> Cepstra:
    listening = _listening(settings)
    return FrontEnd(listening.subtraction, listening.activity)(samples).mfcc
