"""The shape of the spectrum, frame by frame, by librosa."""

from dataclasses import dataclass

import librosa
import numpy as np
from numpy.typing import NDArray

from edgevoice.listening.capture import SAMPLE_RATE
from tools.explore.clips import Sound

WINDOW, HOP = 512, 160  # samples: 32 ms every 10 ms
LOWEST_HZ, OCTAVES = 200.0, 5
ROLLOFF = 0.85

Row = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shape:
    """(n,) each, in Hz but for flatness (0 tone .. 1 white) and crossings (share of samples); contrast (6, n) dB."""

    times_s: Row
    centroid: Row
    bandwidth: Row
    rolloff: Row
    flatness: Row
    crossings: Row
    contrast: Row


def shape(wave: Sound) -> Shape:
    """(n,) at 16 kHz."""
    magnitude = np.abs(librosa.stft(wave, n_fft=WINDOW, hop_length=HOP))
    given = {"S": magnitude, "sr": SAMPLE_RATE}
    centroid = librosa.feature.spectral_centroid(**given)[0]
    return Shape(
        librosa.times_like(centroid, sr=SAMPLE_RATE, hop_length=HOP),
        centroid,
        librosa.feature.spectral_bandwidth(**given)[0],
        librosa.feature.spectral_rolloff(**given, roll_percent=ROLLOFF)[0],
        librosa.feature.spectral_flatness(S=magnitude)[0],
        librosa.feature.zero_crossing_rate(wave, frame_length=WINDOW, hop_length=HOP)[0],
        librosa.feature.spectral_contrast(**given, fmin=LOWEST_HZ, n_bands=OCTAVES),
    )
