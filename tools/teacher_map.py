"""May the teacher enrol for the device? Fits the map from its space to ours, and measures it on the development adults.

The student was distilled from the teacher, then whitened: a linear map (ridge regression on training voices, OUTPUT of
tools.prepare and tools.teach) leads back. The table has, for so many clips of enrolment, the EER of single clips that
the device verifies: enrolled by its own model, by the teacher, by the mean of both; and of the teacher alone. --write
stores the map for tools.enroll_from_recordings. --markdown writes between <!-- asymmetric --> and <!-- /asymmetric -->.
"""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from edgevoice.recognition.embed import XVector
from tools.measure.asymmetric import TeacherMap, Trials, door_trials, fit, training_voices, unit
from tools.measure.conditions import Conditions
from tools.measure.embeddings import embed_all
from tools.measure.intervals import eer_interval
from tools.measure.metrics import eer
from tools.measure.page import markdown_option, markdown_table, publish
from tools.measure.report import with_interval
from tools.measure.trials import DEVELOPMENT_SETS, Selection, read_clips
from tools.peers import SYSTEMS, Vector
from tools.peers.edgevoice import MODEL
from tools.peers.edgevoice import load as load_ours
from tools.step import Step

CLIPS = (1, 3, 5, 8)
HEADINGS = ("clips", "device enrols", "teacher enrols", "both enrol", "teacher enrols and verifies")


def rate(trials: Trials) -> str:
    """EER and its 95 % interval over speakers."""
    found = eer(trials.scores[trials.same], trials.scores[~trials.same])
    interval = eer_interval(trials.scores, trials.same, (trials.enrolled, trials.spoke))
    return with_interval(found, interval)


def measure(lead: TeacherMap, model: Path, root: Path, name: str, cache: Path | None) -> str:
    """The table of one set."""
    clips = read_clips(root / "index.csv", Selection(name, grown_up=True))
    paths, speaker = [clip.path for clip in clips], np.array([clip.speaker for clip in clips])
    taught, learned = (
        embed_all(system, root, paths, Conditions(), cache) for system in (SYSTEMS["campplus"](), load_ours(model))
    )
    good = [place for place in range(len(clips)) if place not in taught.failed | learned.failed]
    teacher, ours = unit(taught.vectors[good]), unit(learned.vectors[good])
    led = lead(teacher)
    ways: Sequence[tuple[Vector, Vector]] = [(ours, ours), (led, ours), (unit(ours + led), ours), (teacher, teacher)]
    lines = [
        (str(count), *(rate(door_trials(prints, heard, speaker[good], count)) for prints, heard in ways))
        for count in CLIPS
        if (np.unique(speaker[good], return_counts=True)[1] > count).any()
    ]
    people = len(np.unique(speaker))
    return f"**{name}**: {people} speakers, {len(good)} clips\n\n{markdown_table(HEADINGS, lines)}"


@click.command(cls=Step, help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True), default=MODEL)
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of a training run.")
@click.option("--voices", default=6000, show_default=True, help="Training voices to fit on.")
@click.option("--set", "sets", multiple=True, metavar="NAME", default=DEVELOPMENT_SETS, show_default=True)
@click.option("--cache", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps embeddings.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Store the map there, as an .npz file.")
@markdown_option
def main(
    model: Path,
    root: Path,
    output: Path,
    voices: int,
    sets: tuple[str, ...],
    cache: Path | None,
    write: Path | None,
    page: Path | None,
) -> None:
    xvector = XVector(model)
    lead = fit(training_voices(output, xvector, voices), xvector.manifest.name)
    tables = [measure(lead, model, root, name, cache) for name in sets]
    printed = f"Model {xvector.manifest.name}, map of {voices} voices; printed by `python -m tools.teacher_map`."
    text = "\n\n".join([*tables, printed])
    if write:
        lead.save(write)
    publish(text, page, "asymmetric")


if __name__ == "__main__":
    main()
