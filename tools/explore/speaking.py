"""Pitch by pYIN, onsets, and how fast somebody speaks."""

from dataclasses import dataclass

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.explore.clips import Sound
from tools.explore.ours import FRAME_START_S

LOWEST_HZ, HIGHEST_HZ = 65.0, 500.0
HOP = 320  # samples, 20 ms
INTENSITY_HOP = 160
SYLLABLES_PER_WORD = 1.4
"""Of running English. An assumption: it differs by language and text."""
DIP_DB = 2.0  # between two nuclei, as N. de Jong and T. Wempe set it (Behavior Research Methods 41, 2009)
BELOW_LOUDEST_DB = 25.0  # and how far below the loud parts a nucleus may lie, as they set it
NEAREST_S = 0.1  # two nuclei are never nearer: nobody speaks more than 10 syllables a second

Row = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Speaking:
    """f0_hz: (n,) NaN where unvoiced; voiced: (n,) probability 0..1, every 20 ms. onset_strength: (m,) every 10 ms;
    onsets_s. intensity_db: (k,) every 10 ms; nuclei_s: the middles of likely syllables; words_per_s: over
    the seconds that our front end judges speech, None where there are none."""

    f0_hz: Row
    voiced: Row
    onset_strength: Row
    onsets_s: Row
    intensity_db: Row
    nuclei_s: Row
    words_per_s: float | None


def speaking(wave: Sound, speech: NDArray[np.int64]) -> Speaking:
    """(n,) at 16 kHz, and which of its frames (every 10 ms) our front end judges speech."""
    f0, _, voiced = librosa.pyin(
        wave, fmin=LOWEST_HZ, fmax=HIGHEST_HZ, sr=SAMPLE_RATE, frame_length=1024, hop_length=HOP
    )
    strength = librosa.onset.onset_strength(y=wave, sr=SAMPLE_RATE, hop_length=INTENSITY_HOP)
    onsets = librosa.onset.onset_detect(onset_envelope=strength, sr=SAMPLE_RATE, hop_length=INTENSITY_HOP, units="time")
    intensity = _intensity(wave)
    nuclei = syllable_nuclei(intensity, speech)
    speech_s = int(speech.sum()) / FRAMES_PER_SECOND
    words = len(nuclei) / SYLLABLES_PER_WORD / speech_s if speech_s > 0 else None
    return Speaking(f0, voiced, strength, np.asarray(onsets), intensity, nuclei, words)


def syllable_nuclei(intensity_db: Row, speech: NDArray[np.int64]) -> Row:
    """Peaks of the intensity (every 10 ms) in speech that stand out by 2 dB, in seconds.

    N. de Jong and T. Wempe ask for voiced peaks; speech stands for that here, since pYIN loses creaky voices.
    """
    lowest = float(np.quantile(intensity_db, 0.99)) - BELOW_LOUDEST_DB
    distance = max(1, round(NEAREST_S * SAMPLE_RATE / INTENSITY_HOP))
    peaks, _ = find_peaks(intensity_db, height=lowest, prominence=DIP_DB, distance=distance)
    at = np.clip(np.rint(peaks - FRAME_START_S * FRAMES_PER_SECOND).astype(int), 0, len(speech) - 1)
    return np.asarray(peaks[speech[at] == 1] * INTENSITY_HOP / SAMPLE_RATE, np.float64)


def _intensity(wave: Sound) -> Row:
    """Level over 32 ms, every 10 ms: longer than a pitch period, shorter than a syllable."""
    rms = librosa.feature.rms(y=wave, frame_length=512, hop_length=INTENSITY_HOP)[0]
    return np.asarray(20 * np.log10(np.maximum(rms, 1e-5)), np.float64)
