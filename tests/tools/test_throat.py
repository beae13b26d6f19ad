"""Another vocal tract moves the formants and leaves the pitch."""

import numpy as np
from scipy.signal import find_peaks

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tests.sound import clip
from tools.training.throat import Throat, change_throat, draw_throat, mean_envelope

BINS = 257
AS_IT_IS = np.arange(BINS, dtype=np.float64)


def buzz(formant_hz: float, pitch_hz: float = 125.0) -> Samples:
    """A vowel of one formant: harmonics under a bell."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    harmonics = np.arange(pitch_hz, 4000, pitch_hz)
    gains = np.exp(-(((harmonics - formant_hz) / 200) ** 2)) + 0.003
    wave = sum(gain * np.sin(2 * np.pi * hz * time) for gain, hz in zip(gains, harmonics, strict=True))
    return np.rint(np.asarray(wave) / np.abs(wave).max() * 20000).astype(np.int16)


def loudest_hz(samples: Samples) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * SAMPLE_RATE / len(samples))


def harmonics_hz(samples: Samples) -> list[float]:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return [float(peak) for peak in find_peaks(spectrum, height=spectrum.max() / 10)[0]]


def test_the_envelope_as_it_is_leaves_the_sound() -> None:
    sound = clip("ada-unlock-1.opus")
    changed = change_throat(sound, Throat(AS_IT_IS)).astype(int)
    assert np.abs(changed - sound).max() <= 1


def test_the_formant_moves_and_the_pitch_stays() -> None:
    changed = change_throat(buzz(1000.0), Throat(np.minimum(AS_IT_IS / 1.25, BINS - 1)))
    assert 1125 <= loudest_hz(changed) <= 1375
    assert all(abs(hz / 125 - round(hz / 125)) < 0.02 for hz in harmonics_hz(changed))


def test_drawn_throats_keep_length_and_range() -> None:
    sound = clip("ada-unlock-1.opus")
    rng = np.random.default_rng(1)
    for _ in range(5):
        changed = change_throat(sound, draw_throat(rng, 1.3))
        assert changed.dtype == np.int16
        assert len(changed) == len(sound)
        assert 0.3 < changed.astype(float).std() / sound.astype(float).std() < 3


def test_a_sound_shorter_than_a_window_is_left() -> None:
    short = np.arange(300, dtype=np.int16)
    assert change_throat(short, Throat(AS_IT_IS / 1.2)) is short


def test_an_envelope_all_the_way_to_somebody_elses_is_theirs() -> None:
    one, two = buzz(700.0), buzz(1600.0)
    colour = mean_envelope(two) - mean_envelope(one)
    changed = mean_envelope(change_throat(one, Throat(AS_IT_IS, colour=colour)))
    before, after = (np.corrcoef(each, mean_envelope(two))[0, 1] for each in (mean_envelope(one), changed))
    assert after > 0.9 > before


def test_a_mean_envelope_does_not_hear_the_pauses() -> None:
    sound = clip("ada-unlock-1.opus")
    with_pause = np.concatenate([sound, np.zeros(5 * SAMPLE_RATE, np.int16)])
    assert np.abs(mean_envelope(with_pause) - mean_envelope(sound)).max() < 0.05
    assert not mean_envelope(sound[:300]).any()
