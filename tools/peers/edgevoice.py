"""This project's model, through the whole path of the device: front end, utterance gate, INT8 x-vector."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import edgevoice
from edgevoice.app import hear_clip
from edgevoice.errors import ModelError
from edgevoice.identify import Spoken
from edgevoice.listening.capture import Samples
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.circumstances import Circumstances
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
    calibration = model.manifest.calibration

    def embed(samples: Samples) -> Vector:
        heard = hear_clip(samples)
        vector = model.embed(heard.mfcc).vector
        return vector if calibration is None else vector * np.float32(np.exp(_moves(heard, calibration)))

    llr = None if calibration is None else _pairwise(calibration, path)
    version = f"{model.manifest.sha256} {_source_hash()} {calibration}"
    return System(name, path.stat().st_size, version, embed, llr, rank=llr)


def _moves(heard: Spoken, calibration: Calibration) -> float:
    """What the seconds of a clip move an LLR, on whichever side it stands, and half of what its SNR does."""
    seconds, snr, _ = Circumstances(heard.net_speech_s, heard.snr_db).deviation * calibration.offset_by
    return float(seconds + snr / 2)


def _pairwise(calibration: Calibration, path: Path) -> PairwiseScores:
    """The LLR of the device, AS-norm and side information included, each clip enrolled alone; the mean of both ways
    round. A vector's length is the exponential of what its circumstances move."""
    scorer = load_scorer(calibration, path)

    def llr(vectors: Vector) -> NDArray[np.floating]:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        score, moves = scorer.normalised(vectors / lengths, vectors / lengths), np.log(lengths)
        one_each = float(ONE_UTTERANCE.deviation @ calibration.offset_by)
        return np.asarray(calibration.slope * score + calibration.offset + one_each + moves + moves.T)

    return llr


def _source_hash() -> str:
    """Changes with any line of edgevoice, so that embeddings stored by an older front end are never taken for new."""
    folder = Path(edgevoice.__file__).parent
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.rglob("*.py")))).hexdigest()
