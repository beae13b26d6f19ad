"""The dialogue at the button inside: an administrator allows it, then a person enrols, is made one too, or is removed.

Nothing is kept before the last sentence: whatever ends a dialogue earlier leaves nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from edgevoice.door.act import Row
from edgevoice.door.claim import Claim
from edgevoice.door.decide import Decision
from edgevoice.door.enrolment import Enrolment
from edgevoice.door.gates import Flaw
from edgevoice.door.register import Register
from edgevoice.door.states import Event, State
from edgevoice.errors import EnrolmentError, SpeakerError
from edgevoice.hardware import Prompt
from edgevoice.recognition.embed import Embedding
from edgevoice.recognition.recognise import Evidence, Recogniser

MOST_FLAWS = 6
"""So many sentences that cannot be used end a dialogue."""


class Purpose(Enum):
    """The menu: each further hold of the button goes to the next; after the last comes the first."""

    ENROL = "enrol a new person"
    EXTEND = "add to a voice"
    PROMOTE = "make an administrator"
    REMOVE = "remove a person"


_PURPOSES = tuple(Purpose)
_NUMBERS = (Prompt.DIGIT_1, Prompt.DIGIT_2, Prompt.DIGIT_3, Prompt.DIGIT_4)

SAYS = {
    Flaw.TOO_SHORT: Prompt.TOO_SHORT,
    Flaw.TOO_FAR: Prompt.TOO_FAR,
    Flaw.TOO_NOISY: Prompt.TOO_NOISY,
    Flaw.TOO_LOUD: Prompt.TOO_LOUD,
    Flaw.BROKEN: Prompt.BROKEN_SOUND,
    Flaw.SAME_RECORDING: Prompt.SAME_RECORDING,
    Flaw.OTHER_VOICE: Prompt.OTHER_VOICE,
    Flaw.ALREADY_ENROLLED: Prompt.ALREADY_ENROLLED,
}
"""What is said of each flaw."""


@dataclass(frozen=True)
class Heard:
    """What a sentence came to: the event, why in words, what is said instead of what the table says, the audit row, and
    how far the enrolment is, 0..1."""

    event: Event
    reason: str
    says: tuple[Prompt, ...] = ()
    row: Row | None = None
    share: float | None = None


@dataclass
class _Dialogue:
    purpose: Purpose
    enrolment: Enrolment
    claims: bool = False  # nobody allowed it, as nobody lived here when it began
    flaws: int = 0
    name: str | None = None  # whose voice is added to
    kept: list[int] = field(default_factory=list)  # numbers of the fingerprints of what was said


class Reception:
    """At most one dialogue at a time."""

    def __init__(
        self, register: Register, recogniser: Recogniser, claim: Claim, enrolment: Callable[[], Enrolment]
    ) -> None:
        """``enrolment``: makes an empty one."""
        self._register, self._recogniser, self._claim, self._enrolment = register, recogniser, claim, enrolment
        self._dialogue: _Dialogue | None = None

    def held(self) -> Event:
        """What holding the button means now; StorageError."""
        nobody = not self._register.speakers.list()
        if nobody and self._claim.is_open():
            return Event.CLAIM
        return Event.HELD if self._register.administrators() else Event.NO_ADMINISTRATOR

    def look(self) -> None:
        """Let the time of the claim pass; StorageError."""
        self._claim.is_open()

    def begin(self, claims: bool = False) -> None:
        """A dialogue, at the first item of the menu; ``claims``: with somebody who claims an empty house."""
        self._dialogue = _Dialogue(Purpose.ENROL, self._enrolment(), claims)

    def next(self) -> None:
        """The next item of the menu."""
        dialogue = self._under_way()
        place = _PURPOSES.index(dialogue.purpose) + 1
        dialogue.purpose = _PURPOSES[place % len(_PURPOSES)]

    def drop(self) -> bool:
        """Forget the dialogue; whether there was any."""
        dropped, self._dialogue = self._dialogue, None
        return dropped is not None

    @property
    def menu(self) -> tuple[Prompt, ...]:
        """The number of the item, and who is asked."""
        return _NUMBERS[_PURPOSES.index(self._under_way().purpose)], Prompt.ASK_ADMINISTRATOR

    @property
    def counted(self) -> str:
        """Which sentence of how many is waited for."""
        if self._dialogue is None:
            return ""
        progress = self._dialogue.enrolment.progress
        return f"{min(progress.accepted + 1, progress.wanted)} of {progress.wanted}"

    def allow(self, decision: Decision) -> Heard:
        """Whether the voice that matched may allow what was chosen."""
        name, purpose = decision.speaker or "", self._under_way().purpose
        if name not in self._register.administrators():
            told = f"{name} is no administrator and asked to {purpose.value}"
            return Heard(Event.NOT_ADMINISTRATOR, told, row=Row("refused", told, name, decision.figures))
        told = f"{name} allowed to {purpose.value}"
        row = Row("allowed", told, name, decision.figures)
        if purpose in (Purpose.ENROL, Purpose.EXTEND):
            return Heard(Event.APPROVED_ENROLMENT, told, row=row, share=0.0)
        says = Prompt.ASK_WHO if purpose is Purpose.REMOVE else Prompt.ASK_SENTENCE
        return Heard(Event.APPROVED_CHANGE, told, (says,), row)

    def poor(self, decision: Decision) -> Heard:
        """A sentence of whoever should allow it, too short or too noisy to judge."""
        return self._again(decision.reason, Prompt.SAY_AGAIN)

    def hear(self, state: State, evidence: Evidence, decision: Decision) -> Heard:
        """What a sentence of ENROLLING or NAMING came to; ``decision``: whom the door would take the voice for."""
        return self._take(evidence, decision) if state is State.ENROLLING else self._name(decision)

    def _take(self, evidence: Evidence, decision: Decision) -> Heard:
        dialogue = self._under_way()
        if evidence.kept is not None:
            dialogue.kept.append(evidence.kept)
        embedding, take = evidence.embedding, dialogue.enrolment
        if embedding is None:
            return self._unusable(Flaw.BROKEN, evidence)
        wrong = take.complaints(evidence.quality, embedding, evidence.agreement)
        if flaw := wrong[0].flaw if wrong else self._wrong_person(dialogue, embedding, evidence, decision):
            return self._unusable(flaw, evidence)
        progress = take.hear(f"sentence {take.progress.accepted + 1}", evidence.quality, embedding)
        if progress.complete:
            return self._keep(dialogue)
        told = f"sentence {progress.accepted} of {progress.wanted} is good"
        return Heard(Event.TAKE, told, share=progress.accepted / progress.wanted)

    def _wrong_person(
        self, dialogue: _Dialogue, embedding: Embedding, evidence: Evidence, decision: Decision
    ) -> Flaw | None:
        """Who must be new is known, or who must be known is not, or is somebody else than before."""
        if dialogue.enrolment.sounds_unlike(embedding):
            return Flaw.OTHER_VOICE
        if evidence.recording is not None:
            return Flaw.SAME_RECORDING
        if dialogue.purpose is Purpose.ENROL:
            known = any(not score.llr < evidence.threshold for score in evidence.scores)
            return Flaw.ALREADY_ENROLLED if known else None
        if not decision.opens or dialogue.name not in (None, decision.speaker):
            return Flaw.OTHER_VOICE
        dialogue.name = decision.speaker
        return None

    def _keep(self, dialogue: _Dialogue) -> Heard:
        """The one moment at which something of an enrolment is kept."""
        speakers = self._register.speakers
        keep = self._register.extend if dialogue.purpose is Purpose.EXTEND else self._register.enrol
        try:
            with self._register.database.transaction():  # from the look on, or two people claim one house
                if dialogue.claims and speakers.list():
                    told = "ended: somebody else has claimed the house meanwhile"
                    return Heard(Event.UNFIT, told, (Prompt.NOT_ADMINISTRATOR,), Row("enrolment", told))
                voiceprint = dialogue.enrolment.voiceprint(dialogue.name or speakers.free_name())
                kept = keep(voiceprint, self._recogniser, kept=dialogue.kept)
        except EnrolmentError as error:
            return Heard(Event.UNFIT, str(error), (Prompt.OTHER_VOICE,), Row("enrolment", "ended: not of one voice"))
        return Heard(Event.ENROLLED, f"{kept.speaker} is enrolled from {kept.utterances} utterances", share=1.0)

    def _name(self, decision: Decision) -> Heard:
        if not decision.opens or decision.speaker is None:
            return self._again(decision.reason, Prompt.SAY_AGAIN)
        if self._under_way().purpose is Purpose.PROMOTE:
            name = self._register.promote(decision.speaker)
            return Heard(Event.CHANGED, f"{name} is an administrator now", (Prompt.PROMOTED,))
        try:
            self._register.remove(decision.speaker)
        except SpeakerError as error:  # the last administrator
            return Heard(Event.UNFIT, str(error), (Prompt.CANCELLED,), Row("enrolment", "ended: the last one stays"))
        return Heard(Event.CHANGED, "somebody was removed", (Prompt.REMOVED,))

    def _unusable(self, flaw: Flaw, evidence: Evidence) -> Heard:
        match = evidence.recording
        found = (
            f": {match.name}, {match.aligned_hashes} aligned hashes" if match and flaw is Flaw.SAME_RECORDING else ""
        )
        return self._again(f"{flaw.value}{found}", SAYS[flaw])

    def _again(self, reason: str, says: Prompt) -> Heard:
        dialogue = self._under_way()
        dialogue.flaws += 1
        if dialogue.flaws < MOST_FLAWS:
            return Heard(Event.BAD_TAKE, reason, (says,))
        told = f"ended: {MOST_FLAWS} sentences could not be used"
        return Heard(Event.UNFIT, f"{reason}; {told}", (says, Prompt.CANCELLED), Row("enrolment", told))

    def _under_way(self) -> _Dialogue:
        assert self._dialogue is not None, "no dialogue is under way"
        return self._dialogue
