"""Power over noise, and periodicity -> is somebody speaking, frame by frame."""

from dataclasses import dataclass

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS

MEMORY = 25  # frames, 250 ms: a syllable; what the present frame is judged beside
_HIGHEST_BAND_SNR = 20 << LOG2_BITS  # 60 dB: beyond it a band says no more
_CLEAR = 4 << LOG2_BITS  # 12 dB: beyond it more level makes speech little more likely
_FULL_PERIODICITY = 256  # Q8
_WEIGHT_BITS = 8
# Natural-log odds of speech for each octave of power, Q8, and the odds where all are 0; fitted by tools.ear.fit_gate.
NOW = (26, 71, 28)
PAST = (-20, -14, 234)
ODDS_AT_NOTHING = -942


@dataclass(frozen=True)
class ActivitySettings:
    """probability_percent: how likely a frame must hold speech to count as speech, 1..99."""

    probability_percent: int = 20


class SpeechActivity:
    """A linear rule over the strongest quarter of the mel bands, now and over the last 250 ms.

    What counts is how far those bands stand over the noise, and how much of that is periodic: a voice leaves periodic
    sound behind it every 250 ms, while rain, a tap or a saw stands as far over the noise without it.
    """

    def __init__(self, settings: ActivitySettings) -> None:
        probability = settings.probability_percent / 100
        odds = np.log(probability / (1 - probability)) - ODDS_AT_NOTHING / (1 << _WEIGHT_BITS)
        self._wanted = round(float(odds) * (1 << LOG2_BITS))
        self._recent: Integers = np.zeros((0, len(NOW)), dtype=np.int64)

    def __call__(self, band_snr: Integers, periodicity: Integers) -> Integers:
        """(n, 40) log2 SNR of each mel band, Q16, and (n,) periodicity, Q8 -> (n,) 1 where speech is likely, else 0."""
        measures = measure(band_snr, periodicity)
        joined = np.concatenate([self._recent, measures])
        before = len(self._recent)
        self._recent = joined[max(0, len(joined) - MEMORY + 1) :]
        evidence = weigh(measures, trailing_mean(joined)[before:])
        return np.asarray(evidence >= self._wanted, dtype=np.int64)


def measure(band_snr: Integers, periodicity: Integers) -> Integers:
    """(n, 40) Q16, (n,) Q8 -> (n, 3) Q16: the strongest quarter's mean, the same up to 12 dB, and its periodic part."""
    bands = band_snr.shape[1]
    quarter = bands // 4
    excess = np.minimum(np.maximum(band_snr, 0), _HIGHEST_BAND_SNR)
    strongest = np.partition(excess, bands - quarter, axis=1)[:, bands - quarter :].sum(axis=1) // quarter
    clear = np.minimum(strongest, _CLEAR)
    periodic = (clear * np.minimum(np.maximum(periodicity, 0), _FULL_PERIODICITY)) >> 8
    return np.array([strongest, clear, periodic]).T


def weigh(now: Integers, past: Integers) -> Integers:
    """(n, 3), (n, 3) Q16 -> (n,) natural-log odds of speech, Q16, less ``ODDS_AT_NOTHING``."""
    odds: Integers = (now @ np.array(NOW) + past @ np.array(PAST)) >> _WEIGHT_BITS
    return odds


def trailing_mean(measures: Integers) -> Integers:
    """(n, k) -> (n, k) mean of each row and up to 24 before it, rounded down."""
    total = np.cumsum(measures, axis=0)
    total[MEMORY:] -= total[:-MEMORY].copy()
    count = np.minimum(np.arange(1, len(measures) + 1), MEMORY)
    mean: Integers = total // count[:, None]
    return mean
