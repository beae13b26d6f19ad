"""Power spectrum and noise -> is somebody speaking, frame by frame."""

from dataclasses import dataclass

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS

_HIGHEST_BAND_SNR = 20 << LOG2_BITS  # 60 dB: beyond it a band says no more


@dataclass(frozen=True)
class ActivitySettings:
    """Thresholds in dB.

    mean_db: mean over the mel bands of how far each stands over its tracked noise (negative bands count as 0);
    strongest_db: the same over the strongest quarter of the bands; peakedness_db: how far that quarter stands over the
    mean: speech has formants, while rain, a knock or a fan lifts all bands alike.
    """

    mean_db: float = 2.0
    strongest_db: float = 8.0
    peakedness_db: float = 2.5


class SpeechActivity:
    """Energy over the tracked noise, and flatness of that excess over frequency."""

    def __init__(self, settings: ActivitySettings) -> None:
        self._mean, self._strongest, self._peakedness = (
            round(decibels / 10 * np.log2(10) * (1 << LOG2_BITS))
            for decibels in (settings.mean_db, settings.strongest_db, settings.peakedness_db)
        )

    def __call__(self, band_snr: Integers) -> Integers:
        """(n, 40) log2 SNR of each mel band, Q16 -> (n,) 1 where speech is likely, else 0."""
        excess = np.clip(band_snr, 0, _HIGHEST_BAND_SNR)
        bands = excess.shape[1]
        mean = excess.sum(axis=1) // bands
        strongest = np.sort(excess, axis=1)[:, -(bands // 4) :].sum(axis=1) // (bands // 4)
        speech = (mean >= self._mean) & (strongest >= self._strongest) & (strongest - mean >= self._peakedness)
        return np.asarray(speech, dtype=np.int64)
