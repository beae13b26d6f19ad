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
_HALF = WINDOW // 2
_QUARTER = DFT // 4
_FOLDED_BITS = 16  # a sum of two int16


class Spectrum:
    """A Hann window and the DFT, folded into one Q15 table; |X|^2 of real input, bins 0..256.

    Time is counted from the middle of the window, m = n - 200, where the window is symmetric: cosines then need only
    the sums x[m] + x[-m], sines only the differences. Bin 256 - k has the cosines and sines of bin k, with the sign
    turned at every other m: so even and odd m are multiplied apart, for bins 0..128, and joined twice. A quarter of the
    multiplications remain, and not a bit changes.
    """

    def __init__(self) -> None:
        m = np.arange(_HALF)
        # Periodic Hann over the window, as F. J. Harris (1978) defines it for spectral analysis.
        hann = 0.5 + 0.5 * np.cos(2 * np.pi * m / WINDOW)
        hann[0] /= 2  # the middle sample is its own mirror image and comes twice
        angle = 2 * np.pi * ((m[:, None] * np.arange(_QUARTER + 1)) % DFT) / DFT
        cosines, sines = hann[:, None] * np.cos(angle), hann[:, None] * np.sin(angle)
        parts = np.stack([cosines[0::2], cosines[1::2], sines[0::2], sines[1::2]])
        self.table: Integers = np.rint(parts * (1 << TABLE_BITS)).astype(np.int64)
        """(4, 100, 129) Q15: cosines at even and odd m, sines at even and odd m."""
        self._table = exact_table(self.table, _FOLDED_BITS, TABLE_BITS - AMPLITUDE_BITS)

    def __call__(self, windows: Samples) -> Integers:
        """(n, 400) int16 -> (n, 257) int64 power, Q4, in squared sample units."""
        even_cosine, odd_cosine, even_sine, odd_sine = _fold(windows) @ self._table
        even_cosine += 0.5  # amplitudes are rounded half up
        odd_sine += 0.5
        power = np.empty((len(windows), BINS))
        power[:, : _QUARTER + 1] = _squared(even_cosine + odd_cosine, odd_sine + even_sine)
        power[:, :_QUARTER:-1] = _squared(even_cosine - odd_cosine, odd_sine - even_sine)[:, :_QUARTER]
        return power.astype(np.int64)


def _fold(windows: Samples) -> NDArray[np.float64]:
    """(n, 400) -> (4, n, 100): sums at even and odd m, differences at even and odd m; m = 0..199."""
    later, earlier = windows[:, _HALF:], windows[:, _HALF:0:-1]
    folded = np.empty((4, len(windows), _HALF // 2))
    for parity in (0, 1):
        np.add(later[:, parity::2], earlier[:, parity::2], out=folded[parity], dtype=np.float64)
        np.subtract(later[:, parity::2], earlier[:, parity::2], out=folded[2 + parity], dtype=np.float64)
    return folded


def _squared(real: NDArray[np.float64], imaginary: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whole numbers below 2**25 by rounding down, squared and added: exact in float64."""
    np.floor(real, out=real)
    np.floor(imaginary, out=imaginary)
    real *= real
    imaginary *= imaginary
    real += imaginary
    return real
