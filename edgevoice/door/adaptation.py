"""A voiceprint that follows its person, slowly, from unlocks that left no doubt; off unless the owner turns it on."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from edgevoice.door.decide import Decision
from edgevoice.recognition.embed import Vector
from edgevoice.recognition.recognise import Evidence
from edgevoice.storage.speakers import Speakers


@dataclass(frozen=True)
class AdaptationRules:
    """Whether voiceprints follow their people, from what and how far. ``edgevoice speakers reset NAME`` undoes it."""

    enabled: bool = False
    """Whether voiceprints adapt at all."""
    surplus_llr: Annotated[float, Field(ge=0, le=40)] = 3.0
    """How much more than the threshold an unlock must score to count, in natural-log likelihood ratio, 0..40."""
    share: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    """What one unlock weighs against the voiceprint, 0..0.5."""
    min_likeness: Annotated[float, Field(ge=0.5, le=1)] = 0.95
    """Cosine that the voiceprint keeps to the one enrolled, 0.5..1: further it never goes."""


class Adaptation:
    """Moves the voiceprint of whoever was let in; the one enrolled is kept."""

    def __init__(self, rules: AdaptationRules, speakers: Speakers) -> None:
        self._rules, self._speakers = rules, speakers

    def learn(self, decision: Decision, evidence: Evidence) -> bool:
        """Whether the voiceprint moved. StorageError where one cannot be read or kept, SpeakerError where that person
        is removed or renamed meanwhile; then it has not moved."""
        rules, heard = self._rules, evidence.embedding
        best = next((score for score in evidence.scores if score.speaker == decision.speaker), None)
        if not (rules.enabled and decision.opens and heard and best):
            return False
        if not best.llr >= evidence.threshold + rules.surplus_llr:
            return False
        enrolled = self._speakers.enrolled_with(best.speaker)
        voiceprints = self._speakers.voiceprints(heard.model)
        now = next((each for each in voiceprints if each.speaker == best.speaker), None)
        if now is None:  # removed or renamed, or enrolled anew with another model
            return False
        vector = moved(now.vector, enrolled.vector, heard.vector, rules)
        return vector is not None and self._speakers.adapt(now, vector)


def moved(now: Vector, enrolled: Vector, heard: Vector, rules: AdaptationRules) -> Vector | None:
    """Three unit vectors (d,) -> the voiceprint after what was heard; None where it would go too far."""
    sum_ = (1 - rules.share) * now.astype(np.float64) + rules.share * heard
    length = float(np.linalg.norm(sum_))
    if not float(sum_ @ enrolled) >= rules.min_likeness * length > 0:
        return None
    after: Vector = (sum_ / length).astype(np.float32)
    return after
