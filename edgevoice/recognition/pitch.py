"""Power spectrum -> the pitch of each frame, for how somebody speaks.

The front end's own lag tells a voice from noise, within 70..420 Hz, where half the pitch does as well as the pitch.
Here the number itself matters, also of a scream: amplitudes instead of powers, so that the first formant does not
outshout the others, lags down to 667 Hz, and the shortest lag that is nearly as good as the best.
"""

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers, exact_table
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.voicing import TABLE_BITS, lag_table

PITCH_BITS = 8
"""Pitch is log2 of Hz in Q8: 256 an octave, 21 a semitone."""
PERIODICITY_BITS = 8
LAGS = np.arange(24, 230)
"""Samples: 667..70 Hz."""
BAND = slice(2, 64)
"""Bins from 62 to 1969 Hz."""
_AMPLITUDE_BITS = 25  # of a power below 2**50
_NEARLY = (17, 20)  # a shorter lag with this share of the highest peak is taken for the period
_LAG_BITS = 4
_AT_ONCE = 100  # frames: what is needed on the way takes 0.5 MB however long the utterance is, not 5 for 12 s


_TABLE = exact_table(lag_table(BAND, LAGS), _AMPLITUDE_BITS)


def follow_pitch(power: Integers) -> tuple[Integers, Integers]:
    """(n, 257) Q4 -> (n,) log2 of the pitch in Hz, Q8, and (n,) how surely the frame repeats itself, Q8.

    Generalised autocorrelation (T. Tolonen and M. Karjalainen, 2000) with the exponent 1/2, in exact integers.
    """
    pieces = [_follow(power[start : start + _AT_ONCE]) for start in range(0, max(len(power), 1), _AT_ONCE)]
    pitch, periodicity = (np.concatenate(each) for each in zip(*pieces, strict=True))
    return pitch, periodicity


def _follow(power: Integers) -> tuple[Integers, Integers]:
    amplitude = np.floor(np.sqrt(power[:, BAND].astype(np.float64)))
    correlation = amplitude @ _TABLE
    highest = correlation.max(axis=1)
    place = _first_peak(correlation, highest)
    whole = np.maximum(amplitude.sum(axis=1), 1)
    periodicity = np.floor(highest / whole / (1 << (TABLE_BITS - PERIODICITY_BITS))).astype(np.int64)
    lag = _between(correlation, place)
    pitch: Integers = (log2_q16(np.full_like(lag, SAMPLE_RATE << _LAG_BITS)) - log2_q16(lag)) >> (
        LOG2_BITS - PITCH_BITS
    )
    return pitch, periodicity


def _first_peak(correlation: NDArray[np.float64], highest: NDArray[np.float64]) -> NDArray[np.intp]:
    """(n, lags) -> (n,) place of the first local maximum that is nearly the highest; of the highest where none is."""
    share, of = _NEARLY
    inner = correlation[:, 1:-1]
    peaks = (inner >= correlation[:, :-2]) & (inner >= correlation[:, 2:]) & (of * inner >= share * highest[:, None])
    place = np.where(peaks.any(axis=1), peaks.argmax(axis=1) + 1, correlation.argmax(axis=1))
    inside: NDArray[np.intp] = np.clip(place, 1, len(LAGS) - 2)
    return inside


def _between(correlation: NDArray[np.float64], place: NDArray[np.intp]) -> Integers:
    """The top of the parabola through each peak and its neighbours, as a lag in Q4."""
    rows = np.arange(len(place))
    before, at, after = (correlation[rows, place + step] for step in (-1, 0, 1))
    bend = before - 2 * at + after
    half = 1 << (_LAG_BITS - 1)
    shift = np.divide(half * (before - after), bend, out=np.zeros_like(bend), where=bend < 0)
    lag: Integers = (LAGS[place] << _LAG_BITS) + np.rint(np.clip(shift, -half, half)).astype(np.int64)
    return lag
