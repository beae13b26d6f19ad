"""Scenes that the speech network learns from: speech in noise, or noise alone, with the truth frame by frame.

Speech of ``speech/train``, ``speech/synthetic`` and ``speech/unlabelled``; the tuning half of the noise at other
speeds, music, and made noise. Nothing of ``speech/dev`` or of the measuring half is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.window import HOP, WINDOW
from tools.ear.made_noise import MADE, Sound
from tools.ear.truth import Flags, count_frames, read_noise, read_speech, true_speech
from tools.index import sound_files

SPEECH = {
    "train": {
        "speechocean762": 900,
        "librispeech251": 251,
        "arabic_commands": 300,
        "commonvoice_fa": 300,
        "commonvoice_tw": 99,
    },
    "synthetic": {"kokoro": 300},
    "unlabelled": {"commonvoice_en": 250, "intents": 150},
}
SCENE_S = 12
_LENGTH = SCENE_S * SAMPLE_RATE
_SPEEDS = (0.7, 1.4)
_NOISE_ALONE = 0.4  # share of the scenes in which nobody speaks
_SNR_DB = (-5.0, 32.0)
_PEAK_DBFS = (-36.0, -0.5)


@dataclass(frozen=True, eq=False)
class Scene:
    """12 s of sound; truth: (frames,) where somebody speaks; spoken: whether somebody does at all."""

    samples: Samples
    truth: Flags
    spoken: bool


@dataclass(frozen=True, eq=False)
class Material:
    """Clips of speech with their truth, files of noise and of music."""

    clips: list[tuple[Samples, Flags]]
    noises: list[Samples]
    music: list[Samples]


def read_material(data: Path, seed: int) -> Material:
    """Everything that scenes are made of."""
    speech = [clip for split, wanted in SPEECH.items() for clip in read_speech(data, split, wanted, seed)]
    clips = [(clip, true_speech(clip)) for clip in speech if len(clip) > SAMPLE_RATE // 2]
    noises = [noise.samples for noise in read_noise(data, measuring=False)]
    return Material(clips, noises, [read_sound(path) for path in sound_files(data / "music")])


def scenes(material: Material, count: int, seed: int) -> Iterator[Scene]:
    """So many scenes at random."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield _alone(material, rng) if rng.random() < _NOISE_ALONE else _spoken(material, rng)


def _alone(material: Material, rng: np.random.Generator) -> Scene:
    samples = _to_samples(_bed(material, rng), rng)
    return Scene(samples, np.zeros(count_frames(samples), dtype=np.bool_), False)


def _spoken(material: Material, rng: np.random.Generator) -> Scene:
    """One clip after the other with pauses between them, in noise of one SNR."""
    wave, truth = np.zeros(_LENGTH), np.zeros((_LENGTH - WINDOW) // HOP + 1, dtype=np.bool_)
    start = int(rng.uniform(0.2, 3.0) * SAMPLE_RATE) // HOP * HOP
    while start < _LENGTH - SAMPLE_RATE:
        clip, spoken = material.clips[rng.integers(len(material.clips))]
        size = min(len(clip), _LENGTH - start)
        wave[start : start + size] += clip[:size].astype(np.float64) / max(_rms(clip[:size]), 1.0)
        frames = truth[start // HOP : start // HOP + len(spoken)]
        frames |= spoken[: len(frames)]
        start += (size + int(rng.uniform(0.3, 3.0) * SAMPLE_RATE)) // HOP * HOP
    bed = _bed(material, rng) if rng.random() < 0.85 else rng.standard_normal(_LENGTH) * 1e-2
    bed *= 10 ** (-rng.uniform(*_SNR_DB) / 20) / max(_rms(bed), 1e-9)
    samples = _to_samples(wave + bed, rng)
    return Scene(samples, truth[: count_frames(samples)], True)


def _bed(material: Material, rng: np.random.Generator) -> Sound:
    """12 s of recorded or made noise, or of both."""
    kind = rng.random()
    bed = np.zeros(_LENGTH)
    if kind < 0.75:
        bed += _recorded(material.noises, rng)
    elif kind < 0.83:
        bed += _recorded(material.music, rng)
    if kind >= 0.83 or rng.random() < 0.2:
        made = MADE[rng.integers(len(MADE))](_LENGTH, rng)
        bed += made * rng.uniform(0.1, 1) / max(_rms(made), 1e-9)
    return bed


def _recorded(files: list[Samples], rng: np.random.Generator) -> Sound:
    """Parts of random files, one after the other at their own levels, through a random filter."""
    parts: list[Sound] = []
    while sum(map(len, parts)) < _LENGTH:
        part = files[rng.integers(len(files))].astype(np.float64)
        speed = rng.uniform(*_SPEEDS)
        part = soxr.resample(np.roll(part, -int(rng.integers(len(part))))[:_LENGTH], SAMPLE_RATE * speed, SAMPLE_RATE)
        part = part / max(_rms(part), 1e-9) * 10 ** (rng.uniform(-12, 0) / 20)
        parts += [part] * (2 if rng.random() < 0.2 else 1)
    bed = np.concatenate(parts)[:_LENGTH]
    shape = np.interp(np.arange(_LENGTH // 2 + 1), np.linspace(0, _LENGTH // 2, 8), rng.uniform(-9, 9, 8))
    return np.asarray(np.fft.irfft(np.fft.rfft(bed) * 10 ** (shape / 20), _LENGTH))


def _to_samples(wave: Sound, rng: np.random.Generator) -> Samples:
    """At a random peak, over the noise of a microphone, and now and then with a step of its gain."""
    if rng.random() < 0.15:
        wave = wave.copy()
        wave[rng.integers(len(wave)) :] *= 10 ** (rng.uniform(-12, 12) / 20)
    wave = wave * 32767 * 10 ** (rng.uniform(*_PEAK_DBFS) / 20) / max(float(np.abs(wave).max()), 1e-9)
    wave += rng.standard_normal(len(wave)) * 10 ** rng.uniform(-1, 1)
    return np.asarray(np.clip(np.rint(wave), -32768, 32767), dtype=np.int16)


def _rms(wave: Sound | Samples) -> float:
    return float(np.sqrt((wave.astype(np.float64) ** 2).mean()))
