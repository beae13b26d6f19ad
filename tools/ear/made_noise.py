"""Sounds that nobody speaks, made at random: what the training of the speech network adds to recorded noise.

Each is (n,) float, of any level. None is made after a file of the measuring half.
"""

import numpy as np
from numpy.typing import NDArray

from edgevoice.listening.capture import SAMPLE_RATE

Sound = NDArray[np.float64]


def coloured(length: int, rng: np.random.Generator) -> Sound:
    """Gaussian noise under a random tilt and a few random resonances, often swelling a few times a second."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    shape = np.maximum(hertz, 40) ** -rng.uniform(-0.3, 1.2)
    for _ in range(rng.integers(0, 4)):
        centre = np.exp(rng.uniform(np.log(150), np.log(6000)))
        shape *= 1 + rng.uniform(1, 12) * np.exp(-(((hertz - centre) / (centre * rng.uniform(0.03, 0.3))) ** 2))
    noise = np.fft.irfft(spectrum * shape, length)
    return noise * _swelling(length, rng) if rng.random() < 0.5 else noise


def tones(length: int, rng: np.random.Generator) -> Sound:
    """A hum with its harmonics, a chord, or beeps in a row."""
    time = np.arange(length) / SAMPLE_RATE
    lowest = rng.choice([50.0, 60.0, 100.0, np.exp(rng.uniform(np.log(80), np.log(2500)))])
    partials = np.arange(1, int(rng.integers(2, 20))) if rng.random() < 0.6 else rng.uniform(1, 4, 3)
    sound = np.zeros(length)
    for partial in partials[partials * lowest < 7000]:
        sound += np.sin(2 * np.pi * (partial * lowest * time + rng.random())) * partial ** -rng.uniform(0.2, 2)
    return sound * _on_and_off(length, rng) if rng.random() < 0.6 else sound


def blows(length: int, rng: np.random.Generator) -> Sound:
    """Knocks, clicks and rattling: struck modes and bursts of noise at random times, often in a rhythm."""
    sound = np.zeros(length)
    beat = rng.uniform(0.04, 0.8)
    times = np.cumsum(rng.uniform(0.02, 1.2, 400)) if rng.random() < 0.5 else np.arange(400) * beat
    modes = np.exp(rng.uniform(np.log(80), np.log(5000), int(rng.integers(1, 7))))
    decay_s = np.exp(rng.uniform(np.log(0.002), np.log(0.2)))
    for start in (times[times * SAMPLE_RATE < length] * SAMPLE_RATE).astype(int):
        time = np.arange(min(length - start, int(5 * decay_s * SAMPLE_RATE))) / SAMPLE_RATE
        blow = sum((np.sin(2 * np.pi * hertz * time) for hertz in modes), start=np.zeros(len(time)))
        blow = blow * rng.random() + rng.standard_normal(len(time)) * rng.random()
        sound[start : start + len(time)] += blow * np.exp(-time / decay_s) * rng.uniform(0.2, 1)
    return sound


def calls(length: int, rng: np.random.Generator) -> Sound:
    """Voiced calls of no person: one gliding pitch a call through a tract that stands still, hoarse or clear."""
    sound = np.zeros(length)
    start = int(rng.uniform(0, SAMPLE_RATE))
    lowest = np.exp(rng.uniform(np.log(120), np.log(1200)))
    tract = np.exp(rng.uniform(np.log(300), np.log(5000), 3))
    while start < length - SAMPLE_RATE // 20:
        size = min(length - start, int(SAMPLE_RATE * np.exp(rng.uniform(np.log(0.08), np.log(1.5)))))
        bend = np.interp(np.linspace(0, 1, size), np.linspace(0, 1, 4), rng.uniform(-0.5, 0.5, 4))
        pitch = lowest * 2**bend
        phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
        call = np.zeros(size)
        for partial in range(1, int(7000 / pitch.max()) + 1):
            near = np.exp(-((np.log(partial * pitch.mean() / tract) / 0.3) ** 2)).sum() + 0.05
            call += near * np.sin(partial * phase)
        call += rng.standard_normal(size) * rng.uniform(0, 0.5)
        sound[start : start + size] += call * np.hanning(size) ** rng.uniform(0.2, 1)
        start += size + int(SAMPLE_RATE * rng.uniform(0.05, 1.0))
    return sound


MADE = (coloured, tones, blows, calls)


def _swelling(length: int, rng: np.random.Generator) -> Sound:
    """A gain that moves by up to 30 dB, from one to twelve times a second."""
    knots = rng.uniform(-1.5, 0, int(length / SAMPLE_RATE * np.exp(rng.uniform(0, np.log(12)))) + 2)
    return np.asarray(10 ** np.interp(np.linspace(0, 1, length), np.linspace(0, 1, len(knots)), knots))


def _on_and_off(length: int, rng: np.random.Generator) -> Sound:
    """1 and 0 by turns, for 50 ms to a second each."""
    lengths = (SAMPLE_RATE * rng.uniform(0.05, 1.0, 400)).astype(int)
    flags = np.repeat(np.arange(400) % 2, lengths)
    return np.resize(flags, length).astype(np.float64)
