"""Cepstra beside our own: GFCC and PNCC by spafe, LPCC from librosa's linear prediction."""

import warnings
from dataclasses import dataclass

import librosa
import numpy as np
from numpy.typing import NDArray
from spafe.features.gfcc import gfcc
from spafe.features.pncc import pncc
from spafe.utils.preprocessing import SlidingWindow

from edgevoice.listening.capture import SAMPLE_RATE
from tools.explore.clips import Sound

COEFFICIENTS = 13
FILTERS = 40
_WINDOW, _HOP = 400, 160  # samples: 25 ms every 10 ms
DITHER = 1 / 32768
"""RMS of the noise added first, one step of int16: LPCC and PNCC are not defined for digital silence."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cepstra:
    """(13, n) each, 25 ms windows every 10 ms.

    gfcc: Gammatone filters (X. Valero and F. Alias, 2012); lpcc: of the 12th-order linear prediction (J. Makhoul,
    1975); pncc: power-normalised (C. Kim and R. Stern, 2016).
    """

    gfcc: Matrix
    lpcc: Matrix
    pncc: Matrix


def cepstra(wave: Sound) -> Cepstra:
    """(n,) at 16 kHz, at least 0.3 s."""
    window = SlidingWindow(0.025, 0.010, "hamming")
    dithered = wave + np.random.default_rng(0).normal(0, DITHER, len(wave))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Cepstra(
            gfcc(dithered, fs=SAMPLE_RATE, num_ceps=COEFFICIENTS, nfilts=FILTERS, window=window).T,
            lpcc(dithered),
            pncc(dithered, fs=SAMPLE_RATE, num_ceps=COEFFICIENTS, nfilts=FILTERS, window=window).T,
        )


def lpcc(wave: Matrix) -> Matrix:
    """(n,) -> (13, frames): c0 is the logarithm of the prediction error's power, the rest the model's cepstrum.

    c[m] = -a[m] - sum (k / m) c[k] a[m - k], k = 1..m-1 (B. Atal, JASA 55, 1974). Not by spafe, whose recursion (0.3.3)
    takes c[m] for c[k].
    """
    emphasised = librosa.effects.preemphasis(wave)
    frames = librosa.util.frame(emphasised, frame_length=_WINDOW, hop_length=_HOP) * np.hamming(_WINDOW)[:, None]
    model = librosa.lpc(frames, order=COEFFICIENTS - 1, axis=0)
    error = np.zeros_like(frames)
    for lag, weights in enumerate(model):
        error[lag:] += weights * frames[: _WINDOW - lag]
    cepstrum = np.zeros_like(model)
    cepstrum[0] = np.log(np.mean(error**2, axis=0))
    for m in range(1, COEFFICIENTS):
        earlier = sum((k / m * cepstrum[k] * model[m - k] for k in range(1, m)), np.zeros(model.shape[1]))
        cepstrum[m] = -model[m] - earlier
    return np.asarray(cepstrum, np.float64)
