"""Step 8: what a score means. Writes cohort, log-likelihood ratio and false-accept thresholds into the manifest.

Cohort: one embedding each of voices from the training sound. Ratio and thresholds: trials as at the door, the mean of
three utterances against one, on the adults of the development speakers, which the network never saw, each set by
itself, since another microphone is an easy difference; the thresholds are therefore in sample for those speakers and
for nobody else (tools.promise shows what they are worth on others). Children sound more alike: their rates are higher.
"""

import hashlib
import io
import json
from dataclasses import asdict
from functools import reduce
from operator import add
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.embed import XVector
from tools.measure.door_trials import Trials, development_adults, door_trials, embed_voices, plain_scorer
from tools.training.corpus import load_corpus

COHORT = 400
SHORTEST_FRAMES = 150
SYNTHETIC = "kokoro:"  # made-up people lie closer together than real ones
RATES = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00003, 0.00001)
_PRIOR = 0.01  # of the logistic regression: the working point of the detection cost


def make_cohort(xvector: XVector, output: Path) -> NDArray[np.int8]:
    """(400, d) INT8 embeddings of real people of the training sound, at their own speed and at others."""
    corpus = load_corpus(output)
    made_up = np.char.startswith(corpus.speaker, SYNTHETIC)[corpus.voice]
    clean = np.flatnonzero(~corpus.noisy & ~made_up & (corpus.length >= SHORTEST_FRAMES))
    chosen = np.random.default_rng(0).choice(clean, min(COHORT, len(clean)), replace=False)
    vectors = np.stack([xvector.embed(corpus.clip(int(clip))).vector for clip in tqdm(chosen, unit="voice")])
    return np.asarray(np.rint(vectors * 127 / np.abs(vectors).max()), dtype=np.int8)


def fit(trials: Trials, cohort_file: str, cohort: bytes, top: int) -> Calibration:
    """Prior-weighted logistic regression, and the LLR at each rate of false accepts."""
    scores = np.concatenate([trials.target, trials.nontarget])
    same = np.r_[np.ones(len(trials.target)), np.zeros(len(trials.nontarget))]
    weight = np.where(same == 1, _PRIOR / len(trials.target), (1 - _PRIOR) / len(trials.nontarget)) * len(scores)
    model = LogisticRegression(C=1e6).fit(scores[:, None], same, sample_weight=weight)
    slope, offset = float(model.coef_[0, 0]), float(model.intercept_[0] - np.log(_PRIOR / (1 - _PRIOR)))
    thresholds = np.quantile(trials.nontarget * slope + offset, 1 - np.array(RATES))
    digest = hashlib.sha256(cohort).hexdigest()
    return Calibration(slope, offset, RATES, tuple(float(t) for t in thresholds), cohort_file, digest, top)


@click.command(help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--top", default=0, show_default=True, help="Cohort voices for AS-norm, say 100; 0: plain cosine.")
def main(model: Path, root: Path, output: Path, top: int) -> None:
    xvector = XVector(model)
    cohort = make_cohort(xvector, output)
    content = io.BytesIO()
    np.save(content, cohort)
    cohort_path = model.with_suffix(".cohort.npy")
    cohort_path.write_bytes(content.getvalue())
    scorer = plain_scorer(cohort, top)
    trials = reduce(
        add, (door_trials(embed_voices(xvector, root, of_set), scorer) for of_set in development_adults(root))
    )
    calibration = fit(trials, cohort_path.name, content.getvalue(), top)
    path = model.with_suffix(".json")
    manifest = json.loads(path.read_text(encoding="utf-8")) | {"calibration": asdict(calibration)}
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    people = trials.target_of.max() + 1
    click.echo(f"{people} speakers, {len(trials.target)} target and {len(trials.nontarget)} non-target trials")
    for rate, threshold in zip(calibration.far, calibration.llr_at_far, strict=True):
        refused = float(np.mean(trials.target * calibration.slope + calibration.offset < threshold))
        click.echo(f"false accepts {rate:.5f}: LLR {threshold:6.2f}, false refusals {100 * refused:5.2f} %")


if __name__ == "__main__":
    main()
