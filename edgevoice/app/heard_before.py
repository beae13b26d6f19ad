"""What was heard before: the replay guard, the fingerprints of an enrolment, and the watch for known sounds."""

import logging
from collections.abc import Sequence

from edgevoice.app.home import House
from edgevoice.app.recordings import library, tones
from edgevoice.config import Settings
from edgevoice.door.known_sounds import Opens, SoundWatch, follows, unknown
from edgevoice.errors import SettingsError
from edgevoice.hardware import Sounder
from edgevoice.listening.utterance import Utterance
from edgevoice.pipeline import HeardOut, forget
from edgevoice.recognition.known_sounds import KnownSounds
from edgevoice.recognition.landmarks import landmarks
from edgevoice.recognition.recognise import Recognises
from edgevoice.recognition.recordings import keep
from edgevoice.recognition.replay import Memory, ReplayGuard, to_bytes
from edgevoice.recognition.tones import Tones

_log = logging.getLogger(__name__)


def replay_guard(settings: Settings, home: House, recognises: Recognises) -> tuple[Recognises, HeardOut]:
    """What recognises at the door, and what is told the rest of an utterance that opened early; StorageError."""
    if not settings.replay.guard:
        return recognises, forget
    guard = ReplayGuard(recognises, Memory(home.heard))
    return guard, guard.heard_out


def remember_enrolment(settings: Settings, home: House, speaker: str, utterances: Sequence[Utterance]) -> None:
    """Keep the fingerprints of what somebody was enrolled from; StorageError."""
    if settings.replay.guard:
        kept = [to_bytes(keep(speaker, landmarks(utterance.frames.spectrum))) for utterance in utterances]
        home.heard.add(kept, "enrolment", speaker)


def sound_watch(settings: Settings, home: House, door: Opens, sounder: Sounder) -> SoundWatch:
    """The watch for the sounds that are in the library now; StorageError."""
    rules, listens = settings.sounds, None
    if rules.listen:
        known = home.recordings.list()
        for wrong in unknown(rules, [each.name for each in known]):
            _log.warning("%s", wrong)
        if known:
            listens = KnownSounds(library(known), rules.again_after_s, Tones(tones(known)))
    return SoundWatch(listens, rules, door, home.events, sounder)


def check_sounds(settings: Settings, home: House) -> str:
    """What is listened for and what follows, in words; SettingsError where a rule names no known sound."""
    rules = settings.sounds
    if not rules.listen:
        return "not listened for: sounds.listen = false"
    names = list(dict.fromkeys(each.name for each in home.recordings.list()))
    if wrong := unknown(rules, names):
        raise SettingsError("; ".join(wrong))
    return ", ".join(f"{name}: {follows(name, rules)}" for name in names) or "none; edgevoice recordings add NAME WAV"
