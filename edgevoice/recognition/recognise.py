"""Utterance -> Evidence: composes embedding, scores, mood and recording match."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from edgevoice.listening.features import Cepstra
from edgevoice.listening.quality import Quality
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.circumstances import Circumstances
from edgevoice.recognition.embed import Embedding, XVector
from edgevoice.recognition.emotion import Mood
from edgevoice.recognition.mood import MoodSense
from edgevoice.recognition.one_voice import halves_agree
from edgevoice.recognition.recordings import RecordingMatch
from edgevoice.recognition.score import Score, Scorer, load_scorer
from edgevoice.storage.speakers import Speaker
from edgevoice.storage.voiceprints import Voiceprint

EARLY_LLR = math.log(4)
"""How much more than the threshold a voice must score at a short pause, where the utterance may still go on: every
look is one more chance for a stranger, so an early one must be four times as sure."""


@dataclass(frozen=True)
class Timing:
    """Milliseconds of CPU spent on one utterance."""

    front_end: float
    embed: float
    score: float
    lookup: float = 0.0
    mood: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return self.front_end + self.embed + self.score + self.lookup + self.mood


@dataclass(frozen=True)
class Evidence:
    """All that is known of one utterance; scores are ranked, best first, one a person.

    threshold: the LLR that the false-accept rate of the settings asks for with this many people enrolled, and more
    where the utterance is not final;
    near_llr: the LLR from which on one below the threshold is a near miss; infinite: none is;
    mood and recording: None where not known or not installed;
    embedding: the voice itself, for enrolment; never printed and never logged;
    kept: number of the fingerprint that was kept of it, None where none was;
    outdated: who is enrolled and cannot be compared: with another model, or a damaged voiceprint;
    mfcc: what was said, for the digits of a challenge; never printed, never logged, never kept;
    agreement: cosine of the voices of its two halves, None where it is too short to tell, where it may still go on, and
    where it reaches the threshold: then nobody asks.
    """

    start_s: float
    end_s: float
    quality: Quality
    scores: tuple[Score, ...]
    threshold: float
    mood: Mood | None
    recording: RecordingMatch | None
    ms: Timing
    embedding: Embedding | None = field(default=None, repr=False, compare=False)
    kept: int | None = None
    outdated: tuple[str, ...] = ()
    agreement: float | None = None
    mfcc: Cepstra | None = field(default=None, repr=False, compare=False)
    near_llr: float = math.inf


class Recognises(Protocol):
    """What turns an utterance into evidence: ``Recogniser``, and whatever stands before it at the door."""

    def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence: ...


class Recogniser:
    """The models, the people and the rate of false accepts that the owner allows."""

    def __init__(
        self,
        model: Path,
        voiceprints: Callable[[str], Sequence[Voiceprint]],
        false_accept_rate: float,
        outdated: Callable[[str], Sequence[Speaker]] = lambda model: (),
        near_times: float = 1.0,
    ) -> None:
        """``model``: the x-vector's ``.tflite``; ``voiceprints``: a model's name -> the people enrolled with it;
        ``false_accept_rate``: of a stranger's attempt against the whole household, e.g. 0.001; ``outdated``: a model's
        name -> the people enrolled who cannot be compared with it; ``near_times``: a near miss would pass at so many
        times the rate, 1 or more.

        ModelError: a file that is not what its manifest says; SettingsError: a rate outside the measured range.
        """
        self.xvector = XVector(model)
        self.scorer: Scorer = load_scorer(self.xvector.manifest.calibration, model)
        self._voiceprints, self._outdated = voiceprints, outdated
        self._false_accept_rate, self._near_times = false_accept_rate, near_times
        self.scorer.calibration.threshold(false_accept_rate)  # refuse an unmeasured rate now, not at the door
        self.mood: MoodSense | None = None
        """What tells the mood, if anything does."""

    def threshold(self, people: int) -> float:
        """The LLR that keeps a stranger's chance against ``people`` voices together at the allowed rate.

        Among n people a stranger has n chances (union bound), so each comparison gets an n-th of the rate.
        SettingsError where that was never measured.
        """
        return self.scorer.calibration.threshold(self._false_accept_rate / max(people, 1))

    def near(self, people: int) -> float:
        """The LLR from which on a voice is at least nearly known, at no larger rate than was measured."""
        calibration = self.scorer.calibration
        return calibration.threshold(
            min(self._near_times * self._false_accept_rate / max(people, 1), calibration.far[0])
        )

    def embed(self, utterance: Utterance) -> Embedding:
        """The voice of one utterance."""
        return self.xvector.embed(utterance.mfcc)

    def agreement(self, utterance: Utterance) -> float | None:
        """Cosine of the voices of its two halves, -1..1; None where it is too short to tell."""
        return halves_agree(self.xvector, utterance.frames)

    def recognise(self, utterance: Utterance, front_end_ms: float = 0.0) -> Evidence:
        """Everything that the rules may ask of this utterance."""
        started = time.process_time()
        quality = utterance.quality
        assessed = time.process_time()
        embedding = self.embed(utterance)
        embedded = time.process_time()
        people = self._voiceprints(embedding.model)
        said = Circumstances(quality.net_speech_s, quality.snr_db)
        scores = self.scorer.rank(embedding, people, said)
        early = 0.0 if utterance.final else EARLY_LLR
        threshold, near_llr = self.threshold(len(people)) + early, self.near(len(people)) + early
        best = scores[0].llr if scores else -math.inf
        matched = best >= threshold
        agreement = self.agreement(utterance) if utterance.final and not matched else None
        scored = time.process_time()
        mood = self.mood.feel(utterance, best >= near_llr) if self.mood else None
        felt = time.process_time()
        return Evidence(
            start_s=utterance.start_s,
            end_s=utterance.end_s,
            quality=quality,
            scores=scores,
            threshold=threshold,
            near_llr=near_llr,
            mood=mood,
            recording=None,
            ms=Timing(
                front_end_ms + 1000 * (assessed - started),
                1000 * (embedded - assessed),
                1000 * (scored - embedded),
                mood=1000 * (felt - scored),
            ),
            agreement=agreement,
            embedding=embedding,
            mfcc=utterance.mfcc,
            outdated=tuple(person.name for person in self._outdated(embedding.model)),
        )
