"""Embedding, voiceprints -> ranked scores: cosine, AS-norm, calibrated log-likelihood ratio."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """One person against one utterance.

    cosine: -1..1; score: after AS-norm; llr: natural log of P(sound | this person) / P(sound | another).
    """

    speaker: str
    cosine: float
    score: float
    llr: float
