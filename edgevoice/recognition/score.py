"""Embedding, voiceprints -> ranked scores: cosine, AS-norm, calibrated log-likelihood ratio."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import ModelError
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.circumstances import USUAL, Circumstances
from edgevoice.recognition.embed import Embedding, Vector
from edgevoice.storage.voiceprints import Voiceprint

ONE_UTTERANCE = replace(USUAL, utterances=1)


@dataclass(frozen=True)
class Score:
    """One person against one utterance.

    cosine: -1..1; score: after AS-norm; llr: natural log of P(sound | this person) / P(sound | another).
    """

    speaker: str
    cosine: float
    score: float
    llr: float


class Scorer:
    """Scores voices against each other by what other people's voices score against both."""

    def __init__(self, calibration: Calibration, cohort: Vector) -> None:
        """``cohort``: (c, d) float32 unit vectors of people who are not enrolled, c >= ``calibration.top``."""
        self.calibration = calibration
        self._cohort = cohort

    def rank(
        self, embedding: Embedding, voiceprints: Sequence[Voiceprint], said: Circumstances = USUAL
    ) -> tuple[Score, ...]:
        """One score a person, best first; ModelError where a voiceprint is of another model or size."""
        scores = [self._score(embedding, voiceprint, said) for voiceprint in voiceprints]
        return tuple(sorted(scores, key=lambda score: score.llr, reverse=True))

    def llr(self, one: Vector, other: Vector) -> float:
        """Calibrated log-likelihood ratio that two unit vectors (d,), each of one utterance, are one person."""
        return self.calibration.llr(float(self.normalised(one[None], other[None])[0, 0]), ONE_UTTERANCE)

    def normalised(self, ones: Vector, others: Vector) -> NDArray[np.float64]:
        """Unit vectors (n, d) against (m, d) -> (n, m) cosines after AS-norm (P. Matejka et al., Interspeech 2017).

        The mean of the cosine's two standard scores, each among the nearest cohort voices of one side.
        """
        cosine = (ones @ others.T).astype(np.float64)
        if self.calibration.top == 0:
            return cosine
        (mean, deviation), (other_mean, other_deviation) = self._impostors(ones), self._impostors(others)
        return ((cosine - mean[:, None]) / deviation[:, None] + (cosine - other_mean) / other_deviation) / 2

    def _score(self, embedding: Embedding, voiceprint: Voiceprint, said: Circumstances) -> Score:
        if embedding.model != voiceprint.model:
            raise ModelError(
                f"the voiceprint of {voiceprint.speaker!r} was made by {voiceprint.model}, this utterance by "
                f"{embedding.model}: they cannot be compared; enrol {voiceprint.speaker!r} again"
            )
        if embedding.vector.shape != voiceprint.vector.shape:
            raise ModelError(
                f"the voiceprint of {voiceprint.speaker!r} has {len(voiceprint.vector)} numbers, this utterance "
                f"{len(embedding.vector)}, both of {embedding.model}: reinstall the models, or enrol them again"
            )
        score = float(self.normalised(embedding.vector[None], voiceprint.vector[None])[0, 0])
        cosine = float(embedding.vector @ voiceprint.vector)
        # Not by how many utterances the voiceprint says it rests on: whoever can write the database could then lower
        # what is asked, and an enrolment has three at least.
        return Score(voiceprint.speaker, cosine, score, self.calibration.llr(score, said))

    def _impostors(self, vectors: Vector) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(n, d) -> (n,) mean and (n,) standard deviation of the cosines to the nearest voices of the cohort."""
        nearest = np.sort(vectors @ self._cohort.T, axis=1)[:, -self.calibration.top :]
        return nearest.mean(axis=1), nearest.std(axis=1) + np.float32(1e-6)


def load_scorer(calibration: Calibration | None, model: Path) -> Scorer:
    """The scorer of the model at ``model``, with the cohort that lies beside it; ModelError where either is unfit."""
    if calibration is None:
        raise ModelError(f"{model.with_suffix('.json')}: calibration is missing; run: python -m tools.calibrate")
    path = model.parent / calibration.cohort
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: the cohort cannot be read ({error.strerror}); reinstall the models") from error
    if hashlib.sha256(content).hexdigest() != calibration.cohort_sha256:
        raise ModelError(f"{path}: not the cohort that {model.with_suffix('.json').name} names; reinstall the models")
    stored = _voices(content, path, calibration.top)
    return Scorer(calibration, stored / np.linalg.norm(stored, axis=1, keepdims=True))


def _voices(content: bytes, path: Path, top: int) -> Vector:
    """(c, d) float32 of a cohort's file; ModelError where it cannot normalise by ``top`` of its voices."""
    try:
        stored = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ModelError(f"{path}: not a NumPy array ({error}); reinstall the models") from error
    if stored.ndim != 2 or stored.dtype != np.int8 or len(stored) < max(top, 1) or not stored.any(axis=1).all():
        raise ModelError(
            f"{path}: {stored.dtype} of shape {stored.shape}; wanted int8, at least {max(top, 1)} voices, none of "
            "them zero; reinstall the models"
        )
    return np.asarray(stored, dtype=np.float32)
