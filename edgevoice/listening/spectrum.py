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
FULL_SCALE_POWER = 32768.0**2 / 2 * 150 * 256
"""A full-scale sine's, of bins 0..256 together, in squared sample units: A^2 / 2, times the sum of squares of a Hann
window of 400, times 512 / 2 (Parseval)."""
TABLE_BITS = 15
FOLDED_BITS = 16  # a sum of two int16
_HALF = WINDOW // 2
_QUARTER = DFT // 4
_EIGHTH = DFT // 8


class Spectrum:
    """A Hann window and the DFT, folded into one Q15 table; |X|^2 of real input, bins 0..256.

    Time is counted from the middle of the window, m = n - 200, where the window is symmetric: cosines then need only
    the sums x[m] + x[-m], sines only the differences. Bin 256 - k has the cosines and sines of bin k, with the sign
    turned at every other m: so even and odd m are multiplied apart, for bins 0..128, then added for the lower half of
    the bins and subtracted for the upper. Of the even m alone the same is true once more, with bin 128 - k. Three
    sixteenths of the multiplications remain.
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
        fourths = np.stack([self.table[:, 0::4, : _EIGHTH + 1], self.table[:, 2::4, : _EIGHTH + 1]])
        self._even = exact_table(fourths, FOLDED_BITS, TABLE_BITS - AMPLITUDE_BITS)
        self._odd = exact_table(self.table[:, 1::2], FOLDED_BITS, TABLE_BITS - AMPLITUDE_BITS)

    def __call__(self, windows: Samples) -> Integers:
        """(n, 400) int16 -> (n, 257) int64 power, Q4, in squared sample units; below 2**50, so exact in float64 too."""
        folded = _fold(windows)
        even = self._of_even(folded[:, :, 0::2])
        odd = folded[:, :, 1::2].astype(np.float64) @ self._odd
        amplitude = np.empty((2, *even.shape))
        np.add(even, odd, out=amplitude[0])
        np.subtract(even, odd, out=amplitude[1])  # of the imaginary part the sign may turn
        np.rint(amplitude, out=amplitude)
        amplitude *= amplitude
        power = np.empty((len(windows), BINS), dtype=np.int64)
        power[:, : _QUARTER + 1], power[:, : _QUARTER - 1 : -1] = amplitude[:, 0] + amplitude[:, 1]
        return power

    def _of_even(self, folded: NDArray[np.int32]) -> NDArray[np.float64]:
        """Sums and differences at even m, (2, n, 100) -> what they add to the real and imaginary part, (2, n, 129)."""
        fourths = folded.reshape(*folded.shape[:2], _HALF // 4, 2).transpose(3, 0, 1, 2).astype(np.float64, order="C")
        first, second = fourths @ self._even  # of m = 0, 4, 8 ... and m = 2, 6, 10 ..., bins 0..64
        parts = np.empty((2, folded.shape[1], _QUARTER + 1))
        np.add(first, second, out=parts[:, :, : _EIGHTH + 1])
        np.subtract(first[0], second[0], out=parts[0, :, : _EIGHTH - 1 : -1])
        np.subtract(second[1], first[1], out=parts[1, :, : _EIGHTH - 1 : -1])
        return parts


def _fold(windows: Samples) -> NDArray[np.int32]:
    """(n, 400) -> (2, n, 200): sums and differences of x[m] and x[-m]; m = 0..199."""
    wide = windows.astype(np.int32)
    later, earlier = wide[:, _HALF:], wide[:, _HALF:0:-1]
    folded = np.empty((2, len(windows), _HALF), dtype=np.int32)
    np.add(later, earlier, out=folded[0])
    np.subtract(later, earlier, out=folded[1])
    return folded
