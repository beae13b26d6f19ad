"""Trials as at the door: the mean of three utterances, enrolled, against one."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from edgevoice.hardware.wave import read_sound
from edgevoice.listening.features import Cepstra
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.embed import Embedding, Vector
from edgevoice.recognition.score import Scorer
from tools.index import read_index
from tools.prepare import front_end, spoken_parts
from tools.training.development import is_adult

ENROLMENT_UTTERANCES = 3
ENROLMENTS_PER_SPEAKER = 4


@dataclass(frozen=True, eq=False)
class Trials:
    """Normalised scores of the same person and of different people, whose enrolment each was against, and who spoke
    the latter."""

    target: NDArray[np.float64]
    nontarget: NDArray[np.float64]
    target_of: NDArray[np.int64]
    nontarget_of: NDArray[np.int64]
    nontarget_by: NDArray[np.int64]

    def __add__(self, other: "Trials") -> "Trials":
        """Both; nobody of the one is compared with anybody of the other."""
        people = self.target_of.max() + 1
        return Trials(
            np.concatenate([self.target, other.target]),
            np.concatenate([self.nontarget, other.nontarget]),
            np.concatenate([self.target_of, other.target_of + people]),
            np.concatenate([self.nontarget_of, other.nontarget_of + people]),
            np.concatenate([self.nontarget_by, other.nontarget_by + people]),
        )


def development_adults(root: Path) -> list[list[tuple[str, str]]]:
    """A list a set: (path, speaker) of every clip of the adults among the development speakers."""
    sets: dict[str, list[tuple[str, str]]] = {}
    for row in read_index(root):
        if row["split"] == "dev" and is_adult(row["label"]):
            sets.setdefault(row["set"], []).append((row["path"], row["speaker"]))
    return list(sets.values())


class Embeds(Protocol):
    """An x-vector: the file, or the network that it was made from."""

    def embed(self, mfcc: Cepstra) -> Embedding: ...


def embed_voices(xvector: Embeds, root: Path, clips: Iterable[tuple[str, str]]) -> dict[str, Vector]:
    """Speaker -> (clips, d) unit vectors of all clips in which the gate hears speech."""
    by_speaker: dict[str, list[Vector]] = {}
    for path, speaker in tqdm(list(clips), unit="clip"):
        frames = front_end(read_sound(root / path))
        if parts := spoken_parts(frames):
            mfcc = np.concatenate([frames.mfcc[start:stop] for start, stop in parts])
            by_speaker.setdefault(speaker, []).append(xvector.embed(mfcc).vector)
    enough = ENROLMENT_UTTERANCES + 1
    return {speaker: np.stack(vectors) for speaker, vectors in by_speaker.items() if len(vectors) >= enough}


def plain_scorer(cohort: NDArray[np.int8], top: int) -> Scorer:
    """A scorer that only normalises, by so many of the cohort's voices; 0: the cosine."""
    unit = cohort / np.linalg.norm(cohort.astype(np.float32), axis=1, keepdims=True)
    return Scorer(Calibration(1.0, 0.0, (0.1, 0.01), (0.0, 1.0), "", "", top), unit.astype(np.float32))


def door_trials(voices: dict[str, Vector], scorer: Scorer) -> Trials:
    """Every speaker enrolled four times from three utterances, against every utterance not enrolled."""
    rng = np.random.default_rng(0)
    target, nontarget, by = [], [], []
    clips = np.repeat(np.arange(len(voices)), [len(vectors) for vectors in voices.values()])
    for number, (speaker, own) in enumerate(voices.items()):
        others = np.concatenate([vectors for other, vectors in voices.items() if other != speaker])
        for _ in range(ENROLMENTS_PER_SPEAKER):
            chosen = rng.permutation(len(own))
            print_ = own[chosen[:ENROLMENT_UTTERANCES]].mean(axis=0)
            print_ /= np.linalg.norm(print_)
            target.append(scorer.normalised(print_[None], own[chosen[ENROLMENT_UTTERANCES:]])[0])
            nontarget.append(scorer.normalised(print_[None], others)[0])
            by.append(clips[clips != number])
    whose = np.arange(len(target)) // ENROLMENTS_PER_SPEAKER
    return Trials(
        np.concatenate(target),
        np.concatenate(nontarget),
        np.repeat(whose, [len(scores) for scores in target]),
        np.repeat(whose, [len(scores) for scores in nontarget]),
        np.concatenate(by),
    )
