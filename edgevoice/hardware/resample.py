"""Sound at any rate -> int16 at 16 kHz, piece by piece."""

import numpy as np
import soxr
from numpy.typing import NDArray

from edgevoice.listening.capture import SAMPLE_RATE, Samples

Sound = NDArray[np.float32]
"""Mono (n,), in int16 units: -32768..32767 is full scale, anything beyond it will be clipped."""

FULL_SCALE = 32_768  # the int16 unit of a sample that a float file calls 1.0
LOWEST_RATE, HIGHEST_RATE = 4_000, 384_000  # Hz; below it is no speech, above it is no microphone


class Resampler:
    """Keeps the filter of one stream; at 16 kHz already, it passes samples through bit for bit."""

    def __init__(self, rate: int) -> None:
        """rate: of the incoming sound in Hz, LOWEST_RATE..HIGHEST_RATE."""
        self._stream = None if rate == SAMPLE_RATE else soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")

    def __call__(self, sound: Sound, last: bool = False) -> Samples:
        """The samples finished now: the filter looks ahead, so the first calls give fewer; ``last`` flushes."""
        return to_int16(sound if self._stream is None else self._stream.resample_chunk(sound, last=last))


def to_int16(sound: Sound) -> Samples:
    """Round to the nearest integer and clip: too loud stays loud, it never wraps around."""
    return np.clip(np.rint(sound), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def downmix(frames: NDArray[np.float32]) -> Sound:
    """Frames (n, channels) -> the mean of the channels (n,)."""
    return frames[:, 0].copy() if frames.shape[1] == 1 else frames.mean(axis=1, dtype=np.float32)


def at_rate(samples: Samples, rate: int) -> Samples:
    """A whole sound (n,) at 16 kHz -> at another rate in Hz, for a device that knows no other."""
    if rate == SAMPLE_RATE:
        return samples
    return to_int16(np.asarray(soxr.resample(samples.astype(np.float32), SAMPLE_RATE, rate), np.float32))
