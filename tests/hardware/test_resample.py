import numpy as np
import pytest

from edgevoice.hardware.resample import Resampler, downmix, to_int16


def test_too_loud_is_clipped_and_never_wraps_around() -> None:
    sound = np.array([40_000, -40_000, 32_767.6, -32_768.4, 1e9, -1e9], np.float32)
    assert to_int16(sound).tolist() == [32_767, -32_768, 32_767, -32_768, 32_767, -32_768]


def test_every_int16_value_at_16_khz_passes_bit_for_bit() -> None:
    every = np.arange(-32_768, 32_768)
    assert Resampler(16_000)(every.astype(np.float32)).tolist() == every.tolist()


def test_several_channels_become_their_mean() -> None:
    assert downmix(np.array([[100, 300], [-5, 5]], np.float32)).tolist() == [200, 0]


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
def test_a_tone_keeps_its_pitch_level_and_length_at_any_rate(rate: int) -> None:
    tone = 10_000 * np.sin(2 * np.pi * 1_000 * np.arange(rate) / rate)
    resample = Resampler(rate)
    pieces = [resample(piece) for piece in np.array_split(tone.astype(np.float32), 13)]
    samples = np.concatenate([*pieces, resample(np.zeros(0, np.float32), last=True)])
    assert len(samples) == 16_000
    expected = 10_000 * np.sin(2 * np.pi * 1_000 * np.arange(16_000) / 16_000)
    assert np.abs(samples - expected)[200:-200].max() < 5
