"""The people of the house, changed by its rules: every change with its audit row, or not at all."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edgevoice.door.enrolment import refuse_similar
from edgevoice.door.gates import figures
from edgevoice.errors import EnrolmentError, SpeakerError, StorageError
from edgevoice.recognition.embed import Embedding, Vector, unit
from edgevoice.recognition.recognise import Recogniser
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.heard import Heard
from edgevoice.storage.names import fold
from edgevoice.storage.speakers import Speakers
from edgevoice.storage.voiceprints import Voiceprint

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Register:
    """Enrols, extends, promotes, demotes and removes. Nothing of a change stays where a part of it fails."""

    database: Database
    speakers: Speakers
    events: Events
    heard: Heard | None = None

    def administrators(self) -> list[str]:
        """Who may allow an enrolment."""
        return [person.name for person in self.speakers.list() if person.administrator]

    def enrol(
        self, voiceprint: Voiceprint, recogniser: Recogniser, renew: bool = False, kept: Sequence[int] = ()
    ) -> Voiceprint:
        """Store a voice that the door can tell from every other; the first person of a house is an administrator.

        ``kept``: numbers of the fingerprints of what was said, which from now on belong to that person.

        EnrolmentError: somebody enrolled sounds like it; SpeakerError, StorageError, SettingsError.
        """
        name, vector, model, utterances = _parts(voiceprint)
        with self.database.transaction():  # from the comparison on, or two programs keep one voice under two names
            self._refuse_similar(voiceprint, recogniser)
            first = not self.speakers.list()
            (self.speakers.renew if renew else self.speakers.add)(name, vector, model, utterances)
            if first:
                self.speakers.set_administrator(name, True)
            # As it is kept, whatever the spelling now: a later removal takes that name out of the log.
            called = self.speakers.find(name).name
            if self.heard is not None:
                self.heard.assign(kept, called)
            role = ", as the first administrator" if first else ""
            self.events.write("enrolled", f"{called} was enrolled from {utterances} utterances{role}", called)
        return replace(voiceprint, speaker=called)

    def extend(self, voiceprint: Voiceprint, recogniser: Recogniser, kept: Sequence[int] = ()) -> Voiceprint:
        """Add to what a person was enrolled with, each utterance with the same weight.

        EnrolmentError where the door would not take the voice for that person; SpeakerError: nobody, or another model.
        """
        before = self.speakers.enrolled_with(voiceprint.speaker)
        if before.model != voiceprint.model:
            raise SpeakerError(
                f"{before.speaker!r} is enrolled with {before.model}, this is {voiceprint.model}: nothing can be added;"
                f" replace it with: edgevoice enroll --renew {before.speaker!r}"
            )
        llr = recogniser.scorer.llr(voiceprint.vector, before.vector)
        threshold = recogniser.threshold(len(self.speakers.list()))
        if not llr >= threshold:
            found, wanted = figures(llr, threshold)
            raise EnrolmentError(
                f"nothing is added to {before.speaker!r}: the voice scored {found} as that person, {wanted} wanted"
            )
        joined = before.utterances * before.vector + voiceprint.utterances * voiceprint.vector
        utterances = before.utterances + voiceprint.utterances
        after = Voiceprint(before.speaker, unit(joined), before.model, utterances)
        return self.enrol(after, recogniser, renew=True, kept=kept)

    def promote(self, name: str) -> str:
        """Let a person allow enrolments; the name as it is kept."""
        return self._appoint(name, True)

    def demote(self, name: str, force: bool = False) -> str:
        """Let a person no longer allow enrolments; SpeakerError for the last who may, unless ``force``."""
        with self.database.transaction():  # or two programs at once leave nobody
            if not force:
                self._refuse_last(name)
            return self._appoint(name, False)

    def remove(self, name: str, force: bool = False) -> str:
        """Forget a person; SpeakerError for the last administrator among several people, unless ``force``."""
        person = self.speakers.find(name)

        def refuse() -> None:
            if not force and len(self.speakers.list()) > 1:
                self._refuse_last(name)

        self.speakers.remove(person.name, refuse, self._write_removal)
        return person.name

    def reset(self, name: str) -> bool:
        """Undo every adaptation of a voiceprint; whether there was any."""
        person = self.speakers.find(name)
        with self.database.transaction():
            done = self.speakers.reset(person.name)
            if done:
                self.events.write("reset", f"{person.name} has the voiceprint of the enrolment again", person.name)
        return done

    def _appoint(self, name: str, administrator: bool) -> str:
        person = self.speakers.find(name)
        with self.database.transaction():
            self.speakers.set_administrator(person.name, administrator)
            told = "is an administrator now" if administrator else "is no administrator any more"
            self.events.write("role", f"{person.name} {told}", person.name)
        return person.name

    def _write_removal(self) -> None:
        try:
            self.events.write("removed", "somebody was removed")
        except StorageError as error:  # whoever has lost the key can still remove people
            _log.warning("a removal is not in the audit log: %s", error)

    def _refuse_last(self, name: str) -> None:
        if [fold(each) for each in self.administrators()] == [fold(name)]:
            raise SpeakerError(
                f"{name!r} is the only administrator: nobody could allow an enrolment at the button any more;"
                " make somebody else one first (`edgevoice speakers promote NAME`), or add --force"
            )

    def _refuse_similar(self, voiceprint: Voiceprint, recogniser: Recogniser) -> None:
        name, vector, model, _ = _parts(voiceprint)
        others = [other for other in self.speakers.voiceprints(model) if fold(other.speaker) != fold(name)]
        scores = recogniser.scorer.rank(Embedding(vector, model), others)
        recogniser.threshold(len(others) + 1)  # a household larger than was calibrated for would be a fault at the door
        refuse_similar(name, scores, recogniser.threshold(max(len(others), 1)))


def _parts(voiceprint: Voiceprint) -> tuple[str, Vector, str, int]:
    return voiceprint.speaker, voiceprint.vector, voiceprint.model, voiceprint.utterances
