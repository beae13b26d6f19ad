"""Clean sound -> a take: what a cheap microphone in a room would have given, as 16 kHz int16."""

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from edgevoice.listening.capture import SAMPLE_RATE, Samples

Sound = NDArray[np.float64]
"""Mono sound (n,) at 16 kHz, full scale 1.0."""

LEAD_S, TAIL_S = 0.2, 0.3  # quiet before and after speech; the tail also holds the reverberation
SPEECH_FLOOR_DB = -40.0  # below the peak; what is quieter at the ends of a sentence is trimmed


@dataclass(frozen=True)
class Room:
    """rt60_s: reverberation time; direct_db: direct over reverberant energy; noise_dbfs: RMS of the noise floor."""

    rt60_s: float
    direct_db: float
    noise_dbfs: float


ROOMS = {"study": Room(0.18, 14.0, -66.0), "porch": Room(0.35, 8.0, -63.0)}


def generator(seed: int, name: str) -> np.random.Generator:
    """A random generator that depends on the seed and the name only, so any one file can be made again alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def gain(decibels: float) -> float:
    """Decibels to an amplitude factor."""
    return float(10 ** (decibels / 20))


def at_rms(sound: Sound, dbfs: float) -> Sound:
    """The sound scaled to this RMS level."""
    return sound * (gain(dbfs) / float(np.sqrt(np.mean(sound**2))))


def at_peak(sound: Sound, dbfs: float) -> Sound:
    """The sound scaled to this peak level."""
    return sound * (gain(dbfs) / float(np.max(np.abs(sound))))


def pink(samples: int, rng: np.random.Generator) -> Sound:
    """Noise whose power falls with 1/f above 50 Hz, RMS 1; the usual shape of a quiet room."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    frequency = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    return at_rms(np.fft.irfft(spectrum / np.sqrt(np.maximum(frequency, 50.0)), samples), 0.0)


def impulse_response(room: Room, rng: np.random.Generator) -> Sound:
    """A direct path and, from 3 ms on, Gaussian noise that decays by 60 dB within ``rt60_s`` (Polack's model)."""
    time = np.arange(int(room.rt60_s * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(time.size) * 10 ** (-3 * time / room.rt60_s) * (time > 0.003)
    tail *= gain(-room.direct_db) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return tail


def spoken_part(speech: Sound) -> Sound:
    """The speech without the silence at its ends."""
    loud = np.flatnonzero(np.abs(speech) > gain(SPEECH_FLOOR_DB) * np.max(np.abs(speech)))
    return speech[loud[0] : loud[-1] + 1]


def take(speech: Sound, room: Room, rng: np.random.Generator) -> Samples:
    """Speech as heard in a room: quiet ends, reverberation, a peak of -9 to -6 dBFS, a noise floor."""
    quiet = np.pad(spoken_part(speech), (int(LEAD_S * SAMPLE_RATE), int(TAIL_S * SAMPLE_RATE)))
    wet = fftconvolve(quiet, impulse_response(room, rng))[: quiet.size]
    floor = pink(wet.size, rng) * gain(room.noise_dbfs)
    return to_int16(at_peak(wet, rng.uniform(-9.0, -6.0)) + floor)


def to_int16(sound: Sound) -> Samples:
    """Full scale 1.0 to int16, rounded; a sound beyond full scale is our own mistake."""
    assert np.max(np.abs(sound)) < 1.0, "the sound would clip"
    return np.rint(sound * 32767).astype(np.int16)


def write(path: Path, samples: Samples) -> None:
    """Write 16 kHz mono, whole or not at all: Ogg Opus of about 30 kbit/s for .opus, lossless for .flac."""
    container, coding = ("OGG", "OPUS") if path.suffix == ".opus" else ("FLAC", "PCM_16")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    soundfile.write(part, samples, SAMPLE_RATE, format=container, subtype=coding)
    part.replace(path)
