"""What was found of the noise trackers and of blind SNR on many mixtures, as tables and a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from edgevoice.listening.listen import ListeningSettings
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from tools.ear.mixtures import Wave

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SNRS_DB = (0, 5, 10, 15, 20, 25, 30)
STEADY = {
    *("chainsaw", "doing the dishes", "exercise bike", "fire crackling", "helicopter"),
    *("pink noise", "rain", "running tap", "sea waves", "white noise"),
}
"""Kinds that go on without a break; the others are single events, between which there is no noise to measure."""


@dataclass(frozen=True)
class Finding:
    """One tracker on one mixture, in dB."""

    kind: str
    tracker: TrackerName
    snr_db: int
    error_db: float
    snr_error_db: float


def kinds_table(findings: list[Finding], lags: dict[tuple[str, TrackerName], float]) -> Table:
    """A row a kind of noise."""
    measures = ("error", "lag", "SNR error")
    table = Table("noise", *(f"{measure}, {name}" for measure in measures for name in TRACKERS))
    kinds = sorted({each.kind for each in findings}, key=lambda kind: (kind not in STEADY, kind))
    steady = [kind for kind in kinds if kind in STEADY]
    groups = {"all steady": steady, "all": kinds}
    for title, group in {**{kind: [kind] for kind in kinds}, **groups}.items():
        mine = [each for each in findings if each.kind in group]
        table.add_row(
            title,
            *(f"{_error(mine, name, SNRS_DB):.1f} dB" for name in TRACKERS),
            *(f"{np.mean([lags[kind, name] for kind in group]):.1f} s" for name in TRACKERS),
            *(f"{_snr_error(mine, name, SNRS_DB):.1f} dB" for name in TRACKERS),
        )
    return table


def snr_table(findings: list[Finding]) -> Table:
    """Mean absolute error of blind SNR with its interval, and its mean, a row a true SNR."""
    steady = [each for each in findings if each.kind in STEADY]
    events = [each for each in findings if each.kind not in STEADY]
    groups = {"steady": steady, "events": events, "every kind": findings}
    table = Table("SNR", *(f"{title}, {name}" for title in groups for name in TRACKERS))
    for title, snrs_db in {**{f"{snr_db} dB": (snr_db,) for snr_db in SNRS_DB}, "all": SNRS_DB}.items():
        table.add_row(title, *(_told(group, name, snrs_db) for group in groups.values() for name in TRACKERS))
    return table


def error_table(findings: list[Finding]) -> Table:
    """Error of the noise estimate in steady noise, a row a true SNR."""
    steady = [each for each in findings if each.kind in STEADY]
    table = Table("SNR", *(f"error in steady noise, {name}" for name in TRACKERS))
    for snr_db in SNRS_DB:
        table.add_row(f"{snr_db} dB", *(f"{_error(steady, name, (snr_db,)):.1f} dB" for name in TRACKERS))
    return table


def _told(findings: Sequence[Finding], name: TrackerName, snrs_db: Sequence[int]) -> str:
    errors = _snr_errors(findings, name, snrs_db)
    return "{:.1f} ± {:.1f} ({:+.1f})".format(*_mean_and_half(errors), errors.mean())


def _snr_errors(findings: Sequence[Finding], name: TrackerName, snrs_db: Sequence[int]) -> Wave:
    return np.array([each.snr_error_db for each in findings if each.tracker == name and each.snr_db in snrs_db])


def _mean_and_half(errors: Wave) -> tuple[float, float]:
    """Mean of the absolute errors and half the width of its 95 % interval, which takes mixtures for independent, though
    many share a clip or a noise: it is too narrow."""
    size = np.abs(errors)
    return float(size.mean()), float(1.96 * size.std() / np.sqrt(len(size)))


def plot(findings: list[Finding], path: Path) -> None:
    """Error by kind, and blind SNR by SNR, as a picture."""
    from matplotlib import rcParams  # noqa: PLC0415 - of the tools environment
    from matplotlib.figure import Figure  # noqa: PLC0415

    rcParams["svg.fonttype"] = "none"
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    kinds = sorted({each.kind for each in findings}, key=lambda kind: (kind not in STEADY, kind))
    for number, name in enumerate(TRACKERS):
        errors = [_error([each for each in findings if each.kind == kind], name, SNRS_DB) for kind in kinds]
        left.bar(np.arange(len(kinds)) + 0.27 * (number - 1), errors, 0.25, label=name)
    _plot_snr(right, findings)
    left.set_xticks(range(len(kinds)), kinds, rotation=60, ha="right")
    left.set_ylabel("error of the noise estimate, dB")
    left.legend()
    right.axhline(2.5, color="grey", linestyle=":")
    right.set(xlabel="SNR, dB", ylabel="error of blind SNR, dB", ylim=(0, None))
    figure.savefig(path)


def _plot_snr(axes: "Axes", findings: list[Finding]) -> None:
    """Behind the tracker that speech is told from: steady noise, single events, and all."""
    name, steady = ListeningSettings().floor_tracker, [each for each in findings if each.kind in STEADY]
    events = [each for each in findings if each.kind not in STEADY]
    for number, (title, group) in enumerate({"steady": steady, "single events": events, "all": findings}.items()):
        found = [_mean_and_half(_snr_errors(group, name, [snr_db])) for snr_db in SNRS_DB]
        places, (means, halves) = np.array(SNRS_DB) + 0.4 * (number - 1), zip(*found, strict=True)
        axes.errorbar(places, means, halves, marker="o", capsize=2, label=title)
    axes.legend()


def _error(findings: Sequence[Finding], name: TrackerName, snrs_db: Sequence[int]) -> float:
    return float(np.mean([e.error_db for e in findings if e.tracker == name and e.snr_db in snrs_db]))


def _snr_error(findings: Sequence[Finding], name: TrackerName, snrs_db: Sequence[int]) -> float:
    return float(np.abs(_snr_errors(findings, name, snrs_db)).mean())
