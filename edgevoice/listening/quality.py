"""Per-frame measures -> Quality: how good the sound was, in the three figures that the rules ask for."""

from dataclasses import dataclass

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS

FULL_SCALE = 32_700  # int16 samples at or beyond it count as clipped
_DB_PER_OCTAVE_OF_POWER = 10 * np.log10(2)


@dataclass(frozen=True)
class Quality:
    """net_speech_s: seconds of frames judged speech; snr_db: their mean level over the tracked noise;
    clipped_share: share of samples at full scale, 0..1."""

    net_speech_s: float
    snr_db: float
    clipped_share: float


def assess(speech: Integers, snr_q16: Integers, clipped: Integers, frames_per_second: int, hop: int) -> Quality:
    """Speech flags (n,), broadband log2 SNR of each frame (n,) Q16, clipped samples of each hop (n,) -> Quality."""
    frames = max(int(speech.sum()), 1)
    octaves = int((snr_q16 * speech).sum()) / frames / (1 << LOG2_BITS)
    return Quality(
        net_speech_s=int(speech.sum()) / frames_per_second,
        snr_db=float(octaves * _DB_PER_OCTAVE_OF_POWER),
        clipped_share=int(clipped.sum()) / (hop * len(clipped)),
    )
