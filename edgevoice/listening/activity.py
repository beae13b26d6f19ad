"""Mel bands, their noise, periodicity -> how likely somebody speaks, frame by frame."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS
from edgevoice.listening.network import Activations, load_network

ODDS_BITS = 11
NUMBERS = Path(__file__).with_name("activity.npz")
"""Weights of the network, written by ``tools.ear.fit_activity``."""
_OCTAVE_BITS = 3  # inputs are eighths of an octave of power
_LOWEST_SNR, _LARGEST = -16, 127
_PERIODICITY_BITS = 1  # Q8 -> Q7


@dataclass(frozen=True)
class ActivitySettings:
    """probability_percent: how likely a frame must hold speech to count as speech, 1..99."""

    probability_percent: Annotated[int, Field(ge=1, le=99)] = 35


class SpeechActivity:
    """A small network over what each mel band stands over its noise, the shape of the spectrum, and its periodicity.

    None of these changes with the level of the sound. It looks back over 1.3 s. Keeps the state of one stream.
    """

    def __init__(self) -> None:
        self._network = load_network(NUMBERS)

    def __call__(self, bands: Integers, noise: Integers, periodicity: Integers) -> Integers:
        """(n, 40) log2 of each mel band and of its noise, Q16, (n,) Q8 -> (n,) natural-log odds of speech, Q11."""
        return self._network(measure(bands, noise, periodicity))


def odds_wanted(settings: ActivitySettings) -> int:
    """The odds that make a frame speech, Q11."""
    probability = settings.probability_percent / 100
    return round(float(np.log(probability / (1 - probability))) * (1 << ODDS_BITS))


def probability(odds: Integers) -> NDArray[np.float64]:
    """Odds of speech, Q11 -> probability 0..1, for somebody who looks: the device itself compares odds."""
    return np.asarray(1 / (1 + np.exp(-odds / (1 << ODDS_BITS))))


def measure(bands: Integers, noise: Integers, periodicity: Integers) -> Activations:
    """(n, 40), (n, 40) Q16, (n,) Q8 -> (n, 81): SNR of each band; each band over the mean of all; periodicity."""
    count = bands.shape[1]
    shift = LOG2_BITS - _OCTAVE_BITS
    rows = np.empty((len(bands), 2 * count + 1), dtype=np.float32)
    rows[:, :count] = np.maximum((bands - noise) >> shift, _LOWEST_SNR)
    rows[:, count:-1] = np.maximum((bands - bands.sum(axis=1, keepdims=True) // count) >> shift, -_LARGEST)
    rows[:, -1] = np.maximum(periodicity >> _PERIODICITY_BITS, 0)
    return np.minimum(rows, _LARGEST, out=rows)
