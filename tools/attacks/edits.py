"""A recording that was edited: cut, faster, higher, put together."""

from functools import cache
from importlib import import_module
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.attacks import Change, to_samples

_FADE = SAMPLE_RATE // 50  # samples, 20 ms: what hides a cut


class Effects(Protocol):
    """The part of librosa.effects that is used here."""

    def time_stretch(self, y: NDArray[np.float32], *, rate: float) -> NDArray[np.float32]: ...
    def pitch_shift(self, y: NDArray[np.float32], *, sr: int, n_steps: float) -> NDArray[np.float32]: ...


def cut_to(seconds: float) -> Change:
    """So many seconds from a random place on; a shorter clip as it is."""
    length = round(seconds * SAMPLE_RATE)

    def change(samples: Samples, rng: np.random.Generator) -> Samples:
        start = int(rng.integers(max(len(samples) - length, 0) + 1))
        return samples[start : start + length]

    return change


def faster(percent: float) -> Change:
    """Played faster, so that it is shorter and higher at once, as a tape would."""

    def change(samples: Samples, _: np.random.Generator) -> Samples:
        return to_samples(soxr.resample(samples.astype(np.float64), SAMPLE_RATE * (1 + percent / 100), SAMPLE_RATE))

    return change


def shorter(percent: float) -> Change:
    """Faster at the same pitch (phase vocoder)."""

    def change(samples: Samples, _: np.random.Generator) -> Samples:
        return to_samples(_effects().time_stretch(_float(samples), rate=1 + percent / 100).astype(np.float64) * 32768)

    return change


def higher(semitones: float) -> Change:
    """Another pitch at the same speed (phase vocoder and resampling)."""

    def change(samples: Samples, _: np.random.Generator) -> Samples:
        shifted = _effects().pitch_shift(_float(samples), sr=SAMPLE_RATE, n_steps=semitones)
        return to_samples(shifted.astype(np.float64) * 32768)

    return change


def spliced_with(second: Samples) -> Change:
    """The first half of the clip and the second half of ``second``, faded into each other over 20 ms."""

    after = second[len(second) // 2 :].astype(np.float64)

    def change(samples: Samples, _: np.random.Generator) -> Samples:
        ahead = samples[: len(samples) // 2].astype(np.float64)
        fade = min(_FADE, len(ahead), len(after))
        rising = np.linspace(0, 1, fade)
        joint = ahead[len(ahead) - fade :] * (1 - rising) + after[:fade] * rising
        return to_samples(np.concatenate([ahead[: len(ahead) - fade], joint, after[fade:]]))

    return change


def _float(samples: Samples) -> NDArray[np.float32]:
    return np.asarray(samples / 32768, dtype=np.float32)


@cache
def _effects() -> Effects:
    effects: Effects = import_module("librosa").effects
    return effects
