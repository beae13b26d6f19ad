"""Clips of one person -> a voiceprint: quality gates, mutual agreement, average."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from pydantic import Field

from edgevoice.door.gates import MIN_AGREEMENT, Complaint, Flaw, SoundLimits, complaints, figures, two_voices
from edgevoice.errors import EnrolmentError
from edgevoice.listening.quality import Quality
from edgevoice.recognition.embed import Embedding, Vector, unit
from edgevoice.recognition.score import Score
from edgevoice.storage.voiceprints import Voiceprint

SAME_SOUND = 0.99999  # cosine of two embeddings that only the same recording gives

Agreement = Callable[[Vector, Sequence[Vector]], float]
"""One unit vector (d,) and the others -> median (lower of two) of the LLRs that it and each of them are one person."""


@dataclass(frozen=True)
class EnrolmentRules(SoundLimits):
    """What the clips of a new person must fulfil; stricter than at the door, as every later score rests on them."""

    utterances: Annotated[int, Field(ge=3, le=20)] = 3
    """How many good clips are wanted, 3..20."""
    min_snr_db: Annotated[float, Field(ge=0, le=60)] = 10.0
    """Level of the speech over the noise in dB, 0..60."""
    max_clipped_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Largest share of samples at full scale, 0..1."""
    min_agreement: Annotated[float, Field(ge=-1, le=1)] = MIN_AGREEMENT
    """Cosine of the voices of a clip's two halves, under which two people spoke in it, -1..1."""
    min_agreement_llr: Annotated[float, Field(ge=-3, le=20)] = -2.0
    """Median LLR of each clip against the others, -3..20; single clips agree less than a mean of three."""
    answer_seconds: Annotated[float, Field(ge=5, le=300)] = 30.0
    """How long an enrolment at the button waits for the next sentence, 5..300 seconds."""
    claim_minutes: Annotated[float, Field(ge=0, le=1440)] = 60.0
    """How long after installation whoever holds the button becomes the first administrator, 0..1440; 0: never."""


@dataclass(frozen=True)
class Progress:
    """accepted of wanted clips are good; complaints: what was wrong with the last one, empty where nothing was."""

    accepted: int
    wanted: int
    complaints: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether enough was said; the clips must still agree."""
        return self.accepted >= self.wanted


class Enrolment:
    """Gathers the clips of one person. A clip that fails is told and not used; it may be said again."""

    def __init__(self, rules: EnrolmentRules, agreement: Agreement) -> None:
        self._rules = rules
        self._agreement = agreement
        self._accepted: list[tuple[str, Embedding]] = []
        self._failed: list[str] = []

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(len(self._accepted), self._rules.utterances, ())

    def hear(self, clip: str, quality: Quality, embedding: Embedding, agreement: float | None = None) -> Progress:
        """Take one clip in; ``clip`` is what the owner knows it by, such as its file or "sentence 2"; ``agreement`` of
        its halves as in ``Evidence``."""
        wrong = [complaint.told for complaint in self.complaints(quality, embedding, agreement)]
        if wrong:
            self.reject(clip, *wrong)
        else:
            again = any(clip == other for other, _ in self._accepted)
            self._accepted.append((f"{clip} ({len(self._accepted) + 1})" if again else clip, embedding))
        return replace(self.progress, complaints=tuple(wrong))

    def complaints(self, quality: Quality, embedding: Embedding, agreement: float | None = None) -> list[Complaint]:
        """All that keeps a clip from being taken in beside those accepted, the first thing first."""
        two = two_voices(agreement, self._rules.min_agreement)
        of_two = [Complaint(Flaw.OTHER_VOICE, two)] if two else []
        return complaints(quality, self._rules) + self._unfit(embedding) + of_two

    def sounds_unlike(self, embedding: Embedding) -> bool:
        """Whether a good clip is of another voice than those accepted; also where the LLR is no number."""
        others = [unit(other.vector) for _, other in self._accepted]
        agrees = not others or self._agreement(unit(embedding.vector), others) >= self._rules.min_agreement_llr
        return not agrees

    def reject(self, clip: str, *causes: str) -> None:
        """Note a clip that could not even be heard, such as a file without speech, to be told at the end."""
        self._failed += [f"{clip}: {cause}" for cause in causes]

    def voiceprint(self, name: str) -> Voiceprint:
        """The mean of the good clips, of unit length; EnrolmentError with every failed clip and its cause."""
        if len(self._accepted) < self._rules.utterances:
            good, wanted = len(self._accepted), self._rules.utterances
            raise EnrolmentError(_listed(f"{name!r} is not enrolled: {good} good clips, {wanted} wanted", self._failed))
        disagreeing = self._disagreeing()
        if disagreeing:
            raise EnrolmentError(
                _listed(
                    f"{name!r} is not enrolled: the clips are not of one voice; start again", self._failed + disagreeing
                )
            )
        embeddings = [embedding for _, embedding in self._accepted]
        mean = np.mean([unit(embedding.vector) for embedding in embeddings], axis=0)
        return Voiceprint(name, unit(mean), embeddings[0].model, len(embeddings))

    def _unfit(self, embedding: Embedding) -> list[Complaint]:
        """What is wrong with an embedding beside those accepted."""
        vector = embedding.vector
        if not _usable(vector):
            return [Complaint(Flaw.BROKEN, "the model gave no usable embedding: run `edgevoice check`")]
        for clip, other in self._accepted:
            if (embedding.model, vector.shape) != (other.model, other.vector.shape):
                told = f"embedded by {embedding.model}, {clip} by {other.model}: start again with one model"
                return [Complaint(Flaw.BROKEN, told)]
        like_it = self._same_as(vector)
        told = f"the same recording as {like_it}: say it once more instead"
        return [Complaint(Flaw.SAME_RECORDING, told)] if like_it else []

    def _same_as(self, vector: Vector) -> str | None:
        """The accepted clip that is the same recording."""
        voice = unit(vector)
        return next((clip for clip, other in self._accepted if float(voice @ unit(other.vector)) > SAME_SOUND), None)

    def _disagreeing(self) -> list[str]:
        """Each clip whose LLR against the mean of the others is too low, or no number."""
        vectors = [unit(embedding.vector) for _, embedding in self._accepted]
        told = []
        for place, (clip, _) in enumerate(self._accepted):
            llr = self._agreement(vectors[place], vectors[:place] + vectors[place + 1 :])
            if not np.isfinite(llr) or llr < self._rules.min_agreement_llr:
                found, wanted = figures(llr, self._rules.min_agreement_llr)
                told.append(f"{clip}: sounds unlike the others: scored {found}, {wanted} wanted: one person, one place")
        return told


def refuse_similar(name: str, scores: Sequence[Score], threshold: float) -> None:
    """Raise EnrolmentError if a new voiceprint scores as somebody enrolled; leave ``name``'s own score out to renew it.

    There is no way round it: neither of two such people would be ahead of the other by the door's margin, so enrolling
    the second would lock the first out. One person under two names is renamed instead.
    """
    for score in scores:
        if not score.llr < threshold:  # so that NaN refuses too
            found, wanted = figures(score.llr, threshold)
            raise EnrolmentError(
                f"{name!r} is not enrolled: the voice scored {found} as {score.speaker!r}, {wanted} means one person;"
                f" the door could not tell the two apart. If it is one person, rename {score.speaker!r}"
                " (`edgevoice speakers rename`); if it is two, only one of them can use this door"
            )


def _usable(vector: Vector) -> bool:
    return bool(vector.ndim == 1 and np.isfinite(vector).all() and vector.any())


def _listed(said: str, failed: Sequence[str]) -> str:
    return f"{said}: {'; '.join(failed)}" if failed else said
