"""Blind SNR equals its specification and finds the SNR of speech in steady noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.fixedpoint.logarithm import log2_q16
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.snr import span_q16, span_to_snr_q8, utterance_snr_db
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.window import Windows
from tests.listening import specification_noise
from tests.sound import clip

LEAD = 32000
Q16 = st.integers(-(60 << 16), 60 << 16)


@given(st.lists(st.tuples(Q16, Q16), min_size=1, max_size=60))
def test_equals_the_scalar_specification_bit_for_bit(frames: list[tuple[int, int]]) -> None:
    snr, noise = (np.array(side, dtype=np.int64) for side in zip(*frames, strict=True))
    span = span_q16(snr + noise, noise)
    assert span == specification_noise.span(snr.tolist(), noise.tolist())
    assert span_to_snr_q8(span) == specification_noise.snr_q8(span)
    assert utterance_snr_db(snr, noise) == specification_noise.snr_q8(span) / 256


def test_more_span_is_never_less_snr() -> None:
    found = [span_to_snr_q8(span) for span in range(-(2 << 16), 16 << 16, 997)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (-5 * 256, 36 * 256 - 1)


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
