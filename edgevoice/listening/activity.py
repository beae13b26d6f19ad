"""Power spectrum and noise -> is somebody speaking, frame by frame."""

from dataclasses import dataclass

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS

_HIGHEST_BAND_SNR = 10 << LOG2_BITS  # 30 dB: beyond it a band says no more


@dataclass(frozen=True)
class ActivitySettings:
    """Thresholds in dB.

    level_db: mean over the mel bands of how far each stands over its tracked noise (negative bands count as 0);
    peakedness_db: how far the strongest quarter of the bands stands over the mean: speech has formants, while rain,
    a knock or a fan lifts all bands alike.
    """

    level_db: float = 4.0
    peakedness_db: float = 3.0


class SpeechActivity:
    """Energy over the tracked noise, and flatness of that excess over frequency."""

    def __init__(self, settings: ActivitySettings) -> None:
        self._level = round(settings.level_db / 10 * np.log2(10) * (1 << LOG2_BITS))
        self._peakedness = round(settings.peakedness_db / 10 * np.log2(10) * (1 << LOG2_BITS))

    def __call__(self, band_snr: Integers) -> Integers:
        """(n, 40) log2 SNR of each mel band, Q16 -> (n,) 1 where speech is likely, else 0."""
        excess = np.clip(band_snr, 0, _HIGHEST_BAND_SNR)
        bands = excess.shape[1]
        mean = excess.sum(axis=1) // bands
        strongest = np.sort(excess, axis=1)[:, -(bands // 4) :].sum(axis=1) // (bands // 4)
        return ((mean >= self._level) & (strongest - mean >= self._peakedness)).astype(np.int64)
