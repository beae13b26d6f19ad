"""A recording that was kept: compressed, or at another sampling rate."""

import io

import numpy as np
import soundfile
import soxr

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.attacks import Change, to_samples


def unchanged(samples: Samples, _: np.random.Generator) -> Samples:
    """The same file once more."""
    return samples


def opus(kilobits: int) -> Change:
    """Ogg Opus at about so many kbit/s, 6..256; libsndfile's scale of compression is linear in the rate."""
    level = 1 - (kilobits - 6) / 250

    def change(samples: Samples, _: np.random.Generator) -> Samples:
        return _through(samples, "OGG", "OPUS", level, None)

    return change


def mp3(kilobits: int) -> Change:
    """MP3 (MPEG-2 layer III, as 16 kHz asks for) at a constant 8..160 kbit/s."""
    level = (160 - kilobits) / 152

    def change(samples: Samples, _: np.random.Generator) -> Samples:
        return _through(samples, "MP3", "MPEG_LAYER_III", level, "CONSTANT")

    return change


def resampled(rate: int) -> Change:
    """To ``rate`` Hz and back; below 16 kHz the highest frequencies are lost."""

    def change(samples: Samples, _: np.random.Generator) -> Samples:
        there = soxr.resample(samples.astype(np.float64), SAMPLE_RATE, rate)
        return to_samples(soxr.resample(there, rate, SAMPLE_RATE))

    return change


def _through(samples: Samples, container: str, coding: str, level: float, mode: str | None) -> Samples:
    file = io.BytesIO()
    soundfile.write(
        file, samples, SAMPLE_RATE, format=container, subtype=coding, compression_level=level, bitrate_mode=mode
    )
    file.seek(0)
    decoded, rate = soundfile.read(file, dtype="int16")
    assert rate == SAMPLE_RATE, "the coder has changed the rate"
    return np.asarray(decoded, np.int16)
