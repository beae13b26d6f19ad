"""Error rates of one system on any folder of speech that an index describes.

The index is a CSV file with the columns path, speaker, session, label. EER is taken on the ROC, straight between
neighbouring points; its 95 % interval is over speakers (tools/measure/intervals.py); FRR at a FAR is that of the best
threshold whose FAR is no higher. min_dcf, act_dcf: P_target 0.01, C_fa 10, C_miss 1, normalised. act_dcf and cllr are
of the calibrated LLR, all others of what the system itself ranks by: i-vector and GMM-UBM by their likelihood ratio,
all others by the cosine; --rank-by asks for that LLR, or for the voice of our embeddings without their doubt, of which
there is no calibrated LLR. A clip that fails is refused by everyone.
"""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tools.measure import det
from tools.measure.embeddings import Embedded, embed_all, tell_failures
from tools.measure.intervals import zero_error_bound
from tools.measure.metrics import Values, error_curve
from tools.measure.report import Report, as_json, percent, report, score, with_interval
from tools.measure.trial_options import Asked, asked, trial_options
from tools.measure.trials import Trials
from tools.peers import SYSTEMS, systems
from tools.step import Step


def evaluate(wanted: Asked, system_name: str, rank_by: str) -> tuple[Report, Values, Embedded, Trials]:
    """Embed, score, sum up; with what was ranked by, a value a trial. EdgevoiceError where that is impossible."""
    conditions, trials = wanted.conditions(), wanted.trials()
    system = systems(wanted.trained)[system_name]()
    embedded = embed_all(system, wanted.root, [clip.path for clip in trials.clips], conditions, wanted.cache)
    scored = score(system, embedded, trials)
    ranked = scored.ranked(rank_by)
    return report(ranked, scored, trials), ranked, embedded, trials


def table(result: Report, failed: int, system: str) -> Table:
    """What a person reads."""
    rows = Table("", system, show_header=True)
    rows.add_row("target, non-target trials", f"{result.target_trials}, {result.nontarget_trials}")
    rows.add_row("speakers", str(result.speakers))
    rows.add_row("clips failed", str(failed))
    rows.add_row("EER (95 % interval)", with_interval(result.eer, result.eer_ci95))
    for point, frr in result.frr_at_far.items():
        rows.add_row(f"FRR at FAR {percent(float(point))}", percent(frr))
    rows.add_row("min DCF, actual DCF", f"{result.min_dcf:.3f}, {_or_none(result.act_dcf)}")
    rows.add_row("Cllr, min Cllr (bits)", f"{_or_none(result.cllr)}, {result.min_cllr:.3f}")
    return rows


def tell(result: Report, failed: int, system: str, json_: bool) -> None:
    """On standard output, for a program or for a person."""
    if json_:
        click.echo(as_json(dict(vars(result))))
        return
    console = Console()
    console.print(table(result, failed, system))
    console.print(_caution(result))


def _or_none(value: float | None) -> str:
    return "not calibrated" if value is None else f"{value:.3f}"


def _caution(result: Report) -> str:
    """What the number of trials cannot tell."""
    bound = zero_error_bound(result.nontarget_trials)
    return (
        f"No false accept in {result.nontarget_trials} trials would show a FAR below {bound:.1e} if all were "
        f"independent; they come from {result.speakers} speakers, so it shows less."
    )


@click.command(cls=Step, help=__doc__)
@trial_options
@click.option("--system", "system_name", type=click.Choice(list(SYSTEMS)), default="edgevoice", show_default=True)
@click.option("--rank-by", type=click.Choice(["own", "llr", "voice"]), default="own", show_default=True)
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Write a DET plot to this image.")
@click.option("--json", "json_", is_flag=True, help="One JSON object on standard output and nothing else there.")
def main(
    system_name: str,
    rank_by: str,
    plot: Path | None,
    json_: bool,
) -> None:
    result, ranked, embedded, trials = evaluate(asked(), system_name, rank_by)
    tell_failures(system_name, embedded, [clip.path for clip in trials.clips])
    tell(result, len(embedded.failed), system_name, json_)
    if plot:
        det.plot({system_name: error_curve(ranked[trials.is_target], ranked[~trials.is_target])}, plot)


if __name__ == "__main__":
    main()
