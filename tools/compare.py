"""All systems on the same trials in one run: error rates, size, CPU time for 3 s of sound, peak memory.

Each system ranks by its own score, as in tools.evaluate. An embedding of edgevoice also holds how unsure it is, so a
second row ranks by the voice alone. FRR and min DCF (P_target 0.01, C_fa 10, normalised) are at thresholds chosen on
these very trials. --plot writes the DET plot of all systems. --markdown writes the table into a
file that holds the lines <!-- compare --> and <!-- /compare --> (or another word than compare, see --marker), between
them. For CPU times to quote set OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1: idle threads that spin are CPU time too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.table import Table

from edgevoice.errors import ModelError
from edgevoice.hardware.sound_file import read_sound
from tools.measure import det
from tools.measure.cost import cpu_milliseconds, peak_memory_bytes, three_seconds
from tools.measure.embeddings import embed_all, tell_failures
from tools.measure.intervals import eer_difference_interval
from tools.measure.metrics import Values, eer, error_curve
from tools.measure.page import markdown_option, markdown_table, print_table, write_between
from tools.measure.report import Report, as_json, percent, report, score, with_interval
from tools.measure.trial_options import Asked, asked, trial_options
from tools.measure.trials import Trials
from tools.peers import SYSTEMS, load_systems
from tools.step import Step

HEADINGS = ("system", "EER (95 %)", "FRR at FAR 1 %", "at 0.1 %", "min DCF", "file", "CPU for 3 s", "memory", "failed")


@dataclass(frozen=True)
class Row:
    """One system: its figures and its cost."""

    system: str
    report: Report
    size_bytes: int
    cpu_ms_per_3_s: float
    peak_memory_bytes: int | None
    failed: int

    def keys(self) -> dict[str, object]:
        """What ``--json`` prints."""
        own = {key: value for key, value in vars(self).items() if key not in {"system", "report"}}
        return {"system": self.system, **vars(self.report), **own}

    def cells(self) -> tuple[str, ...]:
        """What a table shows, in the order of ``HEADINGS``."""
        memory = "" if self.peak_memory_bytes is None else f"{self.peak_memory_bytes / 2**20:.0f} MiB"
        return (
            self.system,
            with_interval(self.report.eer, self.report.eer_ci95),
            *(percent(frr) for frr in self.report.frr_at_far.values()),
            f"{self.report.min_dcf:.3f}",
            f"{self.size_bytes / 1e6:.2f} MB",
            f"{self.cpu_ms_per_3_s:.1f} ms",
            memory,
            str(self.failed),
        )


def compare(wanted: Asked, names: Sequence[str]) -> tuple[list[Row], dict[str, Values], Trials]:
    """One row and one score a trial of each system; EdgevoiceError where that is impossible."""
    conditions, trials = wanted.conditions(), wanted.trials()
    loaded = load_systems(names, wanted.trained)
    paths = [clip.path for clip in trials.clips]
    sound = three_seconds(read_sound(wanted.root / paths[0]))
    cpu_ms = cpu_milliseconds(loaded, sound)
    rows, scores = [], {}
    for system in loaded:
        embedded = embed_all(system, wanted.root, paths, conditions, wanted.cache)
        tell_failures(system.name, embedded, paths)
        scored = score(system, embedded, trials)
        scores[system.name] = scored.own
        cost = system.size_bytes, cpu_ms[system.name], peak_memory_bytes(system.name, sound, wanted.trained)
        rows.append(Row(system.name, report(scored.own, scored, trials), *cost, len(embedded.failed)))
        if scored.voice is not None:
            like_the_others = report(scored.voice, scored, trials)
            rows.append(Row(f"{system.name}, voice alone", like_the_others, *cost, len(embedded.failed)))
    return rows, scores, trials


def difference(scores: Mapping[str, Values], one: str, other: str, trials: Trials) -> str:
    """The EER of one system less that of another, with its interval; ModelError where either was not measured."""
    if missing := {one, other} - scores.keys():
        raise ModelError(f"no difference to tell: {', '.join(sorted(missing))} was not measured in this run")
    same, speakers = trials.is_target, (trials.speaker[trials.first], trials.speaker[trials.second])
    gap = eer(scores[one][same], scores[one][~same]) - eer(scores[other][same], scores[other][~same])
    low, high = eer_difference_interval(scores[one], scores[other], same, speakers)
    return f"EER of {one} less that of {other}: {100 * gap:+.2f} points (95 %: {100 * low:+.1f} to {100 * high:+.1f})"


def markdown(rows: Sequence[Row], trials: Trials, told: Sequence[str] = ()) -> str:
    """A table in Markdown, what it rests on, and what else is told of it."""
    table = markdown_table(HEADINGS, [row.cells() for row in rows])
    targets = int(trials.is_target.sum())
    return (
        f"{table}\n\n{targets} target and {len(trials.is_target) - targets} non-target trials of {trials.speakers} "
        "speakers; printed by `python -m tools.compare`." + "".join(f" {line}." for line in told)
    )


def tell(rows: Sequence[Row], json_: bool) -> None:
    """On standard output, for a program or for a person."""
    if json_:
        for row in rows:
            click.echo(as_json(row.keys()))
        return
    table = Table(*HEADINGS)
    for row in rows:
        table.add_row(*row.cells())
    print_table(table, 140)


@click.command(cls=Step, help=__doc__)
@trial_options
@click.option("--system", "names", multiple=True, type=click.Choice(list(SYSTEMS)), help="Only this one; repeatable.")
@markdown_option
@click.option("--marker", default="compare", show_default=True, help="The word in the two marking lines.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Write the DET plot to this image.")
@click.option(
    "--against",
    multiple=True,
    help="Tell how far the EER of the first system is from this one's, with --json on standard error; repeatable.",
)
@click.option("--json", "json_", is_flag=True, help="JSON Lines on standard output, one a system, and nothing else.")
def main(
    names: tuple[str, ...],
    page: Path | None,
    marker: str,
    plot: Path | None,
    against: tuple[str, ...],
    json_: bool,
) -> None:
    rows, scores, trials = compare(asked(), names)
    tell(rows, json_)
    same = trials.is_target
    told = [difference(scores, rows[0].system, other, trials) for other in against]
    for line in told:
        click.echo(line, err=json_)
    if plot:
        det.plot({name: error_curve(own[same], own[~same]) for name, own in scores.items()}, plot)
    if page:
        write_between(page, marker, markdown(rows, trials, told))


if __name__ == "__main__":
    main()
