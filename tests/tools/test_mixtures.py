"""Mixtures have the SNR they are named by, and what is gained on them is counted right."""

import numpy as np
import pytest

from tools.ear.enhancement import delay_of, si_sdr_db
from tools.ear.enhancers import OFF, Ours
from tools.ear.mixtures import LEAD, mix, own_range_db


@pytest.mark.parametrize("snr_db", (20.0, 0.0))
def test_a_mixture_has_its_snr_over_the_clip_and_only_noise_before_it(snr_db: float) -> None:
    rng = np.random.default_rng(0)
    speech, noise = (rng.integers(-3000, 3000, size).astype(np.int16) for size in (40_000, 7_000))
    mixture = mix(speech, noise, "rain", snr_db, rng)
    assert not mixture.speech[:LEAD].any()
    assert mixture.noise[:LEAD].any()
    found = 10 * np.log10((mixture.speech[LEAD:] ** 2).mean() / (mixture.noise[LEAD:] ** 2).mean())
    assert found == pytest.approx(snr_db, abs=0.01)
    assert np.abs(mixture.heard - mixture.speech - mixture.noise).max() <= 0.5


def test_si_sdr_ignores_scale_and_counts_noise() -> None:
    rng = np.random.default_rng(1)
    speech, noise = rng.standard_normal(20_000), rng.standard_normal(20_000)
    noise -= speech * (noise @ speech) / (speech @ speech)
    noise *= np.linalg.norm(speech) / np.linalg.norm(noise) / 10
    assert si_sdr_db(5 * (speech + noise), speech) == pytest.approx(20.0, abs=1e-6)


def test_a_delay_is_found() -> None:
    speech = np.random.default_rng(2).standard_normal(8_000)
    assert delay_of(np.roll(speech, 37), speech) == 37


def test_an_enhancer_that_is_off_gives_back_the_sound() -> None:
    samples = np.random.default_rng(3).integers(-3000, 3000, 4_000).astype(np.int16)
    assert np.abs(Ours(OFF)(samples)[400:-400].astype(int) - samples[400:-400]).max() <= 1


def test_the_own_range_of_a_clip_is_its_mean_over_its_quietest_part() -> None:
    samples = np.random.default_rng(4).normal(0, 1000, 16_000)
    samples[:4_000] /= 100
    assert own_range_db(samples.astype(np.int16)) == pytest.approx(38.8, abs=1.0)
