"""The enhancers that are compared: ours in integers, and the packages people use, all as wave -> wave."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from edgevoice.errors import SettingsError
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.enhance import Enhancement, SubtractionSettings
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.spectrum import DFT, Spectrum
from edgevoice.listening.window import HOP, WINDOW, Windows
from tools.ear.enhance_bands import BandSettings
from tools.ear.enhance_wiener import WienerSettings
from tools.ear.mixtures import Wave, to_samples

WaveEnhancer = Callable[[Samples], Samples]
"""(n,) int16 at 16 kHz -> (n,) int16, as a stream that starts there."""

OFF = SubtractionSettings(over_subtraction=0.0, floor=1.0)


@dataclass(frozen=True)
class Ours:
    """An enhancer of the front end and the tracker that it follows."""

    settings: Enhancement
    tracker: TrackerName = "minimum"

    def __call__(self, samples: Samples) -> Samples:
        """The gain that the integers come to, put on a float spectrum with the same window, and overlapped and added.

        For measuring only: the device never makes sound of it.
        """
        windows = Windows().cut(samples)
        power = Spectrum()(windows)
        clean = self.settings.enhancer()(power, TRACKERS[self.tracker]().follow(power))
        return _overlap_add(windows, np.sqrt(clean / np.maximum(power, 1)), len(samples))


OURS: Mapping[str, Ours] = {
    "off": Ours(OFF),
    "subtraction 1, 1/4": Ours(SubtractionSettings(1.0, 0.25)),
    "subtraction 2, 1/8": Ours(SubtractionSettings(2.0, 0.125)),
    "subtraction 3, 1/16": Ours(SubtractionSettings(3.0, 0.0625)),
    "bands": Ours(BandSettings()),
    "Wiener": Ours(WienerSettings()),
    "subtraction 2, 1/8; minima-controlled": Ours(SubtractionSettings(2.0, 0.125), "minima-controlled"),
    "subtraction 2, 1/8; histogram": Ours(SubtractionSettings(2.0, 0.125), "histogram"),
    "Wiener; minima-controlled": Ours(WienerSettings(), "minima-controlled"),
    "Wiener; histogram": Ours(WienerSettings(), "histogram"),
}
"""By over-subtraction and floor; the tracker is the device's where none is named."""


def peers() -> dict[str, WaveEnhancer]:
    """The packages; SettingsError where one is missing."""
    try:
        import noisereduce  # noqa: PLC0415 - of the tools environment
        import pyrnnoise  # noqa: PLC0415
        import webrtc_noise_gain  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(f"{error.name} is not installed; run: make setup-tools") from error

    def reduce(samples: Samples) -> Samples:
        reduced = noisereduce.reduce_noise(y=samples.astype(np.float32), sr=SAMPLE_RATE)
        return to_samples(np.asarray(reduced, dtype=np.float64))

    def rnnoise(samples: Samples) -> Samples:
        denoiser = pyrnnoise.RNNoise(SAMPLE_RATE)
        frames = [frame for _, frame in denoiser.denoise_chunk(samples[None], partial=True)]
        return _fitted(np.concatenate(frames, axis=1)[0], len(samples))

    def webrtc(samples: Samples) -> Samples:
        processor = webrtc_noise_gain.AudioProcessor(0, 3)  # no automatic gain, noise suppression "high" of 0..4
        ten_ms = SAMPLE_RATE // 100
        padded = np.resize(samples, -(-len(samples) // ten_ms) * ten_ms)
        parts = [processor.Process10ms(padded[i : i + ten_ms].tobytes()).audio for i in range(0, len(padded), ten_ms)]
        return _fitted(np.frombuffer(b"".join(parts), dtype=np.int16), len(samples))

    return {"noisereduce": reduce, "pyrnnoise": rnnoise, "webrtc-noise-gain": webrtc}


def _overlap_add(windows: Samples, gain: Wave, length: int) -> Samples:
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    spectra = np.fft.rfft(windows * hann, DFT) * gain
    pieces = np.fft.irfft(spectra, DFT)[:, :WINDOW] * hann
    wave, weight = np.zeros(length), np.zeros(length)
    for number, piece in enumerate(pieces):
        wave[number * HOP :][:WINDOW] += piece
        weight[number * HOP :][:WINDOW] += hann**2
    return to_samples(wave / np.maximum(weight, 1e-3))


def _fitted(samples: Samples, length: int) -> Samples:
    """Cut, or padded with silence, to so many samples."""
    return np.pad(samples[:length], (0, max(0, length - len(samples)))).astype(np.int16)
