"""Whom the door serves worse: false accepts and refusals at the shipped threshold, and EER, by sex, age and set.

Trials as at the door, the mean of three utterances against one, within each group: members enrolled, tried by members.
Thresholds are those in the manifest for one person enrolled. 95 % intervals over speakers; people are
few, so they are wide. The people of speech/dev are those whom tools.calibrate fitted the thresholds on, so their rates
are in sample. --markdown writes between the lines <!-- groups --> and <!-- /groups -->.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from edgevoice.errors import SettingsError
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.score import Scorer, load_scorer
from tools.measure.door_trials import Voice, embed_voices
from tools.measure.groups import FEWEST, Group, eer_of, groups, people_of, trials_of
from tools.measure.page import markdown_option, markdown_table, publish
from tools.measure.report import errors_text, with_interval
from tools.peers.edgevoice import MODEL
from tools.step import Step

PROMISES = (0.01, 0.001)


@dataclass(frozen=True)
class Row:
    """One group: its size, EER with interval, and (FAR, FRR) at each promise, as numbers and as the table has them."""

    group: Group
    speakers: int
    eer: float
    eer_ci95: tuple[float, float]
    rates: tuple[float, ...]
    cells: tuple[str, ...]


def measure(group: Group, voices: dict[str, Voice], scorer: Scorer) -> Row:
    """False accepts and refusals where the device would decide."""
    trials, calibration = trials_of(group, voices, scorer), scorer.calibration
    target, nontarget = trials.llrs(calibration)
    rates, cells = [], []
    for promise in PROMISES:
        threshold = calibration.threshold(promise)
        accepted = nontarget >= threshold
        refused = target < threshold
        rates += [float(accepted.mean()), float(refused.mean())]
        cells += [
            errors_text(accepted, (trials.nontarget_of, trials.nontarget_by)),
            errors_text(refused, (trials.target_of, trials.target_of)),
        ]
    rate, interval = eer_of(trials)
    return Row(group, int(trials.target_of.max()) + 1, rate, interval, tuple(rates), tuple(cells))


def ratios(rows: Sequence[Row]) -> list[str]:
    """For each kind and figure the largest ratio between two of its groups, and which."""
    told = []
    figures = ["EER", *(f"{name} at {100 * promise:g} %" for promise in PROMISES for name in ("FAR", "FRR"))]
    for kind in dict.fromkeys(row.group.kind for row in rows):
        sisters = [row for row in rows if row.group.kind == kind]
        if len(sisters) < 2:
            continue
        parts = []
        for place, figure in enumerate(figures):
            values = sorted((((row.eer, *row.rates)[place], row.group.name) for row in sisters), reverse=True)
            (high, worse), (low, _) = values[0], values[-1]
            parts.append(f"{figure} {high / low:.1f} ({worse})" if low else f"{figure} not finite ({worse})")
        told.append(f"- by {kind}: {', '.join(parts)}")
    return told


def markdown(rows: Sequence[Row], model: str) -> str:
    """The table and the largest ratios."""
    headings = ["by", "group", "speakers", "EER (95 %)"]
    for promise in PROMISES:
        headings += [f"FAR, promised {100 * promise:g} %", "FRR there"]
    lines = [
        (
            row.group.kind,
            row.group.name,
            str(row.speakers),
            with_interval(row.eer, row.eer_ci95),
            *row.cells,
        )
        for row in rows
    ]
    told = "\n".join(["Largest ratio between two groups (the worse):", "", *ratios(rows)])
    return f"{markdown_table(headings, lines)}\n\n{told}\n\nModel {model}; printed by `python -m tools.groups_table`."


@click.command(cls=Step, help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True), default=MODEL)
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--index", type=click.Path(path_type=Path), help="ROOT/index.csv where not given.")
@click.option("--split", default="dev", show_default=True, help="Only these rows of the index; all: every row.")
@markdown_option
def main(model: Path, root: Path, index: Path | None, split: str, page: Path | None) -> None:
    xvector = XVector(model)
    scorer = load_scorer(xvector.manifest.calibration, model)
    people, clips = people_of(index or root / "index.csv", None if split == "all" else split)
    voices = embed_voices(xvector, root, clips)
    wanted = groups({speaker: person for speaker, person in people.items() if speaker in voices})
    if not wanted:
        raise SettingsError(f"no group of {FEWEST} speakers with four clips each among {len(people)} speakers")
    text = markdown([measure(group, voices, scorer) for group in wanted], xvector.manifest.name)
    publish(text, page, "groups")


if __name__ == "__main__":
    main()
