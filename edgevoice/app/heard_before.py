"""What was heard before: the replay guard, the fingerprints of an enrolment, and the watch for known sounds."""

from collections.abc import Sequence

from edgevoice.app.home import House
from edgevoice.app.recordings import library, tones
from edgevoice.config import Settings
from edgevoice.door.known_sounds import Opens, SoundWatch
from edgevoice.hardware import Sounder
from edgevoice.listening.utterance import Utterance
from edgevoice.pipeline import HeardOut, Recognises, forget
from edgevoice.recognition.known_sounds import KnownSounds
from edgevoice.recognition.landmarks import landmarks
from edgevoice.recognition.recordings import keep
from edgevoice.recognition.replay import Memory, ReplayGuard, to_bytes
from edgevoice.recognition.tones import Tones


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
    rules = settings.sounds
    known = home.recordings.list() if rules.listen else []
    listens = KnownSounds(library(known), rules.again_after_s, Tones(tones(known))) if known else None
    return SoundWatch(listens, rules, door, home.events, sounder)
