"""Our model of mood beside the textbook's ways, on the same clips and the same folds of people: table and pictures."""

from collections.abc import Sequence
from pathlib import Path

import click
import matplotlib as mpl
import numpy as np

from edgevoice.recognition.embed import XVector
from tools.measure.page import markdown_option, markdown_table, publish
from tools.mood.clips import read_emotions
from tools.mood.examples import gather
from tools.mood.folds import Lessons, across_folds, lessons
from tools.mood.network import Lesson
from tools.mood.peers import PEERS, Peer, Table, measure_all
from tools.mood.score import Judged, arousal_recall, calibrated, calibration_error, confusion, uar, with_bounds
from tools.step import Step

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "edgevoice"  # the same picture for the same figures

from matplotlib import pyplot as plt  # noqa: E402 -- after the choice of how to draw


def judge_peer(peer: Peer, measured: Table, given: Lessons) -> Judged:
    """A peer's probabilities for each clip, from the folds without its speaker, calibrated as ours are."""
    shares = np.zeros((len(given.label), len(given.names)))
    for fold in np.unique(given.fold):
        out = given.fold == fold
        shares[out] = peer.judge(measured[~out], given.label[~out], measured[out], len(given.names))
    answers = np.log(np.maximum(shares, 1e-6))
    return Judged(calibrated(answers, given.label, given.fold), given.label, given.person, given.names)


def draw(found: Sequence[tuple[str, Judged]], path: Path) -> None:
    """Confusion matrices side by side: rows were said, columns heard, shares of each row."""
    figure, axes = plt.subplots(2, -(-len(found) // 2), figsize=(11, 10.5), squeeze=False)
    for axis, (name, judged) in zip(axes.flat, found, strict=False):
        counts = confusion(judged)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for row, column in np.ndindex(shares.shape):
            colour = "white" if shares[row, column] > 0.5 else "black"
            axis.text(column, row, f"{100 * shares[row, column]:.0f}", ha="center", va="center", color=colour, size=8)
        axis.set_xticks(range(len(judged.names)), judged.names, rotation=45, ha="right")
        axis.set_yticks(range(len(judged.names)), judged.names)
        axis.set_title(f"{name}: UAR {uar(judged):.2f}")
        axis.set_xlabel("heard as, % of the row")
        axis.set_ylabel("said")
    for axis in axes.flat[len(found) :]:
        axis.set_axis_off()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


@click.command(cls=Step, help=__doc__)
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Where the paths begin.")
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True, help="With the x-vector.")
@click.option("--sounds", type=click.Path(path_type=Path, exists=True), help="Folder with rooms/ and noise/.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder that keeps what the clips come to.")
@click.option("--copies", default=1, show_default=True, help="As in tools.train_emotion.")
@click.option("--folds", default=5, show_default=True)
@click.option("--plot", type=click.Path(path_type=Path), help="Picture of the confusion matrices (SVG).")
@markdown_option
def main(
    index: Path,
    root: Path,
    models: Path,
    sounds: Path | None,
    cache: Path | None,
    copies: int,
    folds: int,
    plot: Path | None,
    page: Path | None,
) -> None:
    clips = read_emotions(index, root)
    model = XVector(models / "xvector.tflite")
    given = lessons(clips, [gather(clips, root, model, copy, sounds, cache) for copy in range(copies + 1)], folds)
    answers = across_folds(given, Lesson(), cache)
    ours = Judged(calibrated(answers, given.label, given.fold), given.label, given.person, given.names)
    found = [("edgevoice", ours)]
    for peer in PEERS:
        measured = measure_all(peer, root, [clip.path for clip in clips], cache)
        found.append((peer.name, judge_peer(peer, measured, given)))
    rows = [
        (name, with_bounds(judged, uar), with_bounds(judged, arousal_recall), f"{calibration_error(judged):.3f}")
        for name, judged in found
    ]
    rows.append(("chance", f"{1 / len(given.names):.3f}", "0.500", ""))
    table = markdown_table(("system", "UAR (95 %)", "arousal, high or low (95 %)", "calibration error"), rows)
    publish(table, page, "compare")
    if plot:
        draw(found, plot)


if __name__ == "__main__":
    main()
