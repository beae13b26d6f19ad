"""Frames of an utterance -> how much of each one's power is speech, by a small network over all of the utterance."""

from pathlib import Path
from typing import Protocol

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, mean_power_q16
from edgevoice.listening.features import BANDS, Bands
from edgevoice.listening.levels import excess_q16
from edgevoice.listening.network import Activations, load_network

NUMBERS = Path(__file__).with_name("shares.npz")
"""Weights of the network, written by ``tools.ear.fit_snr``."""
EVERY = 2  # frames: one of two is looked at, its neighbour is taken to be alike
AHEAD = 24  # of those the network hears before it judges one
INPUTS = 2 * BANDS + 10
_OCTAVE_BITS = 3  # inputs are eighths of an octave of power
_ODDS_SHIFT = 8  # Q11 -> Q3
_LARGEST = 127
_LOWEST_RISE = -16


class Heard(Protocol):
    """What is asked of n frames, each (n,) but ``bands``, as in ``Frames``."""

    @property
    def bands(self) -> Bands: ...

    @property
    def odds(self) -> Integers: ...

    @property
    def periodicity(self) -> Integers: ...

    @property
    def snr(self) -> Integers: ...

    @property
    def noise(self) -> Integers: ...


def odds_of_power(found: Heard) -> Integers:
    """n >= 1 frames -> (n,) natural-log odds that a unit of the frame's power is speech, Q11."""
    rows = measure(found)
    later = np.zeros((AHEAD, rows.shape[1]), dtype=np.float32)
    odds = load_network(NUMBERS)(np.concatenate([rows, later]))[AHEAD:]
    return np.repeat(odds, EVERY)[: len(found.snr)]


def measure(found: Heard) -> Activations:
    """n >= 1 frames -> (ceil(n / 2), 90): each band over the mean of all, and over the level that four fifths of the
    frames pass in it; periodicity; odds of speech; level over that of the utterance, and over the noise; and, in every
    row alike, six figures of the whole.
    """
    bands = found.bands[::EVERY]
    level = found.snr + found.noise
    mean, shift = mean_power_q16(level), LOG2_BITS - _OCTAVE_BITS
    rows = np.empty((len(bands), INPUTS), dtype=np.float32)
    rows[:, :BANDS] = (bands - bands.sum(axis=1, keepdims=True) // BANDS) >> shift
    rows[:, BANDS : 2 * BANDS] = np.maximum((bands - _passed_by_four_fifths(bands)) >> shift, _LOWEST_RISE)
    rows[:, 2 * BANDS] = np.maximum(found.periodicity[::EVERY] >> 1, 0)
    rows[:, 2 * BANDS + 1] = found.odds[::EVERY] >> _ODDS_SHIFT
    rows[:, 2 * BANDS + 2] = (level[::EVERY] - mean) >> shift
    rows[:, 2 * BANDS + 3] = found.snr[::EVERY] >> shift
    rows[:, 2 * BANDS + 4 :] = [octaves >> shift for octaves in _of_the_whole(found, mean)]
    np.maximum(rows, -_LARGEST, out=rows)
    return np.minimum(rows, _LARGEST, out=rows)


def _passed_by_four_fifths(bands: Bands) -> Bands:
    return np.asarray(np.sort(bands, axis=0)[len(bands) // 5])


def _of_the_whole(found: Heard, mean_q16: int) -> list[int]:
    """Octaves, Q16, of the mean power over: noise; what 80, 95, 50 % of the frames pass; frames that are less likely
    speech than not; and what 5 % pass."""
    level = found.snr + found.noise
    ranked, frames = np.sort(level), len(level)
    unlikely = level[found.odds < 0]
    silence = mean_power_q16(unlikely) if len(unlikely) else mean_q16 - (_LARGEST << LOG2_BITS)
    under = [int(ranked[place]) for place in (frames // 5, frames // 20, frames // 2)]
    others = [mean_q16 - power for power in (*under, silence, int(ranked[frames - 1 - frames // 20]))]
    return [excess_q16(level, found.noise), *others]
