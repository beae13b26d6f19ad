"""Train the model of mood on any folder of labelled clips, and say what it is worth on people it has never heard.

INDEX has the columns path, speaker and label (``angry``, or ``angry-strong``). People are dealt into folds; each fold
is judged, as an INT8 file through the device's interpreter, by a network that never heard its people. Then one is
trained on all of them, written to MODELS, and calibrated by what the folds said.
"""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edgevoice.door.decide import Rules
from edgevoice.errors import ModelError
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.emotion import STRONG
from tools.measure.page import markdown_option, markdown_table, write_between
from tools.mood.clips import read_emotions
from tools.mood.examples import gather
from tools.mood.file import LARGEST_FILE, Meaning, write
from tools.mood.folds import Lessons, across_folds, learn_without, lessons
from tools.mood.network import Lesson
from tools.mood.score import (
    Judged,
    arousal_recall,
    calibrated,
    calibration_error,
    fit_temperature,
    uar,
    with_bounds,
)
from tools.step import Step

LICENCE = "CC BY-NC-SA 4.0, not for commercial use: learned from RAVDESS (Livingstone and Russo, 2018), which is so"


def fold_table(given: Lessons, judged: Judged, speakers: Sequence[str]) -> str:
    """A row a person, with the fold that judged them, and one for all with its bounds."""
    rows = []
    for person in np.unique(judged.person):
        own = judged[judged.person == person]
        fold = int(given.fold[judged.person == person][0]) + 1
        voice = "higher" if given.sex[judged.person == person][0] else "lower"
        rows.append((fold, speakers[person], voice, f"{uar(own):.2f}", f"{arousal_recall(own):.2f}"))
    told = [[str(cell) for cell in row] for row in sorted(rows)]
    told.append(["all", f"{len(rows)} people", "", with_bounds(judged, uar), with_bounds(judged, arousal_recall)])
    return markdown_table(("fold", "actor", "voice", "UAR", "arousal, high or low"), told)


def summary(judged: Judged, unsure_below: float, heard: NDArray[np.bool_]) -> str:
    """All figures of one run, a line each."""
    sure = judged.shares.max(axis=1) >= unsure_below
    right = judged.shares.argmax(axis=1) == judged.label
    return "\n".join(
        (
            f"UAR {with_bounds(judged, uar)}, chance {1 / len(judged.names):.3f}",
            f"UAR of the {int(heard.sum())} clips in which the ear hears an utterance: {uar(judged[heard]):.3f}",
            f"arousal, high or low: {with_bounds(judged, arousal_recall)}, chance 0.5",
            f"expected calibration error {with_bounds(judged, calibration_error)}",
            strong_line(judged),
            f"unsure (below {unsure_below}): {np.mean(~sure):.3f}; right where sure: {right[sure].mean():.3f}, "
            f"where unsure: {right[~sure].mean() if (~sure).any() else float('nan'):.3f}",
        )
    )


def strong_line(judged: Judged) -> str:
    """How often the rules would take a voice for upset, by what was acted."""
    strong = np.array([name in STRONG for name in judged.names])
    told = (judged.shares.max(axis=1) >= Rules.strong_mood) & strong[judged.shares.argmax(axis=1)]
    acted = strong[judged.label]
    shares = [f"{told[which].mean():.2f}" if which.any() else "none" for which in (acted, ~acted)]
    return f"told to be upset at {Rules.strong_mood}: {shares[0]} of upset speech, {shares[1]} of calm and neutral"


@click.command(cls=Step, help=__doc__)
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Where the paths begin.")
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True, help="Where the file goes.")
@click.option("--xvector", default="xvector", show_default=True, help="The x-vector in MODELS that hears for it.")
@click.option("--sounds", type=click.Path(path_type=Path, exists=True), help="Folder with rooms/ and noise/.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder that keeps what the clips come to.")
@click.option("--copies", default=1, show_default=True, help="Of each clip, as other people elsewhere.")
@click.option("--folds", default=5, show_default=True)
@click.option("--networks", default=Lesson.networks, show_default=True, help="Trained apart, joined in one file.")
@click.option("--epochs", default=Lesson.epochs, show_default=True)
@click.option("--unsure-below", default=0.3, show_default=True, help="A largest probability under it is no answer.")
@click.option("--licence", default=LICENCE, show_default=True, help="Of the file, as its teaching sound demands.")
@markdown_option
def main(
    index: Path,
    root: Path,
    models: Path,
    xvector: str,
    sounds: Path | None,
    cache: Path | None,
    copies: int,
    folds: int,
    networks: int,
    epochs: int,
    unsure_below: float,
    licence: str,
    page: Path | None,
) -> None:
    clips = read_emotions(index, root)
    model = XVector(models / f"{xvector}.tflite")
    heard = [gather(clips, root, model, copy, sounds, cache) for copy in range(copies + 1)]
    given, lesson = lessons(clips, heard, folds), Lesson(networks=networks, epochs=epochs)
    answers = across_folds(given, lesson, cache)
    judged = Judged(calibrated(answers, given.label, given.fold), given.label, given.person, given.names)
    table = fold_table(given, judged, sorted({clip.speaker for clip in clips}))
    told = summary(judged, unsure_below, heard[0].heard)
    click.echo(f"{table}\n\n{told}")
    if page:
        write_between(page, "folds", f"{table}\n\n```\n{told}\n```")
    head, content = learn_without(given, None, lesson)
    if len(content) > LARGEST_FILE:
        raise ModelError(f"the network takes {len(content)} bytes; at most {LARGEST_FILE} wanted: fewer --networks")
    training = {
        "clips": len(clips),
        "people": len(np.unique(given.person)),
        "copies": copies,
        "uar_on_people_not_heard": round(uar(judged), 3),
        "arousal_on_people_not_heard": round(arousal_recall(judged), 3),
        "calibration_error": round(calibration_error(judged), 3),
    }
    temperature = fit_temperature(answers, given.label)
    meaning = Meaning(model.manifest.name, given.names, temperature, unsure_below, licence, training)
    path = models / f"{xvector.replace('xvector', 'emotion')}.tflite"
    click.echo(f"{path}: {len(content)} bytes, {write(path, content, head, meaning)}")


if __name__ == "__main__":
    main()
