"""Levels and tracked noise of an utterance -> its signal-to-noise ratio, blind: nobody says which part is noise."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS

_SNR_BITS = 8
_DB_PER_OCTAVE_Q8 = 771  # 10 log10(2) = 3.0103
_KNOT_BITS = 10  # knots lie 4 dB apart in Q8
# SNR in tenths of a dB at a span of 0, 4, 8 ... 40 dB between speech and noise. Fitted on training speech in ten
# steady noises; what holds for speech and noise in the median is thereby turned into a ratio of mean powers.
_SNR_OF_SPAN: Integers = np.array([-50, -7, 38, 85, 129, 174, 215, 256, 300, 330, 360]) * (1 << _SNR_BITS) // 10


def utterance_snr_db(snr_q16: Integers, noise_q16: Integers) -> float:
    """Frames' log2 SNR and log2 noise (n >= 1,), Q16 -> ratio of mean speech to mean noise power, -5 to 36 dB.

    Speech is the level that a fifth of the frames pass. Noise is what was tracked before the utterance, or, where more,
    the median of what was tracked within it, of which speech may be a part: so no more than the level that nine tenths
    of the frames pass. A table turns the span of the two into SNR, as in WADA-SNR (C. Kim and R. Stern, Interspeech
    2008), whose statistic asks for the samples and for noise that is Gaussian.
    """
    return span_to_snr_q8(span_q16(snr_q16 + noise_q16, noise_q16)) / (1 << _SNR_BITS)


def span_q16(level_q16: Integers, noise_q16: Integers) -> int:
    """log2 levels and noise (n >= 1,) -> octaves of power between speech and noise."""
    frames = len(level_q16)
    levels = np.sort(level_q16)
    within = min(int(np.sort(noise_q16)[frames // 2]), int(levels[frames // 10]))
    return int(levels[frames * 8 // 10]) - max(int(noise_q16[0]), within)


def span_to_snr_q8(span: int) -> int:
    """Octaves of power, Q16 -> SNR in dB, Q8: straight between the table's knots, the nearest knot beyond them."""
    decibels_q8 = (span * _DB_PER_OCTAVE_Q8) >> LOG2_BITS
    last = len(_SNR_OF_SPAN) - 1
    limited = min(max(decibels_q8, 0), (last << _KNOT_BITS) - 1)
    knot, rest = limited >> _KNOT_BITS, limited & ((1 << _KNOT_BITS) - 1)
    left, right = int(_SNR_OF_SPAN[knot]), int(_SNR_OF_SPAN[knot + 1])
    return left + (((right - left) * rest) >> _KNOT_BITS)
