"""Blind SNR equals its specification and finds the SNR of speech in steady noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.fixedpoint.logarithm import log2_q16
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.snr import depth_q16, excess_q16, utterance_snr_db
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.window import Windows
from tests.listening import specification_noise
from tests.sound import clip

LEAD = 32000
Q16 = st.integers(-(60 << 16), 60 << 16)


@given(st.lists(st.tuples(Q16, Q16), min_size=1, max_size=60))
def test_equals_the_scalar_specification_bit_for_bit(frames: list[tuple[int, int]]) -> None:
    snr, noise = (np.array(side, dtype=np.int64) for side in zip(*frames, strict=True))
    assert excess_q16(snr + noise, noise) == specification_noise.excess(snr.tolist(), noise.tolist())
    assert depth_q16(snr + noise) == specification_noise.depth(snr.tolist(), noise.tolist())
    assert utterance_snr_db(snr, noise) == specification_noise.snr(snr.tolist(), noise.tolist())


def test_the_same_sound_over_less_noise_never_has_less_snr() -> None:
    level = np.random.default_rng(3).integers(0, 20 << 16, 200)
    found = [utterance_snr_db(level - noise, np.full(200, noise)) for noise in range(25 << 16, -10 << 16, -5_003)]
    assert found == sorted(found)
    assert found[-1] - found[0] > 13  # all of the table of the excess; the depth stays as it is


@pytest.mark.parametrize("more", [-(5 << 16), 1 << 15, 7 << 16])
def test_loudness_is_no_matter(more: int) -> None:
    snr, noise = np.random.default_rng(4).integers(0, 10 << 16, (2, 150))
    assert utterance_snr_db(snr, noise + more) == utterance_snr_db(snr, noise)


@pytest.mark.parametrize("tracker", TRACKERS)
@pytest.mark.parametrize("snr_db", (0, 5, 10, 15, 20, 25, 30))
def test_finds_the_snr_of_speech_in_white_noise(tracker: TrackerName, snr_db: int) -> None:
    speech = clip("ben-unlock-1.opus")[8000:]
    wave = np.concatenate([np.zeros(LEAD), speech * (2000 / speech.std())])
    noise = np.random.default_rng(7).normal(0, 2000 * 10 ** (-snr_db / 20), len(wave))
    power = Spectrum()(Windows().cut(np.clip(np.rint(wave + noise), -32768, 32767).astype(np.int16)))
    assumed = log2_q16(TRACKERS[tracker]().follow(power).sum(axis=1))
    spoken = slice(LEAD // 160 - 10, None)
    found = utterance_snr_db(log2_q16(power.sum(axis=1))[spoken] - assumed[spoken], assumed[spoken])
    assert abs(found - snr_db) < 4.0
