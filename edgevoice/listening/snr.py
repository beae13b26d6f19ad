"""Frames of an utterance -> its signal-to-noise ratio, blind: nobody says which part is noise."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, mean_power_q16
from edgevoice.listening.activity import ODDS_BITS
from edgevoice.listening.frames import Frames
from edgevoice.listening.shares import odds_of_power

LOWEST_DB, HIGHEST_DB = -10, 40
_SNR_BITS = 8
_DB_PER_OCTAVE_Q8 = 771  # 10 log10(2) = 3.0103
_OCTAVES_PER_ODDS_Q16 = 94_548  # log2(e)
_STEP_BITS = 5  # of natural-log odds, behind the point
_LARGEST_ODDS = 16  # e^-16 is -69 dB
# log2(1 + e^-x), Q16: what one share lacks of a whole, the likelier one.
_LACKS: Integers = np.rint(
    np.log2(1 + np.exp(-np.arange((_LARGEST_ODDS << _STEP_BITS) + 1) / (1 << _STEP_BITS))) * (1 << LOG2_BITS)
).astype(np.int64)


def utterance_snr_db(found: Frames) -> float:
    """n >= 1 frames -> ratio of the mean power of speech to that of noise, -10 to 40 dB.

    A network says how much of each frame's power is speech; both parts are added up over the frames. So a bark between
    two words counts as noise, though no level tells the one from the other.
    """
    level, odds = found.snr + found.noise, odds_of_power(found)
    ratio_q16 = mean_power_q16(level + share_q16(odds)) - mean_power_q16(level + share_q16(-odds))
    decibels_q8 = (ratio_q16 * _DB_PER_OCTAVE_Q8) >> LOG2_BITS
    return min(max(decibels_q8, LOWEST_DB << _SNR_BITS), HIGHEST_DB << _SNR_BITS) / (1 << _SNR_BITS)


def share_q16(odds: Integers) -> Integers:
    """Natural-log odds, Q11 -> log2 of the share 1 / (1 + e^-odds), Q16."""
    size = np.minimum(np.abs(odds), _LARGEST_ODDS << ODDS_BITS)
    lacks = _LACKS[size >> (ODDS_BITS - _STEP_BITS)]
    return np.asarray(((np.minimum(odds, 0) * _OCTAVES_PER_ODDS_Q16) >> ODDS_BITS) - lacks)
