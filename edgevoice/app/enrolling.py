"""Enrolment outside the door: from files or at a desk, through the same gates as at the button."""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from edgevoice.app.heard_before import remember_enrolment
from edgevoice.app.home import House
from edgevoice.app.models import ear, enrolment, recogniser
from edgevoice.config import Settings
from edgevoice.door.enrolment import Progress
from edgevoice.door.gates import NO_SPEECH
from edgevoice.errors import SpeakerError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.identify import hear_all
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.embed import Embedding
from edgevoice.storage.names import fold, tidy
from edgevoice.storage.voiceprints import Voiceprint


class How(Enum):
    """What becomes of the voice."""

    NEW = "new"
    RENEW = "renew"
    ADD = "add"


class Enroller:
    """One person's enrolment, from the name to the audit row; until ``keep`` nothing is stored."""

    def __init__(self, settings: Settings, home: House, name: str, how: How = How.NEW) -> None:
        """SpeakerError now, where storage would refuse the name after everything was said; ModelError, StorageError."""
        _refuse_name(home, name, how)
        self.recogniser = recogniser(settings, home.speakers)
        self._settings, self._home, self._name, self._how = settings, home, name, how
        self._enrolment = enrolment(settings, self.recogniser)
        self._heard: list[Utterance] = []

    def hear(self, take: str, utterance: Utterance, embedding: Embedding | None = None) -> Progress:
        """Judge one utterance of a take, which its owner knows by this name; ``embedding``: instead of what the door's
        model makes of it, in that one's space."""
        self._heard.append(utterance)
        voice = embedding or self.recogniser.embed(utterance)
        return self._enrolment.hear(take, utterance.quality, voice, self.recogniser.agreement(utterance))

    def miss(self, take: str) -> None:
        """Note a take in which nobody was heard."""
        self._enrolment.reject(take, NO_SPEECH)

    def keep(self) -> Voiceprint:
        """Store the voice, and remember what it was made of so that it cannot be replayed; all of it or nothing.

        EnrolmentError: too little was good, or the door could not tell it from another; SpeakerError, StorageError.
        """
        voiceprint, register = self._enrolment.voiceprint(self._name), self._home.register
        with self._home.database.transaction():
            if self._how is How.ADD:
                kept = register.extend(voiceprint, self.recogniser)
            else:
                kept = register.enrol(voiceprint, self.recogniser, renew=self._how is How.RENEW)
            remember_enrolment(self._settings, self._home, kept.speaker, self._heard)
        return kept


def enroll_files(settings: Settings, home: House, name: str, files: Sequence[Path], how: How = How.NEW) -> Voiceprint:
    """Every utterance of every file is a take; errors as of ``Enroller``, and AudioError."""
    enroller = Enroller(settings, home, name, how)
    for file in files:
        utterances = hear_all(ear(settings), read_sound(file))
        for utterance in utterances:
            enroller.hear(str(file), utterance)
        if not utterances:
            enroller.miss(str(file))
    return enroller.keep()


def _refuse_name(home: House, name: str, how: How) -> None:
    tidied = tidy(name)
    known = any(fold(person.name) == fold(tidied) for person in home.speakers.list())
    if known and how is How.NEW:
        raise SpeakerError(f"{tidied!r} is enrolled already; choose another name, or replace the voice with --renew")
    if how is not How.NEW and not known:
        raise SpeakerError(f"{tidied!r} is not enrolled; leave --{how.value} out")
