"""Power spectrum and noise -> does the frame repeat itself at the pitch of a voice."""

import numpy as np

from edgevoice.fixedpoint.exact import ExactMatrix, Integers
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.spectrum import DFT
from edgevoice.listening.window import WINDOW

_LOWEST_BIN, _HIGHEST_BIN = 3, 96  # 94 to 3000 Hz, where the harmonics of a voice stand
_LOWEST_PITCH, _HIGHEST_PITCH = 70, 420  # Hz
_TABLE_BITS = 12
_LARGEST_RATIO_BITS = 20  # power over noise is limited to 60 dB
_PERIODICITY_BITS = 8
VOICED = 150  # Q8; set between the speech frames of voices and those of rain and traffic


class Voicing:
    """Height of the autocorrelation's peak at the lags of a voice's pitch.

    The autocorrelation is the inverse DFT of the power spectrum (Wiener-Khinchin), whitened by the noise so that
    coloured noise looks white, and divided by the autocorrelation of the window (P. Boersma, IFA Proceedings 17, 1993).
    """

    def __init__(self) -> None:
        lags = np.arange(SAMPLE_RATE // _HIGHEST_PITCH, SAMPLE_RATE // _LOWEST_PITCH, 2)
        bins = np.arange(_LOWEST_BIN, _HIGHEST_BIN)[:, None]
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
        of_window = np.correlate(hann, hann, "full")[WINDOW - 1 :]
        table = np.cos(2 * np.pi * bins * lags / DFT) * of_window[0] / of_window[lags]
        self._table = ExactMatrix(np.rint(table * (1 << _TABLE_BITS)).astype(np.int64), _LARGEST_RATIO_BITS)

    def __call__(self, power: Integers, noise: Integers) -> Integers:
        """(n, 257), (n, 257) Q4 -> (n,) periodicity, Q8: 0 for noise, 256 for a perfect pulse train."""
        band = slice(_LOWEST_BIN, _HIGHEST_BIN)
        over_noise = np.minimum(power[:, band] // np.maximum(noise[:, band], 1), 1 << _LARGEST_RATIO_BITS)
        total = np.maximum(over_noise.sum(axis=1), 1)
        peak = self._table(over_noise).max(axis=1)
        periodicity: Integers = (peak >> (_TABLE_BITS - _PERIODICITY_BITS)) // total
        return periodicity
