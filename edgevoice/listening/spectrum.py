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
_HALF = DFT // 4 + 1  # bins 0..128


class Spectrum:
    """A Hann window and the DFT, folded into one Q15 table; |X|^2 of real input, bins 0..256.

    Bin 256 - k has the cosines of bin k with the sign turned at odd samples, and its sines with the sign turned at even
    ones. So the table stops at bin 128; even and odd samples are multiplied apart, their products are added for the
    lower half of the bins and subtracted for the upper: half the multiplications, the same bits.
    """

    def __init__(self) -> None:
        n = np.arange(WINDOW)[:, None]
        # Periodic Hann over the window, as F. J. Harris (1978) defines it for spectral analysis.
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW)
        angle = 2 * np.pi * ((n * np.arange(_HALF)) % DFT) / DFT
        table = np.stack([hann * np.cos(angle), hann * np.sin(angle)])
        self.table: Integers = np.rint(table * (1 << TABLE_BITS)).astype(np.int64)
        """(2, 400, 129) Q15: cosines, sines."""
        cosines, sines = exact_table(self.table, input_bits=15, scale_bits=TABLE_BITS - AMPLITUDE_BITS)
        self._kept = np.stack([cosines[0::2], sines[1::2]])
        self._turned = np.stack([cosines[1::2], sines[0::2]])

    def __call__(self, windows: Samples) -> Integers:
        """(n, 400) int16 -> (n, 257) int64 power, Q4, in squared sample units."""
        even_odd = windows.reshape(len(windows), -1, 2).transpose(2, 0, 1).astype(np.float64, order="C")
        kept = even_odd @ self._kept  # (2, n, 129): cosines, sines
        turned = even_odd[::-1] @ self._turned
        kept += 0.5  # amplitudes are rounded half up
        power = np.empty((len(windows), BINS), dtype=np.int64)
        power[:, :_HALF] = _squared_amplitude(kept + turned)
        power[:, _HALF:] = _squared_amplitude(kept - turned)[:, -2::-1]
        return power


def _squared_amplitude(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, n, 129) real and imaginary parts, rounded down -> (n, 129) squares: below 2**50, so exact in float64."""
    np.floor(parts, out=parts)
    parts *= parts
    squared: NDArray[np.float64] = parts[0] + parts[1]
    return squared
