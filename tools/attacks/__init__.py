"""What somebody can do to a recording before it is played to the door: each attack a small function sound -> sound."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edgevoice.listening.capture import Samples

Change = Callable[[Samples, np.random.Generator], Samples]
"""(n,) int16 at 16 kHz, and the chance that the attack leaves open (a place, a room) -> what is played instead."""


@dataclass(frozen=True)
class Attack:
    """name: as the table has it; change: what is done to the sound."""

    name: str
    change: Change


def to_samples(wave: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Samples:
    """(n,) float in units of int16 -> int16; what is louder than full scale is turned down, as a player would."""
    loudest = float(np.abs(wave).max(initial=0.0))
    return np.rint(wave * min(1.0, 32_000 / max(loudest, 1.0))).astype(np.int16)
