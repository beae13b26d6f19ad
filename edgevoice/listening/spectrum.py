"""Windows -> power spectrum, an exact integer DFT."""

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers, exact_table
from edgevoice.listening.capture import Samples
from edgevoice.listening.window import WINDOW

DFT = 512
BINS = DFT // 2 + 1
AMPLITUDE_BITS = 2  # amplitudes are kept in quarters of a sample unit
POWER_BITS = 2 * AMPLITUDE_BITS  # so power is Q4, below 2**50 at any input
TABLE_BITS = 15
FOLDED_BITS = 16  # a sum of two int16
_HALF = WINDOW // 2
_QUARTER = DFT // 4


class Spectrum:
    """A Hann window and the DFT, folded into one Q15 table; |X|^2 of real input, bins 0..256.

    Time is counted from the middle of the window, m = n - 200, where the window is symmetric: cosines then need only
    the sums x[m] + x[-m], sines only the differences. Bin 256 - k has the cosines and sines of bin k, with the sign
    turned at every other m: so even and odd m are multiplied apart, for bins 0..128, then added for the lower half of
    the bins and subtracted for the upper. A quarter of the multiplications remains.
    """

    def __init__(self) -> None:
        m = np.arange(_HALF)
        # Periodic Hann over the window, as F. J. Harris (1978) defines it for spectral analysis.
        hann = 0.5 + 0.5 * np.cos(2 * np.pi * m / WINDOW)
        hann[0] /= 2  # the middle sample is its own mirror image and comes twice
        angle = 2 * np.pi * ((m[:, None] * np.arange(_QUARTER + 1)) % DFT) / DFT
        table = hann[:, None] * np.stack([np.cos(angle), np.sin(angle)])
        self.table: Integers = np.rint(table * (1 << TABLE_BITS)).astype(np.int64)
        """(2, 200, 129) Q15: cosines, sines."""
        even_odd = np.stack([self.table[:, 0::2], self.table[:, 1::2]], axis=1)
        self._table = exact_table(even_odd, FOLDED_BITS, TABLE_BITS - AMPLITUDE_BITS)

    def __call__(self, windows: Samples) -> Integers:
        """(n, 400) int16 -> (n, 257) int64 power, Q4, in squared sample units; below 2**50, so exact in float64 too."""
        parts = _fold(windows) @ self._table  # (2, 2, n, 129): real and imaginary, of even and odd m
        even, odd = parts[:, 0], parts[:, 1]
        amplitude = np.empty((2, len(windows), BINS))
        np.add(even, odd, out=amplitude[:, :, : _QUARTER + 1])
        np.subtract(even, odd, out=amplitude[:, :, : _QUARTER - 1 : -1])  # of the imaginary part the sign may turn
        np.rint(amplitude, out=amplitude)
        amplitude *= amplitude
        return np.asarray(amplitude[0] + amplitude[1], dtype=np.int64)


def _fold(windows: Samples) -> NDArray[np.float64]:
    """(n, 400) -> (2, 2, n, 100): sums and differences of x[m] and x[-m], at even and odd m; m = 0..199."""
    wide = windows.astype(np.int32)
    later, earlier = wide[:, _HALF:], wide[:, _HALF:0:-1]
    folded = np.array([later + earlier, later - earlier]).reshape(2, len(windows), _HALF // 2, 2)
    return folded.transpose(0, 3, 1, 2).astype(np.float64, order="C")
