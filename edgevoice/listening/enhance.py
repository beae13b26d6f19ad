"""Power spectrum -> power spectrum with less noise: spectral subtraction with a floor."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edgevoice.fixedpoint.exact import Integers

GAIN_BITS = 8


class Enhancer(Protocol):
    """Takes noise off a stream of frames."""

    def __call__(self, power: Integers, noise: Integers) -> Integers:
        """Power and noise of the next frames, (n, 257) each, Q4 below 2**50 -> (n, 257) power, no more than before."""
        ...


class Enhancement(Protocol):
    """The settings of an enhancer, and which one they are of."""

    @property
    def floor(self) -> float:
        """Share of the power that is always kept, 0..1."""
        ...

    def enhancer(self) -> Enhancer:
        """A fresh one for one stream."""
        ...


@dataclass(frozen=True)
class SubtractionSettings:
    """over_subtraction: how often the noise is taken off, 0 (off) to 8; floor: share of the power always kept, 0..1.

    Over-subtraction and floor after M. Berouti, R. Schwartz and J. Makhoul (ICASSP 1979); the floor here is a share
    of the noisy power, not of the noise, which bounds the attenuation (9 dB by default) and keeps musical noise low.
    """

    over_subtraction: float = 2.0
    floor: float = 0.125

    def enhancer(self) -> "SpectralSubtraction":
        """A fresh one for one stream."""
        return SpectralSubtraction(self)


class SpectralSubtraction:
    """max(P - a N, b P) in integers."""

    def __init__(self, settings: SubtractionSettings) -> None:
        self._over_q8 = round(settings.over_subtraction * (1 << GAIN_BITS))
        self._floor_q8 = round(settings.floor * (1 << GAIN_BITS))

    def __call__(self, power: Integers, noise: Integers) -> Integers:
        """(n, 257), (n, 257) -> (n, 257), all Q4 and non-negative."""
        floor: Integers = (power * self._floor_q8) >> GAIN_BITS
        subtracted: Integers = power - ((noise * self._over_q8) >> GAIN_BITS)
        cleaned: Integers = np.maximum(subtracted, floor)
        return cleaned
