"""What is done to a clip before it is embedded: cropped, put in a room, mixed with noise. The same for every system."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
from scipy.signal import fftconvolve

from edgevoice.errors import SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.index import SOUND_FILES, sound_files


@dataclass(frozen=True)
class Conditions:
    """seconds: keep the middle so long, None all; noise: folder of sounds, None clean; snr_db over what is kept;
    rooms: folder of impulse responses, None as recorded."""

    seconds: float | None = None
    noise: Path | None = None
    snr_db: float | None = None
    seed: int = 0
    rooms: Path | None = None


def read_clip(root: Path, path: str, conditions: Conditions) -> Samples:
    """The clip as a system gets it; AudioError where it cannot be read."""
    return disturbed(read_sound(root / path), path, conditions)


def heard_files(root: Path, paths: Sequence[str], conditions: Conditions) -> list[Path]:
    """All that ``read_clip`` may read for these clips."""
    folders = [folder for folder in (conditions.noise, conditions.rooms) if folder is not None]
    return [*(root / path for path in paths), *(file for folder in folders for file in noise_files(folder))]


def disturbed(samples: Samples, path: str, conditions: Conditions) -> Samples:
    """The clip under conditions. Room, noise and its place are drawn by the clip's name, ``path``.

    So a clip gets the same whatever else is evaluated, in whatever order, and the same noise at every SNR.
    """
    kept = middle(samples, conditions.seconds)
    if conditions.rooms is not None:
        kept = in_a_room(kept, _drawn(conditions.rooms, np.random.default_rng([conditions.seed, crc32(path.encode())])))
    if conditions.noise is None or conditions.snr_db is None:
        return kept
    rng = np.random.default_rng([conditions.seed, crc32(path.encode())])
    return mix(kept, _drawn(conditions.noise, rng), conditions.snr_db, rng)


def in_a_room(samples: Samples, response: Samples) -> Samples:
    """The clip through an impulse response, its direct sound where it was, and as loud as before."""
    wave, room = samples.astype(np.float64), response.astype(np.float64)
    direct = int(np.abs(room).argmax())
    heard = fftconvolve(wave, room)[direct : direct + len(wave)]
    heard *= np.sqrt((wave**2).mean() / max(float((heard**2).mean()), 1e-9))
    return np.clip(np.rint(heard), -32768, 32767).astype(np.int16)


def middle(samples: Samples, seconds: float | None) -> Samples:
    """The middle so many seconds; a shorter clip as it is."""
    if seconds is None:
        return samples
    length = round(seconds * SAMPLE_RATE)
    start = max(0, (len(samples) - length) // 2)
    return samples[start : start + length]


def mix(samples: Samples, noise: Samples, snr_db: float, rng: np.random.Generator) -> Samples:
    """Sound plus noise from a random place on (repeated where short), mean power ``snr_db`` below the sound's."""
    looped = np.resize(np.roll(noise, -int(rng.integers(len(noise)))), len(samples)).astype(np.float64)
    wave = samples.astype(np.float64)
    power = max(float((looped**2).mean()), 1e-9)
    looped *= np.sqrt(float((wave**2).mean()) / power) * 10 ** (-snr_db / 20)
    return np.clip(np.rint(wave + looped), -32768, 32767).astype(np.int16)


def _drawn(folder: Path, rng: np.random.Generator) -> Samples:
    files = noise_files(folder)
    return _read(files[rng.integers(len(files))])


_read = lru_cache(maxsize=512)(read_sound)


@lru_cache
def noise_files(folder: Path) -> tuple[Path, ...]:
    """The sound files under a folder, in order; SettingsError where there is none."""
    files = tuple(sound_files(folder))
    if not files:
        raise SettingsError(f"{folder}: found no sound to mix; wanted a folder with {', '.join(sorted(SOUND_FILES))}")
    return files
