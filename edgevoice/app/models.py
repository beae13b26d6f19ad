"""Models, and what hears and recognises with them."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median_low

from edgevoice import identify
from edgevoice.app.home import open_house
from edgevoice.config import Settings, load
from edgevoice.door.enrolment import Enrolment
from edgevoice.errors import ModelError
from edgevoice.hardware.portaudio import quiet_stderr
from edgevoice.identify import Identifier, hear_voices
from edgevoice.listening.capture import Samples
from edgevoice.listening.features import Cepstra
from edgevoice.listening.listen import Listen, ListeningSettings, check_networks
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.embed import Embedding, Vector, XVector
from edgevoice.recognition.emotion import Emotion
from edgevoice.recognition.mood import MoodSense
from edgevoice.recognition.recognise import Recogniser
from edgevoice.storage.speakers import Speakers

_log = logging.getLogger(__name__)
_PLACES = (Path(__file__).parents[2] / "models", Path(sys.prefix) / "share" / "edgevoice" / "models")


def xvector_path(settings: Settings) -> Path:
    """The file in the folder of the settings, or else of the repository or the installation; ModelError for none."""
    return model_path(settings, f"{settings.models.xvector}.tflite")


def model_path(settings: Settings, name: str) -> Path:
    """Where a model lies; ModelError for none."""
    if settings.models.folder is not None:
        return settings.models.folder / name
    for place in _PLACES:
        if (place / name).is_file():
            return place / name
    raise ModelError(
        f"no {name} in {' or '.join(map(str, _PLACES))}; install edgevoice again, or name the folder in models.folder"
    )


def xvector(settings: Settings) -> XVector:
    """The model that embeds; ModelError where it cannot be trusted."""
    path = xvector_path(settings)
    with quiet_stderr():  # the interpreter greets from C
        return XVector(path)


def recogniser(settings: Settings, speakers: Speakers) -> Recogniser:
    """Models and people together; ModelError, SettingsError. Without a mood where that model cannot be trusted."""
    path, rate = xvector_path(settings), settings.recognition.false_accept_rate
    check_networks()
    with quiet_stderr():
        near_times = settings.door.near_miss_times
        recognises = Recogniser(path, speakers.voiceprints, rate, speakers.unknown, near_times)
        try:
            model = None if settings.models.mood == "off" else emotion(settings, recognises.xvector)
        except ModelError as error:
            _log.warning("no mood is told: %s", error)
            model = None
    if model is not None:
        recognises.mood = MoodSense(model, settings.models.mood)
    return recognises


def emotion(settings: Settings, hears: XVector) -> Emotion | None:
    """The model of mood that belongs to the x-vector of the settings; None where it is not installed, ModelError where
    it cannot be trusted."""
    path = xvector_path(settings).with_name(f"{settings.models.xvector.replace('xvector', 'emotion')}.tflite")
    if not (path.exists() or path.with_suffix(".json").exists()):
        return None
    with quiet_stderr():
        return Emotion(path, hears)


def ear(settings: Settings, early: bool = False) -> Listen:
    """A fresh ear for one stream; ``early``: the door's, which may open at a short pause."""
    return Listen(_listening(settings), early)


def identifier(settings: Settings, recognises: Recogniser) -> Identifier:
    """Who speaks, in sound that is there as a whole."""
    return Identifier(_listening(settings), recognises)


def load_identifier(config: Path | None = None) -> Identifier:
    """What ``edgevoice.load`` does; any EdgevoiceError."""
    loaded = load(config)
    return identifier(loaded.settings, recogniser(loaded.settings, open_house(loaded).speakers))


def utterances(samples: Samples, settings: Settings | None = None) -> list[Utterance]:
    """(n,) int16 at 16 kHz -> its utterances; all of it as one where there is a voice but no utterance."""
    return hear_voices(samples, _listening(settings or Settings()))


def hear_clip(samples: Samples, settings: Settings | None = None) -> Cepstra:
    """(n,) int16 at 16 kHz through the ear of the device -> (frames, 40) all speech in it; AudioError: too short."""
    return identify.hear_clip(samples, _listening(settings or Settings()))


def embed_clip(samples: Samples, model: XVector, settings: Settings | None = None) -> Embedding:
    """(n,) int16 at 16 kHz through the whole path of the device -> one embedding.

    The utterances are joined before the model sees them; a clip without any is embedded as a whole. AudioError where
    it is too short for that.
    """
    return model.embed(hear_clip(samples, settings))


def enrolment(settings: Settings, recognises: Recogniser) -> Enrolment:
    """An empty enrolment, whose clips must agree by the calibrated score."""

    def agreement(vector: Vector, others: Sequence[Vector]) -> float:
        # Not against the mean of the others, nor the mean of the LLRs: a second clip of the same voice would outweigh
        # the clips of somebody else, and two clips of each of two people pass as one person.
        return median_low(recognises.scorer.llr(vector, other) for other in others)

    return Enrolment(settings.enrolment, agreement)


def _listening(settings: Settings) -> ListeningSettings:
    return ListeningSettings(activity=settings.listening.activity, utterance=settings.listening.utterance)
