"""What a calibration is worth on people whom it was not fitted on: fitted on half of them, measured on the others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from edgevoice.recognition.calibration import Calibration
from tools.measure.door_trials import Trials, Voice
from tools.measure.metrics import act_dcf, cllr, min_cllr, min_dcf

DRAWS = 10
FEWEST = 4
"""People of a set: two in each half, so that there is a stranger."""


@dataclass(frozen=True, eq=False)
class Halves:
    """Of each half (n) measured: far, frr (n, rates) at each promised rate, of all people together; worst (n, rates):
    the far of the set that has most; lost: Cllr over its minimum; dcf, least_dcf: the detection cost at the threshold
    that the LLR itself names, and at the best one."""

    far: NDArray[np.float64]
    worst: NDArray[np.float64]
    frr: NDArray[np.float64]
    lost: NDArray[np.float64]
    dcf: NDArray[np.float64]
    least_dcf: NDArray[np.float64]

    def lines(self, rates: Sequence[float]) -> Iterator[str]:
        """To print: the mean of all halves and where 95 % of them lie."""
        for promised, found, worst, refused in zip(rates, self.far.T, self.worst.T, self.frr.T, strict=True):
            most = f", {_share(worst)} in the set with most" if (worst > found).any() else ""
            yield f"promised {100 * promised:g} %: found {_share(found)}{most}, refused {_share(refused)}"
        times = self.dcf.sum() / self.least_dcf.sum()
        yield f"Cllr {self.lost.mean():.3f} over its minimum; DCF {times:.2f} times its minimum"


def measure_halves(
    sets: Sequence[dict[str, Voice]],
    trials_of: Callable[[dict[str, Voice]], Trials],
    fit: Callable[[Sequence[Trials]], Calibration],
) -> Halves:
    """Both halves of each set's people, FEWEST at least, drawn ten times."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(DRAWS):
        parts = [_halves(voices, rng) for voices in sets]
        one, other = ([trials_of(part[side]) for part in parts] for side in (0, 1))
        found += [_measure(fit(one), other), _measure(fit(other), one)]
    return Halves(*(np.array(column) for column in zip(*found, strict=True)))


def _halves(voices: dict[str, Voice], rng: np.random.Generator) -> tuple[dict[str, Voice], dict[str, Voice]]:
    names = rng.permutation(list(voices))
    return {name: voices[name] for name in names[::2]}, {name: voices[name] for name in names[1::2]}


def _measure(
    calibration: Calibration, sets: Sequence[Trials]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float, float, float]:
    trials = reduce(add, sets)
    target, nontarget = trials.llrs(calibration)
    usual = trials.target_given[:, 2] == 0
    thresholds = np.array(calibration.llr_at_far)[:, None]
    return (
        _accepted(calibration, trials),
        np.max([_accepted(calibration, each) for each in sets], axis=0),
        (target[usual] < thresholds).mean(axis=1),
        cllr(target, nontarget) - min_cllr(target, nontarget),
        act_dcf(target, nontarget),
        min_dcf(target, nontarget),
    )


def _accepted(calibration: Calibration, trials: Trials) -> NDArray[np.float64]:
    """(rates,) the share of others' tries against usual voiceprints at or over each threshold."""
    nontarget = trials.llrs(calibration)[1][trials.nontarget_given[:, 2] == 0]
    accepted: NDArray[np.float64] = (nontarget >= np.array(calibration.llr_at_far)[:, None]).mean(axis=1)
    return accepted


def _share(found: NDArray[np.float64]) -> str:
    lowest, highest = np.quantile(found, [0.025, 0.975])
    return f"{100 * found.mean():.3f} % ({100 * lowest:.3f}-{100 * highest:.3f})"
