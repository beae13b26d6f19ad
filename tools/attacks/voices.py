"""Clips -> the voices that the door would judge: through the ear, the quality gates and the x-vector."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.door.decide import Rules
from edgevoice.door.gates import complaints
from edgevoice.hardware.sound_file import read_sound
from edgevoice.identify import hear_all
from edgevoice.listening.capture import Samples
from edgevoice.listening.quality import Quality
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.circumstances import Circumstances
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.recognition.score import Scorer
from tools.index import read_index
from tools.label import is_adult

ENROLMENT_CLIPS = 3
RATES = (0.01, 0.001)
SETS = {
    "speechocean762, adults": ("speechocean762", "dev", ()),
    "LibriSpeech": ("librispeech10", "dev", ()),
    "RAVDESS, neutral and calm": ("ravdess", "", ("neutral", "calm")),
}
"""What the table calls them: set and split of the index, and which labels."""
_RULES = Rules()


@dataclass(frozen=True, eq=False)
class Spoken:
    """vectors: (n, d) one a judged utterance; clip: (n,) number of the clip that each is of, rising."""

    vectors: Vector
    clip: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    clips: int


def judged(quality: Quality) -> bool:
    """Whether the door judges a voice of this quality at all."""
    return not complaints(quality, _RULES)


def heard(samples: Samples, early: bool = False) -> list[Utterance]:
    """What the door's ear makes of a sound, ``early``: also at short pauses; only what the gates let through."""
    return [utterance for utterance in hear_all(app.ear(Settings(), early), samples) if judged(utterance.quality)]


def clips_of(root: Path, of_set: str, split: str = "", labels: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Speaker -> paths of the adults of a set of the index, in order; only of this split and these labels, if given."""
    found: dict[str, list[str]] = {}
    for row in read_index(root):
        right = row["set"] == of_set and split in ("", row["split"]) and (not labels or row["label"] in labels)
        if right and is_adult(row["label"]):
            found.setdefault(row["speaker"], []).append(row["path"])
    return found


def embed_people(xvector: XVector, root: Path, people: Mapping[str, Iterable[str]]) -> dict[str, Spoken]:
    """Person -> every judged utterance of their clips."""
    return {person: embed_clips(xvector, root, clips) for person, clips in tqdm(people.items(), unit="person")}


def embed_clips(xvector: XVector, root: Path, clips: Iterable[str]) -> Spoken:
    """The judged utterances of some clips."""
    vectors, whose, count = [], [], 0
    for number, path in enumerate(clips):
        found = [xvector.embed(utterance.mfcc).vector for utterance in heard(read_sound(root / path))]
        vectors += found
        whose += [number] * len(found)
        count = number + 1
    none = np.zeros((0, 0), np.float32)
    return Spoken(np.stack(vectors) if vectors else none, np.array(whose, dtype=np.int64), count)


def voiceprint(spoken: Spoken) -> Vector | None:
    """(d,) from the utterances of the first clips, as an enrolment makes it; None where they are too few."""
    own = spoken.vectors[spoken.clip < ENROLMENT_CLIPS]
    if len(own) < ENROLMENT_CLIPS:
        return None
    mean = own.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def llr_at_the_door(xvector: XVector, scorer: Scorer, utterance: Utterance, voice: Vector) -> float:
    """The LLR of an utterance against a voiceprint (d,) of an enrolment, as the door has it."""
    score = float(scorer.normalised(xvector.embed(utterance.mfcc).vector[None], voice[None])[0, 0])
    said = Circumstances(utterance.quality.net_speech_s, utterance.quality.snr_db, ENROLMENT_CLIPS)
    return scorer.calibration.llr(score, said)


def llrs(scorer: Scorer, prints: Vector, spoken: Spoken) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(p, d) voiceprints -> (p, clips) LLR of the best utterance of each clip; minus infinity where none is judged."""
    found = np.full((len(prints), spoken.clips), -np.inf)
    if len(spoken.vectors):
        calibration = scorer.calibration
        scores = calibration.slope * scorer.normalised(prints, spoken.vectors) + calibration.offset
        np.maximum.at(found.T, spoken.clip, scores.T)
    return found
