"""The sounds without speech, as tools.synthetic.sounds makes them: seeded, and physically what they say."""

import numpy as np
import pytest

from tools.synthetic.sounds import OTHERS, SOUNDS, make
from tools.synthetic.take import Sound


def band_power(sound: Sound, low_hz: float, high_hz: float) -> float:
    """The share of the power between two frequencies."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequency = np.fft.rfftfreq(sound.size, 1 / 16_000)
    return float(np.sum(power[(frequency >= low_hz) & (frequency < high_hz)]) / np.sum(power))


@pytest.mark.parametrize("name", [*SOUNDS, *OTHERS])
def test_the_seed_alone_decides_a_sound(name: str) -> None:
    assert np.array_equal(make(name, 3), make(name, 3))
    assert not np.array_equal(make(name, 3), make(name, 4))


def test_a_knock_is_three_blows_a_quarter_of_a_second_apart() -> None:
    sound = np.abs(make("knock.flac", 20))
    frames = sound[: sound.size // 160 * 160].reshape(-1, 160).max(axis=1)
    loud = frames > 0.25 * frames.max()
    onsets = np.flatnonzero(loud & (np.roll(frames, 1) < 0.05 * frames.max()))
    assert onsets.size == 3
    assert np.all(np.abs(np.diff(onsets) * 0.01 - 0.24) < 0.06)


def test_hum_stands_on_the_multiples_of_50_hz() -> None:
    sound = make("hum.flac", 20)
    on = sum(band_power(sound, 50 * n - 1, 50 * n + 1) for n in range(1, 13))
    assert on > 0.98


def test_a_doorbell_rings_high_then_low() -> None:
    sound = make("doorbell.flac", 20)
    ding, dong = sound[4_800:12_000], sound[24_000:40_000]
    assert band_power(ding, 640, 680) > 0.7
    assert band_power(dong, 505, 540) > 0.7


def test_a_smoke_alarm_beeps_three_times_and_pauses() -> None:
    sound = make("smoke-alarm.flac", 20)
    assert band_power(sound, 3_050, 3_150) > 0.9
    loud = np.abs(sound[: sound.size // 1_600 * 1_600]).reshape(-1, 1_600).max(axis=1) > 0.05  # tenths of a second
    onsets = np.flatnonzero(loud & ~np.roll(loud, 1)) / 10
    assert onsets.tolist() == [0.2, 1.2, 2.2, 4.2, 5.2, 6.2]


def test_rain_is_broad_and_steady_but_made_of_drops() -> None:
    sound = make("rain.flac", 20)[16_000:64_000]
    assert all(band_power(sound, low, low + 1_000) > 0.04 for low in range(1_000, 7_000, 1_000))
    half_seconds = np.sqrt(np.mean(sound.reshape(6, 8_000) ** 2, axis=1))
    assert half_seconds.max() / half_seconds.min() < 1.3
    kurtosis = np.mean((sound - sound.mean()) ** 4) / np.var(sound) ** 2
    assert kurtosis > 3.3  # Gaussian noise has 3


def test_a_car_is_loudest_in_the_middle_and_low() -> None:
    sound = make("traffic.flac", 20)
    first, middle, last = (np.std(sound[start : start + 8_000]) for start in (0, 32_000, 64_000))
    assert middle > 2.5 * first
    assert middle > 2.5 * last
    assert band_power(sound, 20, 250) > 0.7
