"""The scores of one system on one list of trials -> what ``evaluate`` and ``compare`` print."""

import json
from dataclasses import dataclass

import numpy as np

from edgevoice.errors import SettingsError
from tools.measure import metrics
from tools.measure.embeddings import Embedded, pair_llrs, pair_scores, pair_voices
from tools.measure.intervals import eer_interval, rate_interval
from tools.measure.metrics import Indices, Mask, Values
from tools.measure.trials import Trials
from tools.peers import System

FAR_POINTS = ("0.01", "0.001")


@dataclass(frozen=True)
class Report:
    """Rates are fractions. act_dcf and cllr are None where the system has no calibration, or none for what ranks;
    interval None: too few people."""

    target_trials: int
    nontarget_trials: int
    speakers: int
    eer: float
    eer_ci95: tuple[float, float] | None
    frr_at_far: dict[str, float]
    min_dcf: float
    act_dcf: float | None
    cllr: float | None
    min_cllr: float


@dataclass(frozen=True, eq=False)
class Scored:
    """One score a trial: what the system itself ranks by, where it gives one the calibrated LLR, and, where its
    embedding tells more than the voice, the cosine of the voices alone."""

    own: Values
    llr: Values | None
    voice: Values | None

    def ranked(self, by: str) -> Values:
        """The scores that rank the trials: ``own``, ``llr`` or ``voice``; SettingsError where there is none."""
        if by == "llr" and self.llr is None:
            raise SettingsError("no LLR to rank by: the system is not calibrated; run tools.calibrate, or rank by own")
        if by == "voice" and self.voice is None:
            raise SettingsError("no voice apart: an embedding of this system tells nothing else; rank by own")
        found = {"own": self.own, "llr": self.llr, "voice": self.voice}[by]
        assert found is not None
        return found


def score(system: System, embedded: Embedded, trials: Trials) -> Scored:
    """Scores of all trials."""
    return Scored(
        pair_scores(system, embedded, trials),
        pair_llrs(system, embedded, trials),
        pair_voices(system, embedded, trials),
    )


def report(ranked: Values, scored: Scored, trials: Trials) -> Report:
    """All figures: act_dcf and cllr from the LLR, the others from ``ranked``, a score a trial."""
    same = trials.is_target
    targets, nontargets = ranked[same], ranked[~same]
    speakers = (trials.speaker[trials.first], trials.speaker[trials.second])
    interval = eer_interval(ranked, same, speakers)
    llr = None if scored.llr is None or ranked is scored.voice else (scored.llr[same], scored.llr[~same])
    return Report(
        target_trials=len(targets),
        nontarget_trials=len(nontargets),
        speakers=trials.speakers,
        eer=metrics.eer(targets, nontargets),
        eer_ci95=None if np.isnan(interval).any() else interval,
        frr_at_far={point: metrics.frr_at_far(targets, nontargets, float(point)) for point in FAR_POINTS},
        min_dcf=metrics.min_dcf(targets, nontargets),
        act_dcf=None if llr is None else metrics.act_dcf(*llr),
        cllr=None if llr is None else metrics.cllr(*llr),
        min_cllr=metrics.min_cllr(targets, nontargets),
    )


def as_json(keys: dict[str, object]) -> str:
    """One line of JSON; a number that is not finite is an error, as JSON has none."""
    return json.dumps(keys, allow_nan=False)


def percent(rate: float) -> str:
    """0.0123 -> ``1.23 %``."""
    return f"{100 * rate:.2f} %"


def with_interval(rate: float, interval: tuple[float, float] | None) -> str:
    """``1.23 % (0.5-1.4 %)``."""
    return f"{percent(rate)} ({interval_text(interval)})"


def errors_text(errors: Mask, speakers: tuple[Indices, Indices]) -> str:
    """``1.23 % (0.51-1.42)``: a rate of errors, and its interval by ``rate_interval``."""
    low, high = rate_interval(errors, speakers)
    return f"{percent(float(errors.mean()))} ({100 * low:.2f}-{100 * high:.2f})"


def interval_text(interval: tuple[float, float] | None) -> str:
    """``0.5-1.4 %``."""
    return "" if interval is None else f"{100 * interval[0]:.1f}-{100 * interval[1]:.1f} %"
