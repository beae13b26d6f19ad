"""What a mood is worth: recall by emotion and by actor, arousal, calibration; intervals by bootstrap over people."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from edgevoice.recognition.emotion import AROUSED, CALM, probabilities

Numbers = NDArray[np.int64]
Shares = NDArray[np.float64]
_BINS = 10
_REPLICATES = 1000


@dataclass(frozen=True, eq=False)
class Judged:
    """(n, labels) probabilities, (n,) true label and person, of clips whose speaker the model had not heard."""

    shares: Shares
    label: Numbers
    person: Numbers
    names: tuple[str, ...]

    def __getitem__(self, which: NDArray[np.bool_] | Numbers) -> "Judged":
        return Judged(self.shares[which], self.label[which], self.person[which], self.names)


def confusion(judged: Judged) -> Numbers:
    """(labels, labels): rows are what was said, columns what was heard."""
    size = len(judged.names)
    pairs = judged.label * size + judged.shares.argmax(axis=1)
    return np.bincount(pairs, minlength=size * size).reshape(size, size)


def uar(judged: Judged) -> float:
    """Unweighted average recall: the mean over the emotions that were said; chance is one over their number."""
    counts = confusion(judged)
    said = counts.sum(axis=1)
    return float((np.diag(counts)[said > 0] / said[said > 0]).mean())


def arousal_recall(judged: Judged) -> float:
    """Mean recall of high and low arousal by the sign of the arousal told; NaN without labels of both kinds."""
    high, low = (np.array([name in group for name in judged.names]) for group in (AROUSED, CALM))
    told = judged.shares[:, high].sum(axis=1) > judged.shares[:, low].sum(axis=1)
    is_high, is_low = high[judged.label], low[judged.label]
    if not (is_high.any() and is_low.any()):
        return float("nan")
    return float((told[is_high].mean() + (~told[is_low]).mean()) / 2)


def calibration_error(judged: Judged) -> float:
    """Expected calibration error of the likeliest emotion, ten bins as wide as one another (M. Naeini et al., 2015)."""
    sure = judged.shares.max(axis=1)
    right = judged.shares.argmax(axis=1) == judged.label
    places = np.minimum((sure * _BINS).astype(np.int64), _BINS - 1)
    gaps = [abs(float((sure - right)[places == place].sum())) for place in range(_BINS)]
    return sum(gaps) / len(sure)


def interval(judged: Judged, measure: Callable[[Judged], float]) -> tuple[float, float]:
    """95 % of a measure when the people are drawn again; NaN does not count."""
    rng = np.random.default_rng(0)
    people = np.unique(judged.person)
    rows = {person: np.flatnonzero(judged.person == person) for person in people}
    drawn = (rng.choice(people, len(people)) for _ in range(_REPLICATES))
    found = [measure(judged[np.concatenate([rows[person] for person in some])]) for some in drawn]
    lowest, highest = np.nanquantile(found, [0.025, 0.975])
    return float(lowest), float(highest)


def with_bounds(judged: Judged, measure: Callable[[Judged], float]) -> str:
    """A figure and its 95 % interval over people."""
    lowest, highest = interval(judged, measure)
    return f"{measure(judged):.3f} ({lowest:.3f}-{highest:.3f})"


def fit_temperature(answers: Shares, label: Numbers) -> float:
    """What the answers must be divided by for the true labels to be most likely (C. Guo et al., 2017)."""

    def surprise(log_temperature: float) -> float:
        shares = probabilities(answers, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(shares[np.arange(len(label)), label], 1e-9)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(np.log(0.1), np.log(10)), method="bounded").x))


def calibrated(answers: Shares, label: Numbers, fold: Numbers) -> Shares:
    """Probabilities of each fold at the temperature that fits the others."""
    shares = np.zeros_like(answers)
    for one in np.unique(fold):
        rest = fold != one
        temperature = fit_temperature(answers[rest], label[rest]) if rest.any() else 1.0
        shares[~rest] = probabilities(answers[~rest], temperature)
    return shares
