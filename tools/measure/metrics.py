"""Error rates of a speaker verification system from the scores of its trials; higher means the same speaker.

The definitions are NIST's (speaker recognition evaluation plans) and N. Brümmer's and J. du Preez's ("Application-
independent evaluation of speaker detection", Computer Speech & Language 20, 2006). Rates are fractions, 0..1.
A trial is accepted where its score reaches the threshold; equal scores are never told apart.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from edgevoice.errors import SettingsError

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Costs:
    """Prior of a target trial and the costs of the two errors."""

    p_target: float = 0.01
    c_fa: float = 10.0
    c_miss: float = 1.0

    @property
    def false_accept_weight(self) -> float:
        """What a false accept costs beside a miss, the prior included."""
        return self.c_fa * (1 - self.p_target) / (self.c_miss * self.p_target)

    def dcf(self, far: Values, frr: Values) -> Values:
        """Detection cost over that of the better of "accept all" and "refuse all", as NIST normalises it."""
        return np.asarray((frr + self.false_accept_weight * far) / min(1.0, self.false_accept_weight))


DOOR = Costs()


@dataclass(frozen=True, eq=False)
class Curve:
    """(k + 1,) operating points, from the one that refuses all (threshold infinity) to the one that accepts all."""

    threshold: Values
    far: Values
    frr: Values


def error_curve(targets: Values, nontargets: Values) -> Curve:
    """One operating point a distinct score. SettingsError where either kind is missing or a score is NaN."""
    scores, is_target = _joined(targets, nontargets)
    order, ends = _ranking(scores)
    hits = np.cumsum(is_target[order])[ends]
    accepted = ends + 1
    far = np.concatenate([[0.0], (accepted - hits) / len(nontargets)])
    frr = np.concatenate([[1.0], 1 - hits / len(targets)])
    return Curve(np.concatenate([[np.inf], scores[order][ends]]), far, frr)


def eer(targets: Values, nontargets: Values) -> float:
    """Equal error rate: where FAR = FRR on the ROC, straight between neighbouring operating points (no convex hull)."""
    curve = error_curve(targets, nontargets)
    return _crossing(curve.far, curve.frr)


def frr_at_far(targets: Values, nontargets: Values, far: float) -> float:
    """Lowest FRR of the operating points whose FAR is at most ``far``; nothing is interpolated."""
    curve = error_curve(targets, nontargets)
    return float(curve.frr[curve.far <= far].min())


def min_dcf(targets: Values, nontargets: Values, costs: Costs = DOOR) -> float:
    """Normalised detection cost at the best threshold, chosen on these very trials."""
    curve = error_curve(targets, nontargets)
    return float(costs.dcf(curve.far, curve.frr).min())


def act_dcf(target_llrs: Values, nontarget_llrs: Values, costs: Costs = DOOR) -> float:
    """Normalised detection cost at Bayes' threshold, ln(C_fa (1 - P) / (C_miss P)), for natural-log LLRs."""
    threshold = np.log(costs.false_accept_weight)
    far, frr = np.mean(nontarget_llrs >= threshold), np.mean(target_llrs < threshold)
    return float(costs.dcf(np.asarray(far), np.asarray(frr)))


def cllr(target_llrs: Values, nontarget_llrs: Values) -> float:
    """Cost of natural-log LLRs in bits, averaged over all priors and costs: 0 perfect, 1 says nothing."""
    misses, accepts = np.logaddexp(0, -target_llrs).mean(), np.logaddexp(0, nontarget_llrs).mean()
    return float((misses + accepts) / (2 * np.log(2)))


def min_cllr(targets: Values, nontargets: Values) -> float:
    """Cllr after the best monotone calibration of these very scores: pool adjacent violators."""
    scores, is_target = _joined(targets, nontargets)
    _, group = np.unique(scores, return_inverse=True)
    count = np.bincount(group).astype(np.float64)
    share = np.bincount(group, weights=is_target) / count
    posterior = np.clip(isotonic_regression(share, weights=count).x, 0, 1)[group]
    with np.errstate(divide="ignore"):
        llr = np.log(posterior) - np.log1p(-posterior) - np.log(len(targets) / len(nontargets))
    return cllr(llr[is_target], llr[~is_target])


def _joined(targets: Values, nontargets: Values) -> tuple[Values, Mask]:
    scores = np.concatenate([targets, nontargets]).astype(np.float64)
    if not len(targets) or not len(nontargets) or np.isnan(scores).any():
        raise SettingsError(
            f"no error rate: found {len(targets)} target and {len(nontargets)} non-target scores, "
            f"{np.isnan(scores).sum()} of them not a number; wanted at least one of each and no NaN"
        )
    return scores, np.arange(len(scores)) < len(targets)


def _ranking(scores: Values) -> tuple[Indices, Indices]:
    """Order from the highest score down, and the last place of each run of equal scores in it."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    return order, ends


def _crossing(far: Values, frr: Values) -> float:
    gap = frr - far
    after = int(np.argmax(gap <= 0))
    before = after - 1
    part = gap[before] / (gap[before] - gap[after])
    return float(far[before] + part * (far[after] - far[before]))
