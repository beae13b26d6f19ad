"""A recording through something that sounds: an equaliser, a telephone, the small speaker of a phone."""

import numpy as np
from scipy.signal import butter, sosfilt

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.attacks import Change, to_samples

_EQUALISER_HZ = (0, 125, 250, 500, 1000, 2000, 4000, 8000)  # octaves
_HALF_DB = 12.0


def equalised(samples: Samples, rng: np.random.Generator) -> Samples:
    """Every octave up or down by a random amount of at most 12 dB."""
    decibels = rng.uniform(-_HALF_DB, _HALF_DB, len(_EQUALISER_HZ))
    spectrum = np.fft.rfft(samples.astype(np.float64))
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    shape = 10 ** (np.interp(hertz, _EQUALISER_HZ, decibels) / 20)
    return to_samples(np.fft.irfft(spectrum * shape, len(samples)))


def band_limited(low_hz: float, high_hz: float) -> Change:
    """What passes a Butterworth band-pass of the fourth order."""
    passes = butter(4, [low_hz, high_hz], "bandpass", fs=SAMPLE_RATE, output="sos")

    def change(samples: Samples, _: np.random.Generator) -> Samples:
        return to_samples(sosfilt(passes, samples.astype(np.float64)))

    return change


telephone = band_limited(300, 3400)
"""The band of a telephone line (ITU-T G.712: 300 to 3400 Hz)."""


def phone_speaker(samples: Samples, rng: np.random.Generator) -> Samples:
    """The loudspeaker of a phone, turned up: no bass, two resonances, and a membrane that gives way (a soft limit)."""
    wave = sosfilt(butter(2, 450, "highpass", fs=SAMPLE_RATE, output="sos"), samples.astype(np.float64))
    for centre_hz in rng.uniform([900, 2500], [1500, 5000]):
        peak = butter(1, [centre_hz / 1.2, centre_hz * 1.2], "bandpass", fs=SAMPLE_RATE, output="sos")
        wave = wave + sosfilt(peak, wave)
    loud = 3 * float(np.sqrt((wave**2).mean())) + 1e-9
    return to_samples(loud * np.tanh(wave / loud))
