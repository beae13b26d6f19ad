"""Speech in noise as a door hears it: two seconds of the noise alone, then speech in it at a known SNR."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.index import read_index

LEAD = 2 * SAMPLE_RATE
_SPEECH_RMS = 2000.0  # -24 dBFS: peaks of speech in noise at 0 dB stay below full scale
_BLOCK = 400

Wave = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mixture:
    """speech, noise: (n,) float in sample units, the first LEAD samples of speech silent; their sum is heard."""

    kind: str
    speech: Wave
    noise: Wave

    @property
    def heard(self) -> Samples:
        """(n,) what a microphone would give."""
        return to_samples(self.speech + self.noise)


def to_samples(wave: Wave) -> Samples:
    """(n,) float in sample units -> int16, limited."""
    return np.asarray(np.clip(np.rint(wave), -32768, 32767), dtype=np.int16)


def mix(speech: Samples, noise: Samples, kind: str, snr_db: float, rng: np.random.Generator) -> Mixture:
    """``snr_db``: mean power of all of the clip over that of the noise under it; the noise starts at a random place."""
    wave = speech.astype(np.float64)
    wave *= _SPEECH_RMS / rms(wave)
    looped = np.resize(np.roll(noise, -int(rng.integers(len(noise)))), LEAD + len(wave)).astype(np.float64)
    looped *= _SPEECH_RMS / rms(looped[LEAD:]) * 10 ** (-snr_db / 20)
    return Mixture(kind, np.concatenate([np.zeros(LEAD), wave]), looped)


def rms(wave: Wave) -> float:
    """Root mean square, never 0."""
    return max(float(np.sqrt((wave**2).mean())), 1e-3)


def noise_kinds(root: Path) -> dict[str, list[Path]]:
    """Kind of noise, as the index calls it -> its files, in order."""
    kinds: dict[str, list[Path]] = {}
    for row in read_index(root):
        if row["kind"] == "noise":
            kinds.setdefault(row["label"].split(" - ")[-1].replace("_", " ").lower(), []).append(root / row["path"])
    return dict(sorted(kinds.items()))


def draw_noise(files: Sequence[Path], rng: np.random.Generator) -> Samples:
    """One of the files."""
    return read_sound(files[int(rng.integers(len(files)))])


def quiet_clips(
    root: Path, split: str, count: int, seed: int = 0, longest_s: float = 6.0, drawn: int = 300
) -> list[Samples]:
    """The clips of real speech with the least noise of their own, of at least 3 s, or else SNR is not known.

    Of so many drawn ones those whose mean power stands highest over the 5th percentile of their 25 ms.
    """
    paths = [
        root / row["path"]
        for row in read_index(root)
        if row["kind"] == "speech" and row["split"] == split and row["speaker"] and float(row["seconds"]) >= 3
    ]
    places = np.random.default_rng(seed).permutation(len(paths))[:drawn]
    clips = [read_sound(paths[place])[: int(longest_s * SAMPLE_RATE)] for place in places]
    return sorted(clips, key=own_range_db, reverse=True)[:count]


def own_range_db(samples: Samples) -> float:
    """Mean power of a clip over its quietest 25 ms (5th percentile), in dB."""
    blocks = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK).astype(np.float64)
    power = (blocks**2).mean(axis=1) + 1e-3
    return float(10 * np.log10(power.mean() / np.percentile(power, 5)))
