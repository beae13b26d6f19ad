"""A clip through edgevoice's own front end and utterance gate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgevoice.identify import hear_all
from edgevoice.listening.capture import SAMPLE_RATE, AudioBlock, Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.features import MFCC_BITS
from edgevoice.listening.frames import Frames
from edgevoice.listening.listen import Listen, ListeningSettings
from edgevoice.listening.spectrum import POWER_BITS
from edgevoice.listening.utterance import Utterance
from edgevoice.listening.window import FRAMES_PER_SECOND, WINDOW
from edgevoice.panel.spectrogram import mel_dbfs, voiced
from tools.hear import spectra

Matrix = NDArray[np.float64]

OFF = ListeningSettings(subtraction=SubtractionSettings(over_subtraction=0.0))
"""The ear without enhancement, to compare with."""

FRAME_START_S = WINDOW / 2 / SAMPLE_RATE
"""Middle of the first window; the next ones follow every 10 ms."""

_FULL_SCALE_DB = 20 * np.log10(32768 * 100)  # a full-scale sine under a Hann window of 400 samples: A * 400 / 4


@dataclass(frozen=True, eq=False)
class Heard:
    """n frames of 10 ms. power_dbfs: (n, 257) before enhancement; mel_before, mel_after: (n, 40) dBFS, of the same
    bands; mfcc: (n, 40) as a model is fed them, in octaves of power; speech, voiced: (n,) 0 or 1."""

    power_dbfs: Matrix
    mel_before: Matrix
    mel_after: Matrix
    mfcc: Matrix
    speech: NDArray[np.int64]
    voiced: NDArray[np.int64]
    utterances: tuple[Utterance, ...]

    @property
    def times_s(self) -> Matrix:
        """(n,) middle of each frame."""
        return FRAME_START_S + np.arange(len(self.speech)) / FRAMES_PER_SECOND


def hear(samples: Samples) -> Heard:
    """(n,) int16 at 16 kHz, at least one window long."""
    after, before = _frames(samples, ListeningSettings()), _frames(samples, OFF)
    power = spectra(samples) / (1 << POWER_BITS)
    return Heard(
        10 * np.log10(np.maximum(power, 1e-3)) - _FULL_SCALE_DB,
        mel_dbfs(before.mfcc),
        mel_dbfs(after.mfcc),
        after.mfcc / (1 << MFCC_BITS),
        after.speech,
        voiced(after).astype(np.int64),
        tuple(hear_all(Listen(), samples)),
    )


def _frames(samples: Samples, settings: ListeningSettings) -> Frames:
    ear = Listen(settings)
    ear.hear(AudioBlock(samples, 0))
    return ear.frames
