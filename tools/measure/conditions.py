"""What is done to a clip before it is embedded: cropped, and mixed with noise. The same for every system."""

from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from edgevoice.errors import SettingsError
from edgevoice.hardware.wave import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples

SOUND_FILES = frozenset({".flac", ".ogg", ".opus", ".wav"})


@dataclass(frozen=True)
class Conditions:
    """seconds: keep the middle so long, None all; noise: folder of sounds, None clean; snr_db over what is kept."""

    seconds: float | None = None
    noise: Path | None = None
    snr_db: float | None = None
    seed: int = 0


def read_clip(root: Path, path: str, conditions: Conditions) -> Samples:
    """The clip as a system gets it; AudioError where it cannot be read."""
    samples = middle(read_sound(root / path), conditions.seconds)
    if conditions.noise is None or conditions.snr_db is None:
        return samples
    # Seeded by the clip's name: the same noise whatever else is evaluated, in whatever order.
    rng = np.random.default_rng([conditions.seed, crc32(path.encode())])
    files = noise_files(conditions.noise)
    return mix(samples, read_sound(files[rng.integers(len(files))]), conditions.snr_db, rng)


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


def noise_files(folder: Path) -> list[Path]:
    """The sound files under a folder, in order; SettingsError where there is none."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUND_FILES)
    if not files:
        raise SettingsError(f"{folder}: found no sound to mix; wanted a folder with {', '.join(sorted(SOUND_FILES))}")
    return files
