"""Windows -> power spectrum, an exact integer DFT."""

import numpy as np

from edgevoice.fixedpoint.exact import ExactMatrix, Integers, round_shift
from edgevoice.listening.capture import Samples
from edgevoice.listening.window import WINDOW

DFT = 512
BINS = DFT // 2 + 1
AMPLITUDE_BITS = 2  # amplitudes are kept in quarters of a sample unit
POWER_BITS = 2 * AMPLITUDE_BITS  # so power is Q4, below 2**50 at any input
_TABLE_BITS = 15


class Spectrum:
    """A Hann window and the DFT, folded into one Q15 table; |X|^2 of real input, bins 0..256."""

    def __init__(self) -> None:
        n = np.arange(WINDOW)
        # Periodic Hann over the window, as F. J. Harris (1978) defines it for spectral analysis.
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW)
        angle = 2 * np.pi * ((n[:, None] * np.arange(BINS)) % DFT) / DFT
        table = np.hstack([hann[:, None] * np.cos(angle), hann[:, None] * np.sin(angle)])
        self.table: Integers = np.rint(table * (1 << _TABLE_BITS)).astype(np.int64)
        self._transform = ExactMatrix(self.table, input_bits=15)

    def __call__(self, windows: Samples) -> Integers:
        """(n, 400) int16 -> (n, 257) int64 power, Q4, in squared sample units."""
        amplitude = round_shift(self._transform(windows), _TABLE_BITS - AMPLITUDE_BITS)
        squared = amplitude * amplitude
        return squared[:, :BINS] + squared[:, BINS:]
