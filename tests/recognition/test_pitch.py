"""The pitch of tones and pulse trains, from the lowest voice to a scream."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.window import Windows
from edgevoice.recognition.pitch import PITCH_BITS, follow_pitch

SEMITONE = (1 << PITCH_BITS) / 12


def pulses(hertz: float, level: float = 8000.0) -> Samples:
    """Half a second of harmonics that fall by 6 dB an octave, as a voice's do."""
    time = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    waves = [np.sin(2 * np.pi * k * hertz * time) / k for k in range(1, int(3500 / hertz) + 1)]
    sound: NDArray[np.float64] = np.sum(waves, axis=0)
    return np.rint(level * sound / np.abs(sound).max()).astype(np.int16)


@pytest.mark.parametrize("hertz", [75.0, 110.0, 180.0, 260.0, 390.0, 520.0, 640.0])
def test_the_pitch_of_a_voice_is_found(hertz: float) -> None:
    pitch, sure = follow_pitch(Spectrum()(Windows().cut(pulses(hertz))))
    error = np.abs(pitch - np.log2(hertz) * (1 << PITCH_BITS))
    assert np.median(error) < SEMITONE / 4
    assert error.max() < 1.5 * SEMITONE  # a window holds less than two periods of the lowest
    assert sure.min() > 100


def test_a_quieter_voice_has_the_same_pitch() -> None:
    loud, quiet = (follow_pitch(Spectrum()(Windows().cut(pulses(220.0, level))))[0] for level in (16_000.0, 500.0))
    assert np.abs(loud - quiet).max() <= 4


def test_noise_repeats_itself_less_than_a_voice() -> None:
    noise = np.random.default_rng(0).integers(-8000, 8000, SAMPLE_RATE // 2).astype(np.int16)
    _, of_noise = follow_pitch(Spectrum()(Windows().cut(noise)))
    _, of_voice = follow_pitch(Spectrum()(Windows().cut(pulses(150.0))))
    assert np.median(of_noise) < np.percentile(of_voice, 5)


@pytest.mark.parametrize("samples", [np.zeros(1600, np.int16), np.full(1600, -32768, np.int16)])
def test_silence_and_full_scale_have_a_pitch_within_the_range(samples: Samples) -> None:
    pitch, _ = follow_pitch(Spectrum()(Windows().cut(samples)))
    assert ((pitch >= np.log2(69) * 256) & (pitch <= np.log2(680) * 256)).all()
