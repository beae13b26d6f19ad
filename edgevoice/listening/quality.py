"""Frames -> Quality: how good the sound was, in the figures that the rules ask for."""

from dataclasses import dataclass

import numpy as np

from edgevoice.fixedpoint.logarithm import LOG2_BITS
from edgevoice.listening.frames import Frames
from edgevoice.listening.snr import utterance_snr_db
from edgevoice.listening.spectrum import FULL_SCALE_POWER
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP

_DB_PER_OCTAVE_OF_POWER = 10 * np.log10(2)
_FULL_SCALE_DB = float(10 * np.log10(FULL_SCALE_POWER))


@dataclass(frozen=True)
class Quality:
    """net_speech_s: seconds of frames judged speech; snr_db: speech to noise, see snr.py;
    clipped_share: share of samples at full scale, 0..1; speech_dbfs: level of the speech, 0 for a full-scale sine;
    offset_share: mean of all samples, its sign dropped, as a share of full scale, 0..1; dropped_share: share of the
    samples of speech that lie in a dropout, 0..1.
    """

    net_speech_s: float
    snr_db: float
    clipped_share: float
    speech_dbfs: float = -20.0
    offset_share: float = 0.0
    dropped_share: float = 0.0


def assess(found: Frames) -> Quality:
    """n >= 1 frames -> Quality. Sums are exact integers; only the last division of each is not."""
    speech, total = found.speech, len(found.speech)
    frames = max(int(speech.sum()), 1)
    return Quality(
        net_speech_s=int(speech.sum()) / FRAMES_PER_SECOND,
        snr_db=utterance_snr_db(found),
        clipped_share=int(found.clipped.sum()) / (HOP * total),
        speech_dbfs=_decibels(int(((found.snr + found.noise) * speech).sum()), frames) - _FULL_SCALE_DB,
        offset_share=abs(int(found.offset.sum())) / (HOP * total << 15),
        dropped_share=int((found.dropped * speech).sum()) / (HOP * frames),
    )


def _decibels(octaves_q16: int, frames: int) -> float:
    """A sum of octaves of power, Q16 -> their mean in dB."""
    return float(octaves_q16 / frames / (1 << LOG2_BITS) * _DB_PER_OCTAVE_OF_POWER)
