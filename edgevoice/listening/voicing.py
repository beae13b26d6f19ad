"""Power spectrum and noise -> does the frame repeat itself at the pitch of a voice."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers, exact_table
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.spectrum import DFT
from edgevoice.listening.window import WINDOW

_BAND = slice(3, 96)  # bins from 94 to 3000 Hz, where the harmonics of a voice stand
_LOWEST_PITCH, _HIGHEST_PITCH = 70, 420  # Hz
TABLE_BITS = 12
LARGEST_RATIO_BITS = 20  # power over noise is limited to 60 dB
PERIODICITY_BITS = 8
VOICED = 150  # Q8; set between the speech frames of voices and those of rain and traffic


def lag_table(band: slice, lags: Integers) -> Integers:
    """(bins, lags) Q12: what each bin of a band adds to the autocorrelation at each lag in samples,
    divided by the autocorrelation of the window (P. Boersma, IFA Proceedings 17, 1993)."""
    bins = np.arange(band.start, band.stop)[:, None]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    of_window = np.correlate(hann, hann, "full")[WINDOW - 1 :]
    table = np.cos(2 * np.pi * bins * lags / DFT) * of_window[0] / of_window[lags]
    return np.asarray(np.rint(table * (1 << TABLE_BITS)), dtype=np.int64)


class Voicing:
    """Height of the autocorrelation's peak at the lags of a voice's pitch.

    The autocorrelation is the inverse DFT of the power spectrum (Wiener-Khinchin), whitened by the noise so that
    coloured noise looks white.
    """

    def __init__(self) -> None:
        self._lags: Integers = np.arange(SAMPLE_RATE // _HIGHEST_PITCH, SAMPLE_RATE // _LOWEST_PITCH, 2, dtype=np.int64)
        self.table = lag_table(_BAND, self._lags)
        """(93, 95) Q12: bins by lags."""
        self._table = exact_table(self.table, LARGEST_RATIO_BITS, TABLE_BITS - PERIODICITY_BITS)

    def __call__(self, power: Integers, noise: Integers) -> tuple[Integers, Integers]:
        """(n, 257), (n, 257) Q4 -> (n,) periodicity, Q8: 0 for noise, 256 for a pulse train; (n,) its lag in samples.

        In float64, which divides faster and, for quotients of numbers below 2**52, rounds down to the same integer.
        """
        over_noise = np.floor(power[:, _BAND] / np.maximum(noise[:, _BAND], 1))
        np.minimum(over_noise, 1 << LARGEST_RATIO_BITS, out=over_noise)
        correlation = over_noise @ self._table
        best = correlation.argmax(axis=1)
        peak = np.floor(correlation[np.arange(len(best)), best])
        periodicity = np.floor(peak / np.maximum(over_noise.sum(axis=1), 1))
        return periodicity.astype(np.int64), self._lags[best]
