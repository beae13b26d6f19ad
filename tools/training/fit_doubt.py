"""Training voices -> the weights of a doubt: how much the seconds count, and how much the length of the vector."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_expit
from tqdm import tqdm

from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.doubt import Doubt, said
from edgevoice.recognition.embed import XVector
from tools.measure.metrics import Values, eer
from tools.training.corpus import Corpus, Floats, in_own_voice, made_up

_PEOPLE, _CLIPS = 330, 12  # at most
_FEWEST_PEOPLE = 50
_CLIPS_OF_ONE = 6
_SHORTEST_S, _LONGEST_S = 1.5, 9.0  # of a cut; the length is drawn evenly in its logarithm
_OTHERS = 200_000  # pairs of two people
_PRIOR = 0.01  # of one person, as at a door
_NOTHING = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Voices:
    """Cuts of n clips: vectors (n, d) of any length, their seconds, and numbers of the person and of the recording."""

    vectors: Floats
    seconds: Values
    person: NDArray[np.int64]
    recording: NDArray[np.int64]
    collection: NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Of two cuts each, from one collection and two recordings: cosine, doublings of seconds and of length on either
    side (pairs, 2), whether one person spoke both."""

    cosine: Values
    said: Values
    stands_out: Values
    same: NDArray[np.bool_]

    def scores(self, by_seconds: float, by_length: float) -> Values:
        """The cosine of both embeddings, doubt and all."""
        one, other = (1 + by_seconds * self.said + by_length * self.stands_out).T
        return np.asarray((self.cosine + one * other) / np.sqrt((1 + one**2) * (1 + other**2)))

    def eer(self, by_seconds: float, by_length: float) -> float:
        """Of all pairs."""
        scores = self.scores(by_seconds, by_length)
        return eer(scores[self.same], scores[~self.same])


def fit_doubt(xvector: XVector, corpus: Corpus) -> tuple[Doubt, str]:
    """The weights by which the cosine of whole embeddings best tells people apart (logistic regression of weighted
    cross-entropy); none where fewer than 50 people are known by 6 recordings. And what to tell of it."""
    rng = np.random.default_rng(0)
    voices = _embed(xvector, corpus, rng)
    if voices is None:
        return Doubt(1.0, *_NOTHING), f"fewer than {_FEWEST_PEOPLE} people known by {_CLIPS_OF_ONE} recordings"
    return learn(voices, rng)


def learn(voices: Voices, rng: np.random.Generator) -> tuple[Doubt, str]:
    """The same of voices that are embedded already."""
    usual = float(np.median(np.linalg.norm(voices.vectors, axis=1)))
    pairs = _pairs(voices, Doubt(usual, *_NOTHING), rng)
    doubt = Doubt(usual, *_best(pairs))
    before, after = pairs.eer(*_NOTHING), pairs.eer(doubt.by_seconds, doubt.by_length)
    told = f"EER of {pairs.same.sum()} pairs of training voices {100 * before:.2f} -> {100 * after:.2f} %"
    return doubt, f"{doubt}: {told}"


def _embed(xvector: XVector, corpus: Corpus, rng: np.random.Generator) -> Voices | None:
    """Cuts of the clips of real people in their own voices, clean and disturbed."""
    real = in_own_voice(corpus.speaker, _CLIPS_OF_ONE) & ~made_up(corpus.speaker)
    names, whose = np.unique(corpus.speaker[real], return_inverse=True)
    if len(names) < _FEWEST_PEOPLE:
        return None
    person = np.full(len(corpus.speaker), -1)
    person[real] = whose
    rows = []
    for number in tqdm(rng.permutation(len(names))[:_PEOPLE], unit="person"):
        clips = np.flatnonzero(person[corpus.voice] == number)
        for clip in rng.permutation(clips)[:_CLIPS].tolist():
            wanted = np.exp(rng.uniform(np.log(_SHORTEST_S), np.log(_LONGEST_S))) * FRAMES_PER_SECOND
            frames = min(int(wanted), int(corpus.length[clip]))
            begin = int(rng.integers(corpus.length[clip] - frames + 1))
            vector = xvector.project(corpus.clip(clip)[begin : begin + frames])
            name = str(names[number])
            collection = name[: name.find(":") + 1]  # names without a colon are of one
            rows.append((vector, frames / FRAMES_PER_SECOND, number, corpus.voice[clip], collection))
    return Voices(*(np.array(column) for column in zip(*rows, strict=True)))


def _pairs(voices: Voices, doubt: Doubt, rng: np.random.Generator) -> Pairs:
    first, second = np.triu_indices(len(voices.seconds), 1)
    kept = (voices.collection[first] == voices.collection[second]) & (
        voices.recording[first] != voices.recording[second]
    )
    first, second = first[kept], second[kept]
    same = voices.person[first] == voices.person[second]
    others = np.flatnonzero(~same)
    chosen = np.r_[np.flatnonzero(same), rng.choice(others, min(_OTHERS, len(others)), replace=False)]
    first, second = first[chosen], second[chosen]
    length = np.linalg.norm(voices.vectors, axis=1)
    unit = voices.vectors / length[:, None]
    more, out = said(voices.seconds), doubt.stands_out(length)
    both = np.stack([first, second], axis=1)
    cosine = np.einsum("ij,ij->i", unit[first], unit[second])
    return Pairs(cosine.astype(np.float64), more[both], out[both], same[chosen])


def _best(pairs: Pairs) -> tuple[float, float]:
    odds = np.log(_PRIOR / (1 - _PRIOR))
    sign = np.where(pairs.same, 1.0, -1.0)
    weight = np.where(pairs.same, _PRIOR / pairs.same.sum(), (1 - _PRIOR) / (~pairs.same).sum())

    def loss(sought: NDArray[np.float64]) -> float:
        slope, offset, by_seconds, by_length = sought
        log_odds = slope * pairs.scores(by_seconds, by_length) + offset + odds
        return float(-(weight * log_expit(sign * log_odds)).sum())

    bounds = [(0.0, None), (None, None), (-0.4, 0.4), (-1.0, 1.0)]
    found = minimize(loss, [30.0, -20.0, -0.1, -0.1], method="Nelder-Mead", bounds=bounds, options={"maxiter": 2000})
    return float(found.x[2]), float(found.x[3])
