"""This project's model, through the whole path of the device: front end, utterance gate, INT8 x-vector."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import edgevoice
from edgevoice.app import embed_clip
from edgevoice.errors import ModelError
from edgevoice.listening.capture import Samples
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.score import ONE_UTTERANCE, load_scorer
from tools.peers import MODELS, PairwiseScores, System, Vector

MODEL = MODELS / "xvector.tflite"


def load(path: Path = MODEL, name: str = "edgevoice") -> System:
    """The model in the repository, or another x-vector; ModelError where it is missing or unfit."""
    if not path.exists():
        raise ModelError(
            f"{path}: no model; found nothing to evaluate, wanted the shipped x-vector: run tools.quantize"
        )
    model = XVector(path)

    def embed(samples: Samples) -> Vector:
        return embed_clip(samples, model).vector

    calibration = model.manifest.calibration
    return System(
        name,
        path.stat().st_size,
        f"{model.manifest.sha256} {_source_hash()}",
        embed,
        None if calibration is None else _pairwise(calibration, path),
    )


def _pairwise(calibration: Calibration, path: Path) -> PairwiseScores:
    """AS-norm and calibration by the device's own code."""
    scorer = load_scorer(calibration, path)

    def llr(vectors: Vector) -> NDArray[np.floating]:
        one_each = float(ONE_UTTERANCE.deviation @ calibration.offset_by)
        return calibration.slope * scorer.normalised(vectors, vectors) + calibration.offset + one_each

    return llr


def _source_hash() -> str:
    """Changes with any line of edgevoice, so that embeddings stored by an older front end are never taken for new."""
    folder = Path(edgevoice.__file__).parent
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.rglob("*.py")))).hexdigest()
