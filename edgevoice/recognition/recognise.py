"""Utterance -> Evidence: composes embedding, scores, mood and recording match."""

from dataclasses import dataclass

from edgevoice.listening.quality import Quality
from edgevoice.recognition.score import Score


@dataclass(frozen=True)
class Mood:
    """An emotion and how sure the model is of each; never moves the lock."""

    label: str
    probabilities: dict[str, float]


@dataclass(frozen=True)
class RecordingMatch:
    """A recording heard before: its name, the number of aligned hashes and where it starts."""

    name: str
    aligned_hashes: int
    offset_s: float


@dataclass(frozen=True)
class Timing:
    """Milliseconds of CPU spent on one utterance."""

    front_end: float
    embed: float
    score: float

    @property
    def total(self) -> float:
        return self.front_end + self.embed + self.score


@dataclass(frozen=True)
class Evidence:
    """All that is known of one utterance; scores are ranked, best first, one a person."""

    start_s: float
    end_s: float
    quality: Quality
    scores: tuple[Score, ...]
    threshold: float
    """The calibrated LLR that the false-accept rate of the settings asks for, this many people enrolled."""
    mood: Mood | None
    recording: RecordingMatch | None
    ms: Timing
