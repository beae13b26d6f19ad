"""How much short, noisy and far speech costs: EER of our x-vector under each hardship, as a table and a picture.

Every clip goes through the whole path of the device. Lengths are the middle of the clip; noise and rooms are drawn by
the clip's name from ROOT/noise and ROOT/rooms, SNR over the whole clip. If tools.prepare had the same ROOT, it used
them on the training sound: the people are new to the network, the noises and rooms are not. Everything is measured
twice, with the device's spectral subtraction and without; the model was trained with it at several strengths and
without. People whose label tells an age under 18 are left out. --markdown writes between the lines
<!-- conditions --> and <!-- /conditions -->.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from edgevoice.errors import SettingsError
from edgevoice.recognition.embed import XVector
from tools.measure import det
from tools.measure.conditions import noise_files
from tools.measure.hardship import SUBTRACTIONS, Rates, embed_under, hardships, rates
from tools.measure.page import markdown_option, markdown_table, publish
from tools.measure.report import percent, with_interval
from tools.measure.trials import DEVELOPMENT_SETS, Selection, Trials, pair, read_clips
from tools.peers.edgevoice import MODEL
from tools.step import Step

HEADINGS = (
    "",
    "EER (95 %)",
    "of clean",
    "subtraction off",
    "of clean",
    "enrolled clean",
    "subtraction off",
    "failed",
)
PANELS = {
    "length": ("1 s", "2 s", "3 s", "whole, clean"),
    "SNR": ("0 dB", "5 dB", "10 dB", "20 dB", "whole, clean"),
}


@dataclass(frozen=True)
class Findings:
    """One set: its trials, and (hardship, subtraction) -> its rates."""

    name: str
    trials: Trials
    rates: Mapping[tuple[str, str], Rates]


def measure(model: XVector, index: Path, root: Path, name: str | None, cache: Path | None) -> Findings:
    """One set of an index, None all; EdgevoiceError where that is impossible."""
    clips = read_clips(index, Selection(name, grown_up=True))
    trials, wanted = pair(clips), hardships(root / "noise", root / "rooms")
    embedded = embed_under(model, root, [clip.path for clip in clips], wanted, cache)
    found = {
        (hard.name, way): rates(embedded[wanted[0].name, way], embedded[hard.name, way], trials)
        for hard in wanted
        for way in SUBTRACTIONS
    }
    return Findings(name or index.name, trials, found)


def rows(findings: Findings) -> list[tuple[str, ...]]:
    """As ``HEADINGS``, a row a hardship."""
    names = list(dict.fromkeys(name for name, _ in findings.rates))
    clean = {way: findings.rates[names[0], way].both for way in SUBTRACTIONS}
    table: list[tuple[str, ...]] = []
    for name in names:
        on, off = findings.rates[name, "on"], findings.rates[name, "off"]
        table.append(
            (
                name,
                with_interval(on.both, on.interval),
                _times(on.both, clean["on"]),
                percent(off.both),
                _times(off.both, clean["off"]),
                percent(on.enrolled_clean),
                percent(off.enrolled_clean),
                f"{on.failed}, {off.failed}",
            )
        )
    return table


def markdown(all_findings: Sequence[Findings], model: str) -> str:
    """A table a set."""
    parts = []
    for findings in all_findings:
        trials = findings.trials
        targets = int(trials.is_target.sum())
        parts.append(
            f"**{findings.name}**: {trials.speakers} speakers, {len(trials.clips)} clips, {targets} target pairs"
        )
        parts.append(markdown_table(HEADINGS, rows(findings)))
    return "\n\n".join([*parts, f"Model {model}; printed by `python -m tools.conditions_table`."])


def plot(all_findings: Sequence[Findings], path: Path) -> None:
    """EER over length, and over noise; SettingsError without matplotlib."""
    try:
        from matplotlib import rcParams  # noqa: PLC0415 - of the tools environment
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError("--plot needs matplotlib, which is not installed; run: make setup-tools") from error
    rcParams.update({"svg.hashsalt": "edgevoice", "svg.fonttype": "none"})
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for axes, (quantity, places) in zip(figure.subplots(1, 2, sharey=True), PANELS.items(), strict=True):
        for number, findings in enumerate(all_findings):
            for way, line in (("on", "-"), ("off", ":")):
                percents = [100 * findings.rates[place, way].both for place in places]
                label = f"{findings.name.rpartition('/')[2]}, subtraction {way}"
                axes.plot(places, percents, line, marker="o", markersize=3, color=f"C{number}", label=label)
        axes.set(xlabel=quantity, ylabel="EER, %", ylim=(0, None))
        axes.grid(linewidth=0.3)
        axes.legend(fontsize=7)
    det.save(figure, path)


def _times(rate: float, clean: float) -> str:
    return "" if clean == 0 else f"{rate / clean:.2f}×"


@click.command(cls=Step, help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True), default=MODEL)
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--index", type=click.Path(path_type=Path), help="ROOT/index.csv where not given.")
@click.option("--set", "sets", multiple=True, metavar="NAME", help="Repeatable; the development sets where not given.")
@click.option("--all", "whole", is_flag=True, help="All clips of the index as one set.")
@click.option("--cache", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps embeddings.")
@markdown_option
@click.option("--plot", "picture", type=click.Path(path_type=Path, dir_okay=False), help="Write the picture there.")
def main(
    model: Path,
    root: Path,
    index: Path | None,
    sets: tuple[str, ...],
    whole: bool,
    cache: Path | None,
    page: Path | None,
    picture: Path | None,
) -> None:
    xvector = XVector(model)
    for folder in ("noise", "rooms"):
        noise_files(root / folder)
    wanted: Sequence[str | None] = [None] if whole else sets or DEVELOPMENT_SETS
    found = [measure(xvector, index or root / "index.csv", root, name, cache) for name in wanted]
    text = markdown(found, xvector.manifest.name)
    publish(text, page, "conditions")
    if picture:
        plot(found, picture)


if __name__ == "__main__":
    main()
