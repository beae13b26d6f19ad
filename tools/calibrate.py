"""Step 8: what a score means. Writes doubt, cohort, log-likelihood ratio and false-accept thresholds into the manifest.

Doubt: fitted on training voices (tools/training/fit_doubt.py); it changes every embedding, and so the model's name.
Cohort: one embedding each of voices from the training sound. Ratio and thresholds: trials as at the door, the mean of
three utterances, or one, against one that is as recorded, cut short or in noise, on the development speakers, which the
network never saw, each set by itself and its children apart from its adults, since another microphone or age is an easy
difference; a threshold is the strictest of any of these, so that the promise holds among children, who sound more
alike, too. The thresholds are in sample for those speakers and for nobody else. What they are worth on others: printed
for half of the people by a calibration on the other half, and by tools.promise.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import reduce
from operator import add
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from edgevoice.errors import ModelError
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.embed import XVector
from tools.made_of import whole
from tools.measure.door_trials import (
    ENROLMENT_UTTERANCES,
    Trials,
    conditions_at_a_door,
    development_people,
    door_trials,
    embed_sets,
    plain_scorer,
)
from tools.measure.halves import FEWEST, measure_halves
from tools.step import Step
from tools.training.corpus import Corpus, load_corpus, made_up
from tools.training.fit_doubt import fit_doubt
from tools.training.manifest import read_manifest, write_manifest

COHORT = 400
SHORTEST_FRAMES = 150
RATES = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00003, 0.00001)


def with_doubt(model: Path, corpus: Corpus) -> XVector:
    """The same file with a doubt, and a name for both; nothing is written."""
    xvector = XVector(model)
    doubt, told = fit_doubt(xvector, corpus)
    click.echo(told)
    both = hashlib.sha256(f"{xvector.manifest.sha256} {doubt}".encode()).hexdigest()
    xvector.manifest = replace(xvector.manifest, name=f"{model.stem}-{both[:8]}", doubt=doubt, calibration=None)
    return xvector


def keep(model: Path, xvector: XVector, calibration: Calibration, cohort: bytes) -> None:
    """Write the cohort, then the manifest that names it, each as a whole or not at all."""
    with whole(model.parent / calibration.cohort) as part:
        part.write_bytes(cohort)
    own = {
        "name": xvector.manifest.name,
        "doubt": None if xvector.manifest.doubt is None else asdict(xvector.manifest.doubt),
        "calibration": asdict(calibration),
    }
    write_manifest(model, read_manifest(model) | own)


def make_cohort(xvector: XVector, corpus: Corpus) -> NDArray[np.int8]:
    """(400, d) INT8 embeddings of real people of the training sound, at their own speed and at others."""
    synthetic = made_up(corpus.speaker)[corpus.voice]
    clean = np.flatnonzero(~corpus.noisy & ~synthetic & (corpus.length >= SHORTEST_FRAMES))
    chosen = np.random.default_rng(0).choice(clean, min(COHORT, len(clean)), replace=False)
    vectors = np.stack([xvector.embed(corpus.clip(int(clip))).vector for clip in tqdm(chosen, unit="voice")])
    return np.asarray(np.rint(vectors * 127 / np.abs(vectors).max()), dtype=np.int8)


def fit(groups: Sequence[Trials], cohort_file: str, cohort: bytes, top: int) -> Calibration:
    """Logistic regression over all groups, the same person and others of equal weight; the strictest threshold of any
    group and condition.

    ModelError where strangers score as high as the same person.
    """
    trials = reduce(add, groups)
    scores = np.c_[np.r_[trials.target, trials.nontarget], np.r_[trials.target_given, trials.nontarget_given]]
    same = np.r_[np.ones(len(trials.target)), np.zeros(len(trials.nontarget))]
    model = LogisticRegression(C=1e6, max_iter=1000, class_weight="balanced").fit(scores, same)
    slope, by_seconds, by_snr, by_utterances = (float(weight) for weight in model.coef_[0])
    if slope <= 0:
        raise ModelError(f"nothing to calibrate: strangers score as high as the same person (slope {slope:.2f})")
    digest, side = hashlib.sha256(cohort).hexdigest(), (by_seconds, by_snr, by_utterances)
    rough = Calibration(slope, float(model.intercept_[0]), RATES, (0.0,) * len(RATES), cohort_file, digest, top, side)
    return replace(rough, llr_at_far=strictest(groups, rough))


def strictest(groups: Sequence[Trials], calibration: Calibration) -> tuple[float, ...]:
    """The LLR at each rate of false accepts against usual voiceprints, the highest of any group and condition."""
    found = []
    for trials in groups:
        _, llrs = trials.llrs(calibration)
        usual = trials.nontarget_given[:, 2] == 0
        for under in np.unique(trials.nontarget_under):
            of_these = llrs[usual & (trials.nontarget_under == under)]
            found.append(np.quantile(of_these, 1 - np.array(RATES)))
    return tuple(float(threshold) for threshold in np.max(found, axis=0))


@click.command(cls=Step, help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--noise", type=click.Path(path_type=Path, exists=True), help="Folder of sounds for trials in noise.")
@click.option("--top", default=0, show_default=True, help="Cohort voices for AS-norm, say 100; 0: plain cosine.")
def main(model: Path, root: Path, output: Path, noise: Path | None, top: int) -> None:
    people = {
        f"{age} of {name}": clips
        for age, adults in (("adults", True), ("children", False))
        for name, clips in development_people(root, adults).items()
    }
    if not people:
        raise click.ClickException(f"{root / 'index.csv'}: no clip in the split dev; nothing was changed")
    corpus = load_corpus(output)
    xvector = with_doubt(model, corpus)
    cohort = make_cohort(xvector, corpus)
    content = io.BytesIO()
    np.save(content, cohort)
    cohort_path = model.with_suffix(".cohort.npy")
    scorer = plain_scorer(cohort, top)
    heard = embed_sets(xvector, root, people, conditions_at_a_door(noise))
    for name in people.keys() - heard.keys():
        click.echo(f"{name} are left out: no two of them have more than {ENROLMENT_UTTERANCES} clips that are heard")
    voices = list(heard.values())
    groups = [door_trials(of_group, scorer, (1, ENROLMENT_UTTERANCES)) for of_group in voices]
    trials = reduce(add, groups)
    calibration = fit(groups, cohort_path.name, content.getvalue(), top)
    keep(model, xvector, calibration, content.getvalue())
    target, _ = trials.llrs(calibration)
    usual = trials.target_given[:, 2] == 0
    speakers = trials.target_of.max() + 1
    click.echo(f"{speakers} speakers, {len(trials.target)} target and {len(trials.nontarget)} non-target trials")
    for rate, threshold in zip(calibration.far, calibration.llr_at_far, strict=True):
        refused = float(np.mean(target[usual] < threshold))
        click.echo(f"false accepts {rate:.5f}: LLR {threshold:6.2f}, false refusals {100 * refused:5.2f} %")
    if min(len(people) for people in voices) < FEWEST:
        click.echo(f"a group has fewer than {FEWEST} people: not measured on halves of them")
        return
    halves = measure_halves(
        voices,
        lambda people: door_trials(people, scorer, (1, ENROLMENT_UTTERANCES)),
        lambda some: fit(some, cohort_path.name, content.getvalue(), top),
    )
    click.echo("on the half of the people that was not fitted on, ten times each half (95 % of the halves):")
    for line in halves.lines(calibration.far):
        click.echo(line)


if __name__ == "__main__":
    main()
