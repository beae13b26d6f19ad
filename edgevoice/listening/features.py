"""Power spectrum -> log mel energies -> MFCC, in integers."""

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import ExactMatrix, Integers, round_shift
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.spectrum import BINS, DFT, POWER_BITS

BANDS = 40
COEFFICIENTS = 40
LOWEST_HZ = 60  # below it is mains hum and the microphone's own offset
HIGHEST_HZ = 7600
MFCC_BITS = 10
BANK_BITS = 12
DCT_BITS = 15
OFFSET_BINS = 4
"""Bins 0..3, below 125 Hz, where a Hann window spreads a microphone's offset (its main lobe ends at 80 Hz): they do not
count in a frame's level."""

Bands = NDArray[np.int32]
Cepstra = NDArray[np.int32]


class LogMel:
    """40 triangular mel bands (S. Davis and P. Mermelstein, 1980) and all bins but the lowest together, then log2."""

    def __init__(self) -> None:
        self.bank: Integers = np.rint(mel_bank() * (1 << BANK_BITS)).astype(np.int64)
        """(257, 40) Q12."""
        # Between two points a bin lies on a slope that rises and one that falls; its two weights make up one.
        points = mel_points()
        self._before: Integers = points - 1
        self._rise: Integers = (self.bank * (np.arange(BINS)[:, None] < points[1:-1])).sum(axis=1)
        self._rise[points[-2] :] = (1 << BANK_BITS) - self.bank[points[-2] :, -1]  # where the last band falls alone
        self._scale_q16: Integers = np.array([POWER_BITS + BANK_BITS] * BANDS + [POWER_BITS]) << LOG2_BITS

    def __call__(self, power: Integers) -> tuple[Integers, Integers]:
        """(n, 257) Q4 power -> (n, 40) log2 of each band's energy, (n,) of all bins' from OFFSET_BINS on; squared
        sample units, Q16."""
        sums, rising_sums = power.cumsum(axis=1), power * self._rise
        rising_sums.cumsum(axis=1, out=rising_sums)  # of noise it may wrap around, but differences come out right
        whole, rising = (_steps(each.take(self._before, axis=1)) for each in (sums, rising_sums))
        falling = (whole << BANK_BITS) - rising
        heard = sums[:, -1:] - sums[:, OFFSET_BINS - 1 : OFFSET_BINS]
        levels = log2_q16(np.concatenate([rising[:, :-1] + falling[:, 1:], heard], axis=1)) - self._scale_q16
        return levels[:, :BANDS], levels[:, BANDS]


def _steps(sums: Integers) -> Integers:
    """(n, k) -> (n, k - 1) from each column to the next."""
    return sums[:, 1:] - sums[:, :-1]


class Cepstrum:
    """The orthonormal DCT-II of log mel energies; every coefficient is kept, so nothing but the basis changes."""

    def __init__(self) -> None:
        k = np.arange(COEFFICIENTS)
        n = np.arange(BANDS)[:, None]
        basis = np.cos(np.pi * k * (2 * n + 1) / (2 * BANDS)) * np.sqrt(np.where(k == 0, 1, 2) / BANDS)
        self.basis: Integers = np.rint(basis * (1 << DCT_BITS)).astype(np.int64)
        self._apply = ExactMatrix(self.basis, input_bits=LOG2_BITS + 6)

    def __call__(self, log_mel: Integers) -> Cepstra:
        """(n, 40) Q16 -> (n, 40) int32 MFCC, Q10, |c| < 2**19."""
        return round_shift(self._apply(log_mel), DCT_BITS + LOG2_BITS - MFCC_BITS).astype(np.int32)


def mel_points() -> Integers:
    """(42,) bins where the bands begin, peak and end: equally far apart in mel, rounded down."""
    lowest, highest = 2595 * np.log10(1 + np.array([LOWEST_HZ, HIGHEST_HZ]) / 700)
    points = np.linspace(lowest, highest, BANDS + 2)
    return np.asarray((DFT + 1) * 700 * (10 ** (points / 2595) - 1) / SAMPLE_RATE, dtype=np.int64)


def mel_bank() -> NDArray[np.float64]:
    """(257, 40): triangles between those points.

    The definition, and the very values, of ``python_speech_features.get_filterbanks``; that library is not imported
    here because it brings scipy, 30 MB of a small board's memory, along. A test compares the two.
    """
    points = mel_points()
    left, centre, right = points[:-2], points[1:-1], points[2:]
    bins = np.arange(BINS)[:, None]
    bank: NDArray[np.float64] = np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre))
    return np.maximum(bank, 0)


def remove_cepstral_mean(mfcc: Cepstra) -> Cepstra:
    """(n, 40) -> (n, 40) minus the mean of each coefficient over the n >= 1 frames, rounded down."""
    mean = mfcc.sum(axis=0, dtype=np.int64) // len(mfcc)
    centred: Cepstra = (mfcc - mean).astype(np.int32)
    return centred
