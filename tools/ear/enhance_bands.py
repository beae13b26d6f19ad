"""Power spectrum -> power spectrum with less noise: over-subtraction that follows the SNR of each band."""

from dataclasses import dataclass

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16
from edgevoice.listening.spectrum import BINS
from tools.ear.enhance_smoothing import Smoothing

_EDGES = (0, 10, 20, 40, 80, 140)  # first bin of each band: 0, 310, 625, 1250, 2500, 4375 Hz
_WIDTHS = np.diff((*_EDGES, BINS))
_LOWEST_DB, _HIGHEST_DB = -5.0, 20.0
_DB_PER_OCTAVE = 10 * np.log10(2)
OVER_BITS = 8
GAIN_BITS = 12
LARGEST_RATIO = 16 << GAIN_BITS  # noise over power: more gives the floor at any over-subtraction from 1/16 on


@dataclass(frozen=True)
class BandSettings:
    """most, least: how often the noise is taken off at an SNR of -5 dB and less, of 20 dB and more; straight between
    in dB (Berouti et al., 1979); floor: share of the power always kept, 0..1."""

    most: float = 4.75
    least: float = 1.0
    floor: float = 0.125

    def enhancer(self) -> "BandSubtraction":
        """A fresh one for one stream."""
        return BandSubtraction(self)


class BandSubtraction:
    """As spectral subtraction, but the noise is taken off the more often the worse the SNR of a band is.

    After S. Kamath and P. Loizou (ICASSP 2002), without their fixed factor for each band. What is taken off is decided
    on power smoothed over time and frequency, and applied to the power as it is.
    """

    def __init__(self, settings: BandSettings) -> None:
        per_octave = (settings.most - settings.least) / (_HIGHEST_DB - _LOWEST_DB) * _DB_PER_OCTAVE
        at_0_db = settings.most + (settings.most - settings.least) / (_HIGHEST_DB - _LOWEST_DB) * _LOWEST_DB
        self._most_q8, self._least_q8, self._per_octave_q8, self._at_0_db_q8 = (
            round(factor * (1 << OVER_BITS)) for factor in (settings.most, settings.least, per_octave, at_0_db)
        )
        self._floor_q12 = round(settings.floor * (1 << GAIN_BITS))
        self._smooth = Smoothing()

    def __call__(self, power: Integers, noise: Integers) -> Integers:
        """(n, 257), (n, 257) below 2**50 -> (n, 257), all Q4 and non-negative."""
        smoothed = self._smooth(power)
        over_q8 = np.repeat(self._over_subtraction(smoothed, noise), _WIDTHS, axis=1)
        ratio_q12 = np.minimum((noise << GAIN_BITS) // np.maximum(smoothed, 1), LARGEST_RATIO)
        gain_q12 = np.maximum((1 << GAIN_BITS) - ((over_q8 * ratio_q12) >> OVER_BITS), self._floor_q12)
        return np.asarray((power * gain_q12) >> GAIN_BITS)

    def _over_subtraction(self, smoothed: Integers, noise: Integers) -> Integers:
        """(n, 257), (n, 257) -> (n, 6) Q8."""
        snr_q16 = log2_q16(_sum_bands(smoothed)) - log2_q16(_sum_bands(noise))
        over_q8 = self._at_0_db_q8 - ((self._per_octave_q8 * snr_q16) >> LOG2_BITS)
        return np.asarray(np.clip(over_q8, self._least_q8, self._most_q8))


def _sum_bands(power: Integers) -> Integers:
    return np.add.reduceat(power, _EDGES, axis=1)
