"""Resemblyzer 0.1.4: a GE2E LSTM (L. Wan et al., ICASSP 2018), 1.42 M parameters, 256 numbers, as released."""

import hashlib
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from edgevoice.listening.capture import Samples
from tools.peers import System, Vector

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports names that scipy deprecates
    import resemblyzer

_FULL_SCALE = 32768


def load() -> System:
    """Loads 17 MB; one thread."""
    torch.set_num_threads(1)
    encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)

    def embed(samples: Samples) -> Vector:
        speech = resemblyzer.preprocess_wav(samples.astype(np.float32) / _FULL_SCALE)
        if not len(speech):
            raise ValueError("its voice activity detection leaves no speech")
        return np.asarray(encoder.embed_utterance(speech), dtype=np.float32)

    content = (Path(resemblyzer.__file__).parent / "pretrained.pt").read_bytes()
    release = f"{version('resemblyzer')} {hashlib.sha256(content).hexdigest()}"
    return System("resemblyzer", len(content), release, embed)
