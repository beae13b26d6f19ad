"""What a door does to a voice: speed (another person), room, noise, band, level, clipping. All drawn from a seed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples

Wave = NDArray[np.float32]
_FULL_SCALE = 32767


@dataclass(frozen=True)
class Surroundings:
    """Impulse responses and noises at 16 kHz to draw from, and the range of SNR in dB."""

    rooms: tuple[Wave, ...]
    noises: tuple[Wave, ...]
    noise_db: tuple[float, float]

    @staticmethod
    def read(rooms: Iterable[Path], noises: Iterable[Path], noise_db: tuple[float, float]) -> "Surroundings":
        """From sound files."""
        return Surroundings(tuple(map(_wave, rooms)), tuple(map(_wave, noises)), noise_db)


def _wave(path: Path) -> Wave:
    return read_sound(path).astype(np.float32) / np.float32(32768)


def change_speed(samples: Samples, speed: float) -> Samples:
    """(n,) -> (n / speed,): faster and higher for speed > 1, which sounds like another person."""
    if speed == 1.0:
        return samples
    stretched = soxr.resample(samples, SAMPLE_RATE * speed, SAMPLE_RATE)
    return np.asarray(stretched, dtype=np.int16)


def over_another(voice: Samples, other: Samples, below_db: float) -> Samples:
    """(n,), (m,) -> (n,): two people at once, the other one quieter in mean power by so much, over and over."""
    wave, under = voice.astype(np.float64), np.resize(other, len(voice)).astype(np.float64)
    under *= np.sqrt((wave**2).mean() / ((under**2).mean() + 1e-9)) * 10 ** (-below_db / 20)
    mixed = wave + under
    peak = float(np.abs(mixed).max(initial=1.0))
    return np.rint(mixed * min(1.0, _FULL_SCALE / peak)).astype(np.int16)


def disturb(samples: Samples, surroundings: Surroundings, rng: np.random.Generator) -> Samples:
    """The same clip, sample for sample in place, as a microphone at a door might have given it."""
    wave = samples.astype(np.float32)
    if rng.random() < 0.6:
        wave = _in_a_room(wave, _draw_room(surroundings, rng))
    if rng.random() < 0.4:
        wave = _through_a_microphone(wave, rng)
    if rng.random() < 0.25:
        wave = _band_limited(wave, rng)
    if rng.random() < 0.85:
        wave = wave + _noise_at(wave, surroundings, rng)
    peak = float(np.abs(wave).max()) + 1e-9
    wave *= 10 ** (rng.uniform(-30, -1) / 20) * _FULL_SCALE / peak
    if rng.random() < 0.1:
        wave *= rng.uniform(1.5, 4.0)
    return np.clip(np.rint(wave), -_FULL_SCALE, _FULL_SCALE).astype(np.int16)


def _draw_room(surroundings: Surroundings, rng: np.random.Generator) -> Wave:
    if surroundings.rooms and rng.random() < 0.3:
        return surroundings.rooms[rng.integers(len(surroundings.rooms))]
    # A statistical room: a direct sound, then noise that decays 60 dB in rt60 seconds (J.-D. Polack, 1988).
    rt60 = rng.uniform(0.08, 0.7)
    time = np.arange(int(rt60 * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / rt60)
    tail *= 10 ** (-rng.uniform(-3, 15) / 20) / np.sqrt((tail**2).sum())
    tail[: int(rng.uniform(0.001, 0.006) * SAMPLE_RATE)] = 0
    tail[0] = 1.0
    return tail.astype(np.float32)


def _in_a_room(wave: Wave, room: Wave) -> Wave:
    direct = int(np.abs(room).argmax())
    reverberant = fftconvolve(wave, room)[direct : direct + len(wave)]
    return np.asarray(reverberant, dtype=np.float32)


def _through_a_microphone(wave: Wave, rng: np.random.Generator) -> Wave:
    """A smooth response, up to some 6 dB from flat at seven places."""
    spectrum = np.fft.rfft(wave)
    frequency = np.maximum(np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE), 50.0)
    knots = np.log([50, 150, 400, 1000, 2000, 4000, 8000])
    gain_db = np.interp(np.log(frequency), knots, rng.normal(0, 4, size=len(knots)))
    return np.fft.irfft(spectrum * 10 ** (gain_db / 20), len(wave)).astype(np.float32)


def _band_limited(wave: Wave, rng: np.random.Generator) -> Wave:
    edges = (rng.uniform(80, 400), rng.uniform(3000, 7000))
    sections = butter(2, edges, "bandpass", fs=SAMPLE_RATE, output="sos")
    return np.asarray(sosfilt(sections, wave), dtype=np.float32)


def _noise_at(wave: Wave, surroundings: Surroundings, rng: np.random.Generator) -> Wave:
    if surroundings.noises and rng.random() < 0.7:
        noise = surroundings.noises[rng.integers(len(surroundings.noises))]
        start = rng.integers(len(noise))
        noise = np.resize(np.roll(noise, -start), len(wave))
    else:
        noise = _coloured(len(wave), rng.uniform(0.0, 2.0), rng)
    snr_db = rng.uniform(*surroundings.noise_db)
    gain = np.sqrt((wave**2).mean() / ((noise**2).mean() + 1e-9)) * 10 ** (-snr_db / 20)
    return np.asarray(noise * gain, dtype=np.float32)


def _coloured(length: int, slope: float, rng: np.random.Generator) -> Wave:
    """Gaussian noise whose power falls with frequency ** slope: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    frequency = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 40.0)
    return np.fft.irfft(spectrum * frequency ** (-slope / 2), length).astype(np.float32)
