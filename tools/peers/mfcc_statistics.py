"""The naive baseline: mean and standard deviation over time of 19 MFCC, each in a fixed unit. Nothing is trained."""

import numpy as np
from python_speech_features import mfcc

from edgevoice.errors import AudioError
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.peers import System, Vector

_COEFFICIENTS = 20  # the first, which is loudness, is dropped


def load() -> System:
    """Ready at once; ships no file."""
    return System("mfcc-statistics", 0, "1", embed)


def embed(samples: Samples) -> Vector:
    """(n,) int16 at 16 kHz -> (38,) float32; AudioError for silence or less than a frame of 25 ms."""
    if len(samples) < SAMPLE_RATE // 40 or not samples.any():
        raise AudioError(f"no statistics: found {len(samples)} samples, wanted 25 ms that are not digital silence")
    cepstra = mfcc(samples, SAMPLE_RATE, numcep=_COEFFICIENTS, nfilt=40, nfft=512, appendEnergy=False)[:, 1:]
    return np.concatenate([cepstra.mean(axis=0), cepstra.std(axis=0)]).astype(np.float32)
