"""Trials as at the door: the mean of three utterances, enrolled, against one, as recorded or made harder."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from edgevoice.door.decide import Rules
from edgevoice.door.gates import complaints
from edgevoice.errors import SettingsError
from edgevoice.listening.features import Cepstra
from edgevoice.listening.frames import Frames
from edgevoice.listening.quality import assess
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.circumstances import Circumstances
from edgevoice.recognition.embed import Embedding, Vector
from edgevoice.recognition.score import Scorer
from tools.hear import front_end, spoken_parts
from tools.index import read_index
from tools.label import is_adult
from tools.measure.conditions import Conditions, read_clip

ENROLMENT_UTTERANCES = 3
ENROLMENTS_PER_SPEAKER = 4


@dataclass(frozen=True, eq=False)
class Voice:
    """All that is heard of one speaker: vectors (n, d) of unit length; said (n, 2) seconds of speech and SNR in dB;
    clip (n,) which recording each is of; under (n,) which of several conditions it is heard under, 0 as recorded;
    judged (n,) whether the door's gates let it through; unheard: how many recordings there are in which the gate heard
    nobody."""

    vectors: Vector
    said: NDArray[np.float64]
    clip: NDArray[np.int64]
    under: NDArray[np.int64]
    judged: NDArray[np.bool_]
    unheard: int = 0


@dataclass(frozen=True, eq=False)
class Trials:
    """Normalised scores of the same person and of different people, their circumstances as ``Circumstances.deviation``
    has them (n, 3), whose enrolment each was against, who spoke the latter, and under which condition."""

    target: NDArray[np.float64]
    nontarget: NDArray[np.float64]
    target_given: NDArray[np.float64]
    nontarget_given: NDArray[np.float64]
    target_of: NDArray[np.int64]
    nontarget_of: NDArray[np.int64]
    nontarget_by: NDArray[np.int64]
    nontarget_under: NDArray[np.int64]

    def __add__(self, other: "Trials") -> "Trials":
        """Both; nobody of the one is compared with anybody of the other."""
        people = self.target_of.max() + 1
        return Trials(
            np.concatenate([self.target, other.target]),
            np.concatenate([self.nontarget, other.nontarget]),
            np.concatenate([self.target_given, other.target_given]),
            np.concatenate([self.nontarget_given, other.nontarget_given]),
            np.concatenate([self.target_of, other.target_of + people]),
            np.concatenate([self.nontarget_of, other.nontarget_of + people]),
            np.concatenate([self.nontarget_by, other.nontarget_by + people]),
            np.concatenate([self.nontarget_under, other.nontarget_under]),
        )

    def llrs(self, calibration: Calibration) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of the same person, of others."""

        def llr(scores: NDArray[np.float64], given: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.asarray(calibration.slope * scores + calibration.offset + given @ calibration.offset_by)

        return llr(self.target, self.target_given), llr(self.nontarget, self.nontarget_given)


def development_people(root: Path, adults: bool) -> dict[str, list[tuple[str, str]]]:
    """Set -> (path, speaker) of every clip of the adults, or of the children, among the development speakers."""
    sets: dict[str, list[tuple[str, str]]] = {}
    for row in read_index(root, ("path", "speaker")):
        if row.get("split") == "dev" and is_adult(row.get("label", "")) == adults:
            sets.setdefault(row.get("set") or "all", []).append((row["path"], row["speaker"]))
    return sets


class Embeds(Protocol):
    """An x-vector: the file, or the network that it was made from."""

    def embed(self, mfcc: Cepstra) -> Embedding: ...


def conditions_at_a_door(noise: Path | None) -> tuple[Conditions, ...]:
    """As recorded, cut short and, where there is a folder of sounds, in noise: what a calibration must hold for."""
    short = tuple(Conditions(seconds=seconds) for seconds in (1.5, 2.0, 3.0))
    levels = (20.0, 10.0, 5.0) if noise else ()
    return (Conditions(), *short, *(Conditions(noise=noise, snr_db=snr_db) for snr_db in levels))


def embed_voices(
    xvector: Embeds, root: Path, clips: Iterable[tuple[str, str]], conditions: Sequence[Conditions] = (Conditions(),)
) -> dict[str, Voice]:
    """Speaker -> all clips in which the gate hears speech, each under all conditions, first as recorded."""
    heard: dict[str, list[tuple[Vector, tuple[float, float], int, int, bool]]] = {}
    unheard: Counter[str] = Counter()
    for number, (path, speaker) in enumerate(tqdm(list(clips), unit="clip")):
        for under, condition in enumerate(conditions):
            frames = front_end(read_clip(root, path, condition))
            if parts := spoken_parts(frames):
                spoken = Frames.join([frames[start:stop] for start, stop in parts])
                quality = assess(spoken)
                said = quality.net_speech_s, quality.snr_db
                vector = xvector.embed(spoken.mfcc).vector
                judged = not complaints(quality, Rules())
                heard.setdefault(speaker, []).append((vector, said, number, under, judged))
            else:
                unheard[speaker] += 1
    voices = {speaker: _voice(of_one, unheard[speaker]) for speaker, of_one in heard.items()}
    return {speaker: voice for speaker, voice in voices.items() if (voice.under == 0).sum() > ENROLMENT_UTTERANCES}


def embed_sets(
    xvector: Embeds,
    root: Path,
    sets: Mapping[str, Sequence[tuple[str, str]]],
    conditions: Sequence[Conditions] = (Conditions(),),
) -> dict[str, dict[str, Voice]]:
    """``embed_voices`` of each set in which there is a stranger to meet; SettingsError where there is none."""
    voices = {name: embed_voices(xvector, root, clips, conditions) for name, clips in sets.items()}
    if not any(len(of_set) > 1 for of_set in voices.values()):
        found = ", ".join(f"{len(of_set)} in {name}" for name, of_set in voices.items())
        raise SettingsError(
            f"{root / 'index.csv'}: people with more than {ENROLMENT_UTTERANCES} clips in which the gate hears them: "
            f"{found}; wanted two in one set"
        )
    return {name: of_set for name, of_set in voices.items() if len(of_set) > 1}


def _voice(heard: Sequence[tuple[Vector, tuple[float, float], int, int, bool]], unheard: int) -> Voice:
    vectors, said, clip, under, judged = (np.array(column) for column in zip(*heard, strict=True))
    return Voice(vectors, said, clip, under, judged, unheard)


def plain_scorer(cohort: NDArray[np.int8], top: int) -> Scorer:
    """A scorer that only normalises, by so many of the cohort's voices; 0: the cosine."""
    unit = cohort / np.linalg.norm(cohort.astype(np.float32), axis=1, keepdims=True)
    return Scorer(Calibration(1.0, 0.0, (0.1, 0.01), (0.0, 1.0), "", "", top), unit.astype(np.float32))


def door_trials(
    voices: dict[str, Voice], scorer: Scorer, utterances: Sequence[int] = (ENROLMENT_UTTERANCES,)
) -> Trials:
    """Every speaker enrolled four times from so many utterances as recorded, against every recording not enrolled."""
    rng = np.random.default_rng(0)
    scores, given, same, whose, by, under = [], [], [], [], [], []
    speakers = np.repeat(np.arange(len(voices)), [len(voice.clip) for voice in voices.values()])
    fields = ("vectors", "said", "clip", "under")
    vectors, said, clip, condition = (np.concatenate([getattr(v, name) for v in voices.values()]) for name in fields)
    for number, own in enumerate(voices.values()):
        for count in np.repeat(utterances, ENROLMENTS_PER_SPEAKER):
            enrolled = rng.permutation(np.flatnonzero(own.under == 0))[:count]
            voiceprint = own.vectors[enrolled].mean(axis=0)
            voiceprint /= np.linalg.norm(voiceprint)
            tried = ~np.isin(clip, own.clip[enrolled])
            scores.append(scorer.normalised(voiceprint[None], vectors[tried])[0])
            about = [Circumstances(net_s, snr_db, int(count)) for net_s, snr_db in said[tried]]
            given.append([each.deviation for each in about])
            same.append(speakers[tried] == number)
            whose.append(np.full(tried.sum(), number))
            by.append(speakers[tried])
            under.append(condition[tried])
    score, who, is_same, spoken_by, heard_under = map(np.concatenate, (scores, whose, same, by, under))
    circumstances = np.concatenate(given)
    return Trials(
        score[is_same],
        score[~is_same],
        circumstances[is_same],
        circumstances[~is_same],
        who[is_same],
        who[~is_same],
        spoken_by[~is_same],
        heard_under[~is_same],
    )
