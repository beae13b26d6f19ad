"""This project's model, through the whole path of the device: front end, utterance gate, INT8 x-vector."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgevoice.app import embed_clip
from edgevoice.errors import ModelError
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.score import ONE_UTTERANCE, load_scorer
from tools.made_of import source_hash
from tools.peers import MODELS, PairwiseScores, System, Vector

MODEL = MODELS / "xvector.tflite"


def load(path: Path = MODEL, name: str = "edgevoice") -> System:
    """The model in the repository, or another x-vector; ModelError where it is missing or unfit."""
    if not path.exists():
        raise ModelError(
            f"{path}: no model; found nothing to evaluate, wanted the shipped x-vector: run tools.quantize"
        )
    model = XVector(path)
    calibration, doubt = model.manifest.calibration, model.manifest.doubt
    llr = None if calibration is None else _pairwise(calibration, path)
    return System(
        name,
        path.stat().st_size,
        f"{model.manifest.sha256} {source_hash()} {doubt}",
        lambda samples: embed_clip(samples, model).vector,
        llr,
        voice=None if doubt is None else _without_doubt,
    )


def _pairwise(calibration: Calibration, path: Path) -> PairwiseScores:
    """The LLR of the device, AS-norm included, each clip enrolled alone and said as usual."""
    scorer = load_scorer(calibration, path)
    one_each = float(ONE_UTTERANCE.deviation @ calibration.offset_by)

    def llr(vectors: Vector) -> NDArray[np.floating]:
        return np.asarray(calibration.slope * scorer.normalised(vectors, vectors) + calibration.offset + one_each)

    return llr


def _without_doubt(vectors: Vector) -> NDArray[np.floating]:
    voices = vectors[:, :-1] / np.linalg.norm(vectors[:, :-1], axis=1, keepdims=True)
    return np.asarray(voices @ voices.T)
