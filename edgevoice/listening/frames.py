"""Samples -> Frames: what is known of each 10 ms of sound."""

from dataclasses import dataclass, fields

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16
from edgevoice.listening.activity import ActivitySettings, SpeechActivity
from edgevoice.listening.capture import Samples
from edgevoice.listening.enhance import SpectralSubtraction, SubtractionSettings
from edgevoice.listening.features import COEFFICIENTS, Cepstra, Cepstrum, LogMel
from edgevoice.listening.noise import MinimaControlledAverage
from edgevoice.listening.quality import FULL_SCALE
from edgevoice.listening.spectrum import POWER_BITS, Spectrum
from edgevoice.listening.voicing import VOICED, Voicing
from edgevoice.listening.window import HOP, Windows


@dataclass(frozen=True, eq=False)
class Frames:
    """n consecutive frames.

    mfcc: (n, 40) int32 Q10; speech, voiced: (n,) 0 or 1, voiced only where speech;
    snr: (n,) log2 of power over noise, Q16; noise: (n,) log2 of the noise power, Q16;
    clipped: (n,) samples of each hop at full scale.
    """

    mfcc: Cepstra
    speech: Integers
    voiced: Integers
    snr: Integers
    noise: Integers
    clipped: Integers

    @staticmethod
    def none() -> "Frames":
        """No frames."""
        nothing = np.zeros(0, dtype=np.int64)
        return Frames(np.zeros((0, COEFFICIENTS), dtype=np.int32), nothing, nothing, nothing, nothing, nothing)

    def __len__(self) -> int:
        return len(self.speech)

    def __getitem__(self, part: slice) -> "Frames":
        return Frames(*(getattr(self, field.name)[part] for field in fields(self)))

    def __add__(self, other: "Frames") -> "Frames":
        return Frames(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))


class FrontEnd:
    """Window, DFT, noise, subtraction, mel, log, DCT and speech activity over all frames of a block at once."""

    def __init__(self, subtraction: SubtractionSettings, activity: ActivitySettings) -> None:
        self._windows = Windows()
        self._spectrum = Spectrum()
        self._noise = MinimaControlledAverage()
        self._subtract = SpectralSubtraction(subtraction)
        self._log_mel = LogMel()
        self._cepstrum = Cepstrum()
        self._activity = SpeechActivity(activity)
        self._voicing = Voicing()

    def __call__(self, samples: Samples) -> Frames:
        """(n,) int16 -> the frames that this block finishes, 0 or more."""
        windows = self._windows.cut(samples)
        power = self._spectrum(windows)
        noise = self._noise.follow(power)
        clean = self._subtract(power, noise)
        speech = self._activity(self._log_mel(power) - self._log_mel(noise))
        noise_level = log2_q16(noise.sum(axis=1))
        return Frames(
            mfcc=self._cepstrum(self._log_mel(clean)),
            speech=speech,
            voiced=speech * (self._voicing(power, noise) >= VOICED),
            snr=log2_q16(power.sum(axis=1)) - noise_level,
            noise=noise_level - (POWER_BITS << LOG2_BITS),
            clipped=(np.abs(windows[:, :HOP].astype(np.int64)) >= FULL_SCALE).sum(axis=1),
        )
