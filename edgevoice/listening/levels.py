"""Levels and tracked noise of an utterance -> how far it stands out of its surroundings."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import mean_power_q16


def excess_q16(level_q16: Integers, noise_q16: Integers) -> int:
    """log2 levels and noise (n >= 1,) -> octaves of mean power over the noise.

    Noise is what was tracked before the utterance, or, where more, the median of what was tracked within it, of which
    speech may be a part: so no more than the level that nine tenths of the frames pass.
    """
    frames = len(level_q16)
    within = min(int(np.sort(noise_q16)[frames // 2]), int(np.sort(level_q16)[frames // 10]))
    return mean_power_q16(level_q16) - max(int(noise_q16[0]), within)
