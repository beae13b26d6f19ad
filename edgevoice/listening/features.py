"""Power spectrum -> log mel energies -> MFCC, in integers."""

import numpy as np
from numpy.typing import NDArray
from python_speech_features import get_filterbanks

from edgevoice.fixedpoint.exact import ExactMatrix, Integers, WideExactMatrix, round_shift
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.spectrum import DFT, POWER_BITS

BANDS = 40
COEFFICIENTS = 40
LOWEST_HZ = 60  # below it is mains hum and the microphone's own offset
HIGHEST_HZ = 7600
MFCC_BITS = 10
_BANK_BITS = 12
_DCT_BITS = 15

Cepstra = NDArray[np.int32]


class LogMel:
    """40 triangular mel bands (S. Davis and P. Mermelstein, 1980), then log2."""

    def __init__(self) -> None:
        bank = get_filterbanks(BANDS, DFT, SAMPLE_RATE, LOWEST_HZ, HIGHEST_HZ).T
        self.bank: Integers = np.rint(bank * (1 << _BANK_BITS)).astype(np.int64)
        self._apply = WideExactMatrix(self.bank)

    def __call__(self, power: Integers) -> Integers:
        """(n, 257) Q4 power -> (n, 40) log2 of the band's energy in squared sample units, Q16."""
        return log2_q16(self._apply(power)) - ((POWER_BITS + _BANK_BITS) << LOG2_BITS)


class Cepstrum:
    """The orthonormal DCT-II of log mel energies; every coefficient is kept, so nothing but the basis changes."""

    def __init__(self) -> None:
        k = np.arange(COEFFICIENTS)
        n = np.arange(BANDS)[:, None]
        basis = np.cos(np.pi * k * (2 * n + 1) / (2 * BANDS)) * np.sqrt(np.where(k == 0, 1, 2) / BANDS)
        self.basis: Integers = np.rint(basis * (1 << _DCT_BITS)).astype(np.int64)
        self._apply = ExactMatrix(self.basis, input_bits=LOG2_BITS + 6)

    def __call__(self, log_mel: Integers) -> Cepstra:
        """(n, 40) Q16 -> (n, 40) int32 MFCC, Q10, |c| < 2**19."""
        return round_shift(self._apply(log_mel), _DCT_BITS + LOG2_BITS - MFCC_BITS).astype(np.int32)


def remove_cepstral_mean(mfcc: Cepstra) -> Cepstra:
    """(n, 40) -> (n, 40) minus the mean of each coefficient over the n >= 1 frames, rounded down."""
    mean = mfcc.sum(axis=0, dtype=np.int64) // len(mfcc)
    centred: Cepstra = (mfcc - mean).astype(np.int32)
    return centred
