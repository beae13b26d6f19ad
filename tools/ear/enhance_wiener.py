"""Power spectrum -> power spectrum with less noise: a Wiener gain."""

from dataclasses import dataclass

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from tools.ear.enhance_smoothing import Smoothing

GAIN_BITS = 12


@dataclass(frozen=True)
class WienerSettings:
    """floor: share of the power always kept, 0..1."""

    floor: float = 0.125

    def enhancer(self) -> "WienerGain":
        """A fresh one for one stream."""
        return WienerGain(self)


class WienerGain:
    """(S / (S + N))**2 of the power, S being the smoothed excess of the power over the noise.

    P. Scalart and J. Filho (ICASSP 1996) take the a-priori SNR S / N from the frame before as enhanced, frame by frame;
    the mean over four frames and three bins needs no such recursion.
    """

    def __init__(self, settings: WienerSettings) -> None:
        self._floor_q12 = round(settings.floor * (1 << GAIN_BITS))
        self._smooth = Smoothing()

    def __call__(self, power: Integers, noise: Integers) -> Integers:
        """(n, 257), (n, 257) below 2**50 -> (n, 257), all Q4 and non-negative."""
        speech = self._smooth(np.maximum(power - noise, 0))
        amplitude_q12 = (speech << GAIN_BITS) // np.maximum(speech + noise, 1)
        gain_q12 = np.maximum((amplitude_q12 * amplitude_q12) >> GAIN_BITS, self._floor_q12)
        return np.asarray((power * gain_q12) >> GAIN_BITS)
