"""Levels and tracked noise of an utterance -> its signal-to-noise ratio, blind: nobody says which part is noise."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, mean_power_q16

_SNR_BITS = 8
_DB_PER_OCTAVE_Q8 = 771  # 10 log10(2) = 3.0103
_KNOT_BITS = 10  # knots lie 4 dB apart in Q8

# Tenths of a dB, by ``python -m tools.ear.fit_snr``: speech of speech/train in the tuning half of the noise.
_BY_EXCESS: Integers = np.array([106, 108, 110, 112, 114, 145, 180, 214, 239, 241, 243]) * (1 << _SNR_BITS) // 10
_BY_DEPTH: Integers = np.array([-151, -101, -50, 0, 43, 49, 56, 63]) * (1 << _SNR_BITS) // 10


def utterance_snr_db(snr_q16: Integers, noise_q16: Integers) -> float:
    """Frames' log2 SNR and log2 noise (n >= 1,), Q16 -> ratio of mean speech to mean noise power, -4.5 to 30.6 dB.

    The sum of what two tables make of two figures: how far the mean power stands over the noise (excess), and over the
    level that four fifths of the frames pass (depth), which noise fills up. In steady noise either would do; together
    they know noise that comes and goes. After WADA-SNR (C. Kim and R. Stern, Interspeech 2008), which turns one
    statistic of the samples into SNR by a table, and asks for noise that is Gaussian.
    """
    level = snr_q16 + noise_q16
    return (snr_of(_BY_EXCESS, excess_q16(level, noise_q16)) + snr_of(_BY_DEPTH, depth_q16(level))) / (1 << _SNR_BITS)


def excess_q16(level_q16: Integers, noise_q16: Integers) -> int:
    """log2 levels and noise (n >= 1,) -> octaves of mean power over the noise.

    Noise is what was tracked before the utterance, or, where more, the median of what was tracked within it, of which
    speech may be a part: so no more than the level that nine tenths of the frames pass.
    """
    frames = len(level_q16)
    within = min(int(np.sort(noise_q16)[frames // 2]), int(np.sort(level_q16)[frames // 10]))
    return mean_power_q16(level_q16) - max(int(noise_q16[0]), within)


def depth_q16(level_q16: Integers) -> int:
    """log2 levels (n >= 1,) -> octaves of mean power over the level that four fifths of the frames pass."""
    return mean_power_q16(level_q16) - int(np.sort(level_q16)[len(level_q16) // 5])


def snr_of(table: Integers, octaves_q16: int) -> int:
    """Octaves of power, Q16 -> dB, Q8: straight between the table's knots, the nearest knot beyond them."""
    decibels_q8 = (octaves_q16 * _DB_PER_OCTAVE_Q8) >> LOG2_BITS
    limited = min(max(decibels_q8, 0), ((len(table) - 1) << _KNOT_BITS) - 1)
    knot, rest = limited >> _KNOT_BITS, limited & ((1 << _KNOT_BITS) - 1)
    left, right = int(table[knot]), int(table[knot + 1])
    return left + (((right - left) * rest) >> _KNOT_BITS)
