"""Another person's vocal tract: the spectral envelope is stretched along frequency, the pitch stays.

Vocal-tract-length perturbation (N. Jaitly and G. Hinton, 2013) on the sound itself, so that the teacher can hear it:
the envelope is what the cepstrum holds below 1.5 ms, moved by a bent line; everything finer, the voice's pitch and its
roughness, is left where it is. Besides, the mean of the envelope can be moved towards somebody else's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from edgevoice.listening.capture import SAMPLE_RATE, Samples

_WINDOW = 512
_HOP = 128
_ENVELOPE_COEFFICIENTS = 24  # 1.5 ms at 16 kHz: below the period of any voice
_LARGEST_GAIN = 2.3  # natural logarithm, 20 dB
_QUIETEST = 3.5  # natural logarithm, 30 dB: frames so far below the loudest one tell nothing of a voice
_BENDS_HZ = (900.0, 2500.0)
_FULL_SCALE = 32767
_TRANSFORM = ShortTimeFFT(hann(_WINDOW, sym=False), _HOP, SAMPLE_RATE)

Line = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Throat:
    """takes_from: (bins,) where on the envelope each bin finds its level; contrast: of formants, 1 as they are;
    colour: (bins,) natural logarithm of a gain besides."""

    takes_from: Line
    contrast: float = 1.0
    colour: Line | float = 0.0


def draw_throat(
    rng: np.random.Generator, widest: float, bends_hz: Sequence[float] = _BENDS_HZ, colour: Line | float = 0.0
) -> Throat:
    """The bands between the bends, stretched together by up to ``widest`` (> 1) and each a little by itself."""
    knots = np.array([0.0, *bends_hz, SAMPLE_RATE / 2])
    stretch = np.exp(rng.uniform(-1, 1) * np.log(widest) + rng.normal(0, np.log(widest) / 4, size=len(knots) - 1))
    moved = np.concatenate([[0.0], np.cumsum(np.diff(knots) * stretch)])
    bins = np.arange(_WINDOW // 2 + 1) * SAMPLE_RATE / _WINDOW
    takes_from = np.interp(bins, moved, knots) / (SAMPLE_RATE / _WINDOW)
    return Throat(np.asarray(takes_from), float(rng.uniform(0.85, 1.15)), colour)


def mean_envelope(samples: Samples) -> Line:
    """(n,) -> (bins,) natural logarithm: the envelope in the mean over its louder frames, less its own mean."""
    if len(samples) < _WINDOW:
        return np.zeros(_WINDOW // 2 + 1)
    envelope = _envelope(_TRANSFORM.stft(samples.astype(np.float64)))
    level = envelope.max(axis=0)
    mean = envelope[:, level >= level.max() - _QUIETEST].mean(axis=1)
    return np.asarray(mean - mean.mean())


def change_throat(samples: Samples, throat: Throat) -> Samples:
    """(n,) -> (n,): the same words at the same pitch from another vocal tract."""
    if len(samples) < _WINDOW:
        return samples
    spectrum = _TRANSFORM.stft(samples.astype(np.float64))
    envelope = _envelope(spectrum)
    below = np.minimum(throat.takes_from.astype(int), _WINDOW // 2 - 1)
    share = np.minimum(throat.takes_from - below, 1.0)[:, None]
    moved = envelope[below] * (1 - share) + envelope[below + 1] * share
    mean = moved.mean(axis=0)
    moved = mean + throat.contrast * (moved - mean) + np.reshape(throat.colour, (-1, 1))
    changed = spectrum * np.exp(np.clip(moved - envelope, -_LARGEST_GAIN, _LARGEST_GAIN))
    wave = _TRANSFORM.istft(changed, k1=len(samples))
    return np.clip(np.rint(wave), -_FULL_SCALE, _FULL_SCALE).astype(np.int16)


def _envelope(spectrum: NDArray[np.complex128]) -> NDArray[np.float64]:
    """(bins, frames) log magnitude without what is finer than the envelope."""
    cepstrum = np.fft.irfft(np.log(np.abs(spectrum) + 1.0), axis=0)
    cepstrum[_ENVELOPE_COEFFICIENTS : -_ENVELOPE_COEFFICIENTS + 1] = 0
    return np.fft.rfft(cepstrum, axis=0).real
