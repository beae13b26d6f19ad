"""Per-frame measures -> Quality: how good the sound was, in the figures that the rules ask for."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS
from edgevoice.listening.capture import Samples
from edgevoice.listening.shares import Heard
from edgevoice.listening.snr import utterance_snr_db
from edgevoice.listening.spectrum import FULL_SCALE_POWER
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP

FULL_SCALE = 32_700  # int16 samples at or beyond it count as clipped
DROPOUT = 16  # samples, 1 ms: so many equal ones in a row are no sound
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


class Measures(Heard, Protocol):
    """What is asked of n frames, each (n,), as in ``Frames``."""

    @property
    def speech(self) -> Integers: ...

    @property
    def clipped(self) -> Integers: ...

    @property
    def dropped(self) -> Integers: ...

    @property
    def offset(self) -> Integers: ...


def assess(found: Measures) -> Quality:
    """Measures of one utterance -> Quality. Sums are exact integers; only the last division of each is not."""
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


def count_clipped(hops: Samples) -> Integers:
    """(n, 160) int16 -> (n,) how many are at full scale."""
    return _count(_at_full_scale(hops))


def count_dropped(hops: Samples) -> Integers:
    """(n >= 1, 160) int16 -> (n,) how many repeat the 15 before them; equal ones at full scale are clipped instead."""
    samples = hops.reshape(-1)
    run = samples[1:] == samples[:-1]
    for further in (1, 2, 4, 7):  # runs of 1, 2, 4, 8 and at last 15 = DROPOUT - 1 samples like the one before
        run = run[further:] & run[:-further]
        if not run.any():  # as almost always
            return np.zeros(len(hops), dtype=np.int64)
    repeats = np.concatenate([np.zeros(DROPOUT - 1, dtype=np.bool_), run]).reshape(hops.shape)
    within = slice(DROPOUT - 1, None)  # of a hop: what the one before it ended with does not count
    return _count(repeats[:, within] & ~_at_full_scale(hops[:, within]))


def _count(marked: NDArray[np.bool_]) -> Integers:
    """(n, k <= 160) -> (n,) how many of each row. Counts up to 255 fit a byte, and bytes are added fastest."""
    return np.asarray(marked.view(np.uint8).sum(axis=1, dtype=np.uint8), dtype=np.int64)


def _at_full_scale(samples: Samples) -> NDArray[np.bool_]:
    return (samples >= FULL_SCALE) | (samples <= -FULL_SCALE)


def _decibels(octaves_q16: int, frames: int) -> float:
    """A sum of octaves of power, Q16 -> their mean in dB."""
    return float(octaves_q16 / frames / (1 << LOG2_BITS) * _DB_PER_OCTAVE_OF_POWER)
