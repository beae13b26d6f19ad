"""Each figure of a sound's quality says what was done to it, in decibels and shares that can be checked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import AudioBlock, Samples
from edgevoice.listening.damage import count_clipped, count_dropped
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.listen import Listen
from edgevoice.listening.quality import Quality, assess
from tests.listening import specification
from tests.sound import clip

VOICE = "ben-unlock-1.opus"


def front_end(samples: Samples) -> Frames:
    return FrontEnd(SubtractionSettings(), ActivitySettings())(samples)


def as_samples(wave: NDArray[np.float64]) -> Samples:
    return np.clip(np.rint(wave), -32768, 32767).astype(np.int16)


def quality(wave: NDArray[np.float64]) -> Quality:
    listen = Listen()
    heard = listen.hear(AudioBlock(as_samples(wave), 0)) + listen.finish()
    assert heard
    return max((utterance.quality for utterance in heard), key=lambda found: found.net_speech_s)


def test_half_the_amplitude_is_6_db_less() -> None:
    frames = front_end(clip(VOICE))
    softer = replace(front_end(as_samples(clip(VOICE) / 2)), speech=frames.speech)
    assert assess(frames).speech_dbfs - assess(softer).speech_dbfs == pytest.approx(6.02, abs=0.05)


def test_a_full_scale_sine_lies_at_0_dbfs() -> None:
    sine = as_samples(32767 * np.sin(2 * np.pi * 1000 / 16000 * np.arange(16000)))
    frames, ear = front_end(sine), Listen()
    frames.speech[:] = 1
    assert assess(frames).speech_dbfs == pytest.approx(0.0, abs=0.1)
    ear.hear(AudioBlock(sine, 0))
    assert ear.level.level_dbfs == pytest.approx(0.0, abs=0.1)


def test_less_noise_is_more_snr() -> None:
    rng = np.random.default_rng(0)
    wave = np.concatenate([np.zeros(24_000), clip(VOICE).astype(np.float64)])
    loud, soft = (quality(wave + rng.normal(0, rms, len(wave))) for rms in (300, 30))
    assert soft.snr_db > loud.snr_db + 6


def test_clean_speech_has_no_clipping_offset_or_dropouts() -> None:
    found = quality(clip(VOICE).astype(np.float64))
    assert (found.clipped_share, found.dropped_share) == (0.0, 0.0)
    assert found.offset_share < 0.001


def test_clipping_is_counted() -> None:
    wave = clip(VOICE).astype(np.float64)
    assert quality(wave * 32767 / np.abs(wave).max() * 8).clipped_share > 0.01


def test_clipping_in_a_pause_counts_too() -> None:
    frames = front_end(clip(VOICE))
    pause = np.flatnonzero(frames.speech == 0)
    frames.clipped[pause[:10]] = 160
    assert assess(frames).clipped_share >= 10 / len(frames.speech)


@pytest.mark.parametrize("offset", [-3277, 3277])
def test_an_offset_is_measured_as_a_share_of_full_scale_whatever_its_sign(offset: int) -> None:
    assert quality(clip(VOICE).astype(np.float64) + offset).offset_share == pytest.approx(0.1, abs=0.005)


@pytest.mark.parametrize(("offset", "least_db"), [(-6000, 15), (-300, 28), (300, 28), (1600, 28), (6000, 15)])
def test_a_microphone_off_centre_hears_hardly_more_noise(offset: int, least_db: float) -> None:
    wave = clip(VOICE).astype(np.float64) / 2
    assert quality(wave + offset).snr_db > least_db
    assert quality(wave + offset).speech_dbfs == pytest.approx(quality(wave).speech_dbfs, abs=0.5)


def test_dropouts_in_speech_are_measured() -> None:
    wave = clip(VOICE).astype(np.float64)
    for start in range(0, len(wave), 800):
        wave[start : start + 160] = 0  # 10 of every 50 ms; 15 of the 160 zeros do not repeat 15 before them
    assert quality(wave).dropped_share == pytest.approx(0.2 * 145 / 160, abs=0.04)


def test_silence_around_speech_is_no_dropout() -> None:
    wave = np.concatenate([np.zeros(8_000), clip(VOICE).astype(np.float64), np.zeros(8_000)])
    assert quality(wave).dropped_share < 0.02


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([0, 1, -7, 32700, -32768]), st.integers(1, 40)), min_size=1, max_size=160))
def test_dropped_and_clipped_samples_are_counted_as_specified(runs: list[tuple[int, int]]) -> None:
    hops = np.resize(np.repeat([v for v, _ in runs], [n for _, n in runs]), (3, 160)).astype(np.int16)
    assert count_dropped(hops).tolist() == [specification.dropped(hop) for hop in hops.tolist()]
    assert count_clipped(hops).tolist() == [sum(map(specification.full_scale, hop)) for hop in hops.tolist()]
