"""Samples -> the cepstra of the textbook's baselines: MFCC and their slopes, where there is speech by level alone."""

import numpy as np
from python_speech_features import mfcc

from edgevoice.errors import AudioError
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.peers import Vector

SIZE = 38
FRAMES_PER_SECOND = 100
_COEFFICIENTS = 20  # the first, which is loudness, tells speech and is then dropped
_QUIET = 30 * np.log(10) / 10  # 30 dB below the loudest frame
_SHORTEST = 10  # frames


def speech_cepstra(samples: Samples) -> Vector:
    """(n,) int16 at 16 kHz -> (frames, 38) float32, each number of mean 0 and variance 1 over the clip.

    19 MFCC and their slopes over five frames, of frames no more than 30 dB below the loudest. AudioError where these
    are fewer than ten.
    """
    if len(samples) < SAMPLE_RATE // 40 or not samples.any():
        raise AudioError(f"no cepstra: found {len(samples)} samples, wanted 25 ms that are not digital silence")
    found = mfcc(samples, SAMPLE_RATE, numcep=_COEFFICIENTS, nfilt=40, nfft=512, appendEnergy=True)
    cepstra = np.concatenate([found[:, 1:], slopes(found[:, 1:])], axis=1)[found[:, 0] > found[:, 0].max() - _QUIET]
    if len(cepstra) < _SHORTEST:
        raise AudioError(f"no cepstra: found {len(cepstra)} frames of speech, wanted {_SHORTEST}")
    levelled = (cepstra - cepstra.mean(axis=0)) / np.maximum(cepstra.std(axis=0), 1e-6)
    return np.asarray(levelled, dtype=np.float32)


def slopes(cepstra: Vector) -> Vector:
    """(n, d) -> (n, d): the line of least squares through five frames (S. Furui, 1981); the ends are repeated."""
    far = np.pad(cepstra, ((2, 2), (0, 0)), mode="edge")
    return np.asarray((2 * (far[4:] - far[:-4]) + far[3:-1] - far[1:-3]) / 10)
