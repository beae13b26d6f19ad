"""Frames of an utterance -> how much of each one's power is speech, by a small network over all of the utterance."""

from pathlib import Path

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16, mean_power_q16
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.features import BANDS
from edgevoice.listening.frames import Frames
from edgevoice.listening.levels import excess_q16
from edgevoice.listening.network import Activations, load_network
from edgevoice.listening.voicing import VOICED

NUMBERS = Path(__file__).with_name("shares.npz")
"""Weights of the network, written by ``tools.ear.fit_snr``."""
EVERY = 2  # frames: one of two is looked at, its neighbour is taken to be alike
AHEAD = 24  # of those the network hears before it judges one
INPUTS = 3 * BANDS + 12
_AT_ONCE = 64  # rows: of a long utterance all together would take a megabyte for a moment
_OCTAVE_BITS = 3  # inputs are eighths of an octave of power
_PITCH_BITS = 5  # and 32nds of an octave of pitch
_LAG_OF_160_HZ = int(log2_q16(np.array([SAMPLE_RATE // 160]))[0])
_ODDS_SHIFT = 8  # Q11 -> Q3
_LARGEST = 127
_LOWEST_RISE = -16


def odds_of_power(found: Frames) -> Integers:
    """n >= 1 frames -> (n,) natural-log odds that a unit of the frame's power is speech, Q11."""
    rows = measure(found)
    later = np.zeros((AHEAD, rows.shape[1]), dtype=np.float32)
    fed, network = np.concatenate([rows, later]), load_network(NUMBERS)
    odds = np.concatenate([network(fed[start : start + _AT_ONCE]) for start in range(0, len(fed), _AT_ONCE)])[AHEAD:]
    return np.repeat(odds, EVERY)[: len(found.snr)]


def measure(found: Frames) -> Activations:
    """n >= 1 frames -> (ceil(n / 2), 132): each band over the mean of all, and over the levels that four fifths and one
    fifth of the frames pass in it; periodicity; odds of speech; level over that of the utterance, and over the noise;
    pitch; and, in every row alike, six figures of the whole.
    """
    bands = found.bands[::EVERY]
    ranked, fifth = np.sort(bands, axis=0), len(bands) // 5
    level = found.snr + found.noise
    mean, shift = mean_power_q16(level), LOG2_BITS - _OCTAVE_BITS
    rows = np.empty((len(bands), INPUTS), dtype=np.float32)
    rows[:, :BANDS] = (bands - bands.sum(axis=1, keepdims=True) // BANDS) >> shift
    rows[:, BANDS : 2 * BANDS] = np.maximum((bands - ranked[fifth]) >> shift, _LOWEST_RISE)
    rows[:, 2 * BANDS : 3 * BANDS] = (bands - ranked[-1 - fifth]) >> shift
    rows[:, 3 * BANDS] = np.maximum(found.periodicity[::EVERY] >> 1, 0)
    rows[:, 3 * BANDS + 1] = found.odds[::EVERY] >> _ODDS_SHIFT
    rows[:, 3 * BANDS + 2] = (level[::EVERY] - mean) >> shift
    rows[:, 3 * BANDS + 3] = found.snr[::EVERY] >> shift
    rows[:, 3 * BANDS + 4 : -6] = _pitch(found)[::EVERY]
    rows[:, -6:] = [octaves >> shift for octaves in _of_the_whole(found, mean)]
    np.maximum(rows, -_LARGEST, out=rows)
    return np.minimum(rows, _LARGEST, out=rows)


def _pitch(found: Frames) -> Integers:
    """(n, 2) pitch in 32nds of an octave over the median of the frames with the pitch of a voice, and over 160 Hz; 0
    where there is none."""
    lag, voiced = log2_q16(found.pitch_lag), found.periodicity >= VOICED
    if not voiced.any():
        return np.zeros((len(lag), 2), dtype=np.int64)
    usual = np.sort(lag[voiced])[int(voiced.sum()) // 2]
    octaves = (np.array([usual, _LAG_OF_160_HZ]) - lag[:, None]) >> (LOG2_BITS - _PITCH_BITS)
    return np.asarray(octaves * voiced[:, None])


def _of_the_whole(found: Frames, mean_q16: int) -> list[int]:
    """Octaves, Q16, of the mean power over: noise; what 80, 95, 50 % of the frames pass; frames that are less likely
    speech than not; and what 5 % pass."""
    level = found.snr + found.noise
    ranked, frames = np.sort(level), len(level)
    unlikely = level[found.odds < 0]
    silence = mean_power_q16(unlikely) if len(unlikely) else mean_q16 - (_LARGEST << LOG2_BITS)
    under = [int(ranked[place]) for place in (frames // 5, frames // 20, frames // 2)]
    others = [mean_q16 - power for power in (*under, silence, int(ranked[frames - 1 - frames // 20]))]
    return [excess_q16(level, found.noise), *others]
