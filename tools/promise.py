"""Does the calibration keep its promise: false accepts and refusals at its thresholds, on people of another index.

Trials as at the door; 95 % intervals by bootstrap over the enrolled. With --top another number of cohort voices for
AS-norm is looked at, by its error rates alone, since the thresholds in force are not for it.
"""

import csv
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from edgevoice.recognition.embed import XVector
from edgevoice.recognition.score import load_scorer
from tools.measure.conditions import Conditions
from tools.measure.door_trials import Trials, conditions_at_a_door, door_trials, embed_voices, plain_scorer
from tools.measure.metrics import Values, act_dcf, cllr, eer, frr_at_far, min_cllr, min_dcf

_REPLICATES = 1000
_RATES = (0.03, 0.01, 0.003, 0.001)


def interval(errors: NDArray[np.bool_], whose: NDArray[np.int64]) -> tuple[float, float]:
    """95 % of the error rate when the enrolled people are drawn again."""
    people = whose.max() + 1
    wrong, all_ = np.bincount(whose, errors, people), np.bincount(whose, minlength=people)
    drawn = np.random.default_rng(0).integers(people, size=(_REPLICATES, people))
    lowest, highest = np.quantile(wrong[drawn].sum(axis=1) / all_[drawn].sum(axis=1), [0.025, 0.975])
    return float(lowest), float(highest)


def cell(errors: NDArray[np.bool_], whose: NDArray[np.int64]) -> str:
    """An error rate and its interval."""
    lowest, highest = interval(errors, whose)
    return f"{100 * errors.mean():.2f} % ({100 * lowest:.2f}-{100 * highest:.2f})"


def curve(trials: Trials) -> str:
    """Error rates that need no threshold."""
    rates = ", ".join(
        f"FRR {100 * frr_at_far(trials.target, trials.nontarget, rate):.1f} % at FAR {100 * rate:g} %"
        for rate in _RATES
    )
    return f"EER {100 * eer(trials.target, trials.nontarget):.2f} %; {rates}"


def costs(name: str, target: Values, nontarget: Values) -> str:
    """How well the LLRs mean what they say."""
    least, found = min_dcf(target, nontarget), act_dcf(target, nontarget)
    lost = cllr(target, nontarget) - min_cllr(target, nontarget)
    return f"{name}: Cllr {lost:.3f} over its minimum; DCF {found:.3f}, minimum {least:.3f}, {found / least:.2f} times"


@click.command(help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of the paths.")
@click.option("--noise", type=click.Path(path_type=Path, exists=True), help="Also cut short, and in sounds from there.")
@click.option("--top", type=int, multiple=True, help="Cohort voices for AS-norm, 0 for none; repeatable.")
def main(model: Path, index: Path, root: Path, noise: Path | None, top: tuple[int, ...]) -> None:
    """Run from the command line."""
    xvector = XVector(model)
    scorer = load_scorer(xvector.manifest.calibration, model)
    with index.open(encoding="utf-8", newline="") as file:
        clips = [(row["path"], row["speaker"]) for row in csv.DictReader(file)]
    voices = embed_voices(xvector, root, clips, conditions_at_a_door(noise) if noise else (Conditions(),))
    trials, calibration = door_trials(voices, scorer), scorer.calibration
    target, nontarget = trials.llrs(calibration)
    table = Table("promised false accepts", "found", "false refusals")
    for rate, threshold in zip(calibration.far, calibration.llr_at_far, strict=True):
        accepted = nontarget >= threshold
        refused = target < threshold
        table.add_row(f"{100 * rate:g} %", cell(accepted, trials.nontarget_of), cell(refused, trials.target_of))
    Console(width=100).print(table)
    click.echo(f"{len(voices)} speakers; {len(trials.target)} target, {len(trials.nontarget)} non-target trials")
    click.echo(costs("LLR", target, nontarget))
    click.echo(f"in force (top {calibration.top}): {curve(trials)}")
    cohort = np.load(model.parent / calibration.cohort)
    for other in top:
        click.echo(f"top {other}: {curve(door_trials(voices, plain_scorer(cohort, other)))}")


if __name__ == "__main__":
    main()
