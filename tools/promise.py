"""Does the calibration keep its promise: false accepts and refusals at its thresholds, on people of another index.

Trials as at the door; 95 % intervals over the speakers of both sides. A recording in which the gate
hears nobody is no trial, one that the door's gates would refuse is: the share of both is printed. Noise is new only if
--noise is neither what tools.prepare disturbed the training sound with nor what tools.calibrate had. With --top another
number of cohort voices for AS-norm is looked at, by its error rates alone, as the thresholds are not for it. With
--people the thresholds are those of a household: the promise is of all its people together, so that each comparison
has its share of it; the false accepts found are still of one comparison.
"""

from collections.abc import Mapping
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from edgevoice.errors import SettingsError
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.score import load_scorer
from tools.measure.conditions import Conditions
from tools.measure.door_trials import (
    ENROLMENT_UTTERANCES,
    Trials,
    Voice,
    conditions_at_a_door,
    door_trials,
    embed_voices,
    plain_scorer,
)
from tools.measure.metrics import (
    Values,
    act_dcf,
    cllr,
    eer,
    frr_at_far,
    min_cllr,
    min_dcf,
)
from tools.measure.report import errors_text
from tools.measure.selection_options import selection_options
from tools.measure.trials import Selection, read_clips
from tools.step import Step

FEWEST = 2
"""People that it takes to measure anything."""
_RATES = (0.03, 0.01, 0.003, 0.001)


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
    times = f", {found / least:.2f} times" if least else ""
    return f"{name}: Cllr {lost:.3f} over its minimum; DCF {found:.3f}, minimum {least:.3f}{times}"


@click.command(cls=Step, help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of the paths.")
@click.option("--noise", type=click.Path(path_type=Path, exists=True), help="Also cut short, and in sounds from there.")
@click.option("--people", type=click.IntRange(1), default=1, show_default=True, help="Enrolled in the household.")
@click.option("--top", type=click.IntRange(0), multiple=True, help="Cohort voices for AS-norm, 0 for none; repeatable.")
@selection_options
def main(
    model: Path, index: Path, root: Path, noise: Path | None, people: int, top: tuple[int, ...], selection: Selection
) -> None:
    xvector = XVector(model)
    scorer = load_scorer(xvector.manifest.calibration, model)
    clips = [(clip.path, clip.speaker) for clip in read_clips(index, selection)]
    voices = embed_voices(xvector, root, clips, conditions_at_a_door(noise) if noise else (Conditions(),))
    if len(voices) < FEWEST:
        raise SettingsError(
            f"{index}: {len(voices)} people have more than {ENROLMENT_UTTERANCES} clips in which the gate hears "
            f"them; wanted {FEWEST}"
        )
    trials, calibration = door_trials(voices, scorer), scorer.calibration
    target, nontarget = trials.llrs(calibration)
    table = Table("promised false accepts", "found, one comparison" if people > 1 else "found", "false refusals")
    for rate in (rate for rate in calibration.far if rate / people >= calibration.far[-1]):
        threshold = calibration.threshold(rate / people)
        accepted = errors_text(nontarget >= threshold, (trials.nontarget_of, trials.nontarget_by))
        refused = errors_text(target < threshold, (trials.target_of, trials.target_of))
        table.add_row(f"{100 * rate:g} %", accepted, refused)
    Console(width=100).print(table)
    click.echo(f"{len(voices)} speakers; {len(trials.target)} target, {len(trials.nontarget)} non-target trials")
    click.echo(unjudged(voices))
    click.echo(costs("LLR", target, nontarget))
    click.echo(f"in force (top {calibration.top}): {curve(trials)}")
    cohort = np.load(model.parent / calibration.cohort)
    for other in top:
        click.echo(f"top {other}: {curve(door_trials(voices, plain_scorer(cohort, other)))}")


def unjudged(voices: Mapping[str, Voice]) -> str:
    """How many recordings, whole, short and in noise, are no trial at a door, and why."""
    heard = sum(len(voice.judged) for voice in voices.values())
    unheard = sum(voice.unheard for voice in voices.values())
    gated = heard - sum(int(voice.judged.sum()) for voice in voices.values())
    return (
        f"of {heard + unheard} recordings {100 * unheard / (heard + unheard):.1f} % are not heard and no trials; "
        f"another {100 * gated / (heard + unheard):.1f} % the door's gates would refuse, whatever the voice"
    )


if __name__ == "__main__":
    main()
