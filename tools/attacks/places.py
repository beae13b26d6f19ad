"""A recording played somewhere: in a room, in noise."""

from functools import cache
from pathlib import Path

import numpy as np
import pyroomacoustics

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.attacks import Change, to_samples
from tools.measure.conditions import in_a_room, mix, noise_files

_ORDER = 12  # reflections that the image-source model follows


def recorded_room(folder: Path) -> Change:
    """Through one of the impulse responses in a folder, by chance."""

    def change(samples: Samples, rng: np.random.Generator) -> Samples:
        return in_a_room(samples, _read(_any(folder, rng)))

    return change


def image_source(samples: Samples, rng: np.random.Generator) -> Samples:
    """Through a shoe box of random size, absorption and places (image-source model: Allen and Berkley, 1979)."""
    size = rng.uniform([2.5, 2.5, 2.3], [6.0, 5.0, 3.0])
    walls = pyroomacoustics.Material(rng.uniform(0.1, 0.5))
    room = pyroomacoustics.ShoeBox(size, fs=SAMPLE_RATE, materials=walls, max_order=_ORDER)
    room.add_source(rng.uniform(0.5, size - 0.5))
    room.add_microphone(rng.uniform(0.5, size - 0.5))
    room.compute_rir()
    return in_a_room(samples, to_samples(np.asarray(room.rir[0][0]) * 30_000))


def in_noise(folder: Path, snr_db: float) -> Change:
    """With a sound of the folder, ``snr_db`` below it."""

    def change(samples: Samples, rng: np.random.Generator) -> Samples:
        return mix(samples, _read(_any(folder, rng)), snr_db, rng)

    return change


def _any(folder: Path, rng: np.random.Generator) -> Path:
    files = noise_files(folder)
    return files[rng.integers(len(files))]


_read = cache(read_sound)
