"""A door that has heard people before, and what it makes of a replay."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.recognition.landmarks import Landmarks, landmarks
from edgevoice.recognition.recognise import EARLY_LLR
from edgevoice.recognition.recordings import Library
from edgevoice.recognition.replay import find
from edgevoice.recognition.score import Scorer
from tools.attacks import Attack, to_samples
from tools.attacks.voices import heard, llr_at_the_door
from tools.synthetic.take import gain, pink

_FLOOR_DBFS = -65.0  # RMS of the microphone's own noise
_QUIETEST_DB = -12.0


@dataclass(frozen=True, eq=False)
class Look:
    """What the door may be asked to decide on: fingerprint, LLR for the person enrolled, and what that must be."""

    marks: Landmarks
    llr: float
    threshold: float
    final: bool

    @classmethod
    def of(cls, marks: Landmarks, figures: tuple[float, ...]) -> "Look":
        """From its fingerprint and its figures."""
        llr, threshold, final = figures
        return cls(marks, llr, threshold, bool(final))

    @property
    def figures(self) -> tuple[float, ...]:
        """All but the fingerprint."""
        return self.llr, self.threshold, float(self.final)

    @property
    def accepted(self) -> bool:
        """Whether recognition alone would open."""
        return self.llr >= self.threshold


@dataclass(frozen=True)
class Verdict:
    """Of one replay: whether the door judges it at all; whether every whole utterance of it is known; whether
    recognition alone opens at any look; and whether it does with the guard beside it."""

    judged: bool
    caught: bool
    accepted: bool
    opened: bool


@dataclass(frozen=True, eq=False)
class Judge:
    """The door's model and the rate of false accepts that the owner allows."""

    xvector: XVector
    scorer: Scorer
    false_accept_rate: float

    def looks(self, samples: Samples, voiceprint: Vector) -> list[Look]:
        """Everything that the door would decide on while it hears this, at short pauses too."""
        return [self._look(utterance, voiceprint) for utterance in heard(samples, early=True)]

    def _look(self, utterance: Utterance, voiceprint: Vector) -> Look:
        llr = llr_at_the_door(self.xvector, self.scorer, utterance, voiceprint)
        threshold = self.scorer.calibration.threshold(self.false_accept_rate)
        marks = landmarks(utterance.frames.spectrum)
        return Look(marks, llr, threshold + (0.0 if utterance.final else EARLY_LLR), utterance.final)


def attacked(attack: Attack, path: str, samples: Samples) -> Samples:
    """What the door's microphone gets: changed, played at any loudness, begun at any time. Drawn by names alone."""
    rng = np.random.default_rng([crc32(attack.name.encode()), crc32(path.encode())])
    return at_the_door(attack.change(samples, rng), rng)


def at_the_door(samples: Samples, rng: np.random.Generator) -> Samples:
    """Half a second of quiet before it, so that no frame begins where it did, 0 to 12 dB softer, over a noise floor."""
    lead = int(rng.integers(SAMPLE_RATE // 4, SAMPLE_RATE // 2))
    sound = np.concatenate([np.zeros(lead), samples.astype(np.float64)]) * gain(rng.uniform(_QUIETEST_DB, 0))
    return to_samples(sound + 32768 * gain(_FLOOR_DBFS) * pink(len(sound), rng))


def verdict(library: Library, looks: Sequence[Look]) -> Verdict:
    """What comes of all looks at one replay."""
    known = [find(library, look.marks) is not None for look in looks]
    whole = [is_known for look, is_known in zip(looks, known, strict=True) if look.final]
    accepted = [look.accepted for look in looks]
    opened = [look.accepted and not is_known for look, is_known in zip(looks, known, strict=True)]
    return Verdict(bool(whole), bool(whole) and all(whole), any(accepted), any(opened))
