"""Blind SNR equals its specification and finds the SNR of speech in steady noise, and between barks."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.features import LogMel
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.levels import excess_q16
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.shares import INPUTS, measure
from edgevoice.listening.snr import HIGHEST_DB, LOWEST_DB, share_q16, utterance_snr_db
from edgevoice.listening.spectrum import BINS
from tests.listening import specification, specification_noise, specification_snr
from tests.sound import clip

LEAD, LENGTH = 32_000, 120_000
Q16 = st.integers(-(60 << 16), 60 << 16)
Wave = NDArray[np.float64]


def drawn(seed: int, count: int) -> Frames:
    """Frames of levels, odds and periodicity beyond what a sound can give; those of one seed are of like loudness.

    All bins of a frame together stay within what a sound can give, below 2**52 (test_bounds.py).
    """
    rng = np.random.default_rng(seed)
    loudness = rng.integers(0, 46)
    spectrum = np.minimum(2.0 ** (loudness + rng.normal(0, 4, (count, BINS))), 2.0**43).astype(np.int64)
    bands = LogMel()(spectrum)[0].astype(np.int32)
    empty = {field.name: np.zeros(count, dtype=np.int64) for field in fields(Frames)}
    level = rng.integers(-(4 << 16), 46 << 16, count)
    noise = rng.integers(-(4 << 16), 46 << 16, count)
    odds, periodicity = rng.integers(-40_000, 40_000, count), rng.integers(-300, 400, count)
    pitch_lag = 38 + 2 * rng.integers(0, 95, count)
    found = Frames(**(empty | {"bands": bands, "snr": level - noise, "noise": noise}))
    return replace(found, odds=odds, periodicity=periodicity, pitch_lag=pitch_lag)


def as_specified(frames: Frames) -> list[specification.Frame]:
    names = [field.name for field in fields(specification.Frame)]
    columns = [getattr(frames, name).tolist() for name in names]
    return [specification.Frame(*row) for row in zip(*columns, strict=True)]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_any_frames_equal_the_scalar_specification_bit_for_bit(seed: int, count: int) -> None:
    frames = drawn(seed, count)
    specified = as_specified(frames)
    assert measure(frames).astype(int).tolist() == specification_snr.rows(specified)
    assert utterance_snr_db(frames) == specification_snr.snr(specified)


def test_speech_equals_the_scalar_specification_bit_for_bit() -> None:
    frames = heard(clip("ada-unlock-1.opus")[16_000:].astype(np.float64))[20:90]
    assert utterance_snr_db(frames) == specification_snr.snr(as_specified(frames))


@given(st.lists(st.tuples(Q16, Q16), min_size=1, max_size=60))
def test_the_excess_equals_the_scalar_specification(frames: list[tuple[int, int]]) -> None:
    snr, noise = (np.array(side, dtype=np.int64) for side in zip(*frames, strict=True))
    assert excess_q16(snr + noise, noise) == specification_noise.excess(snr.tolist(), noise.tolist())


@given(st.integers(-(1 << 20), 1 << 20))
def test_both_shares_of_a_frame_are_as_specified_and_make_up_the_whole(odds: int) -> None:
    speech, noise = (int(share_q16(np.array([each]))[0]) for each in (odds, -odds))
    assert (speech, noise) == (specification_snr.share(odds), specification_snr.share(-odds))
    assert 2.0 ** (speech / 65536) + 2.0 ** (noise / 65536) == pytest.approx(1, abs=0.02)


def test_what_the_network_is_fed_are_8_bits_at_any_level() -> None:
    for seed in range(20):
        rows = measure(drawn(seed, 40))
        assert rows.shape == (20, INPUTS)
        assert np.abs(rows).max() <= 127
        assert (rows == np.rint(rows)).all()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_few_frames_have_an_snr_within_its_limits(count: int) -> None:
    assert all(LOWEST_DB <= utterance_snr_db(drawn(seed, count)) <= HIGHEST_DB for seed in range(20))


def test_loudness_is_no_matter() -> None:
    frames = heard(mixture(np.random.default_rng(7).normal(0, 200, LENGTH)))
    louder = replace(frames, bands=frames.bands + (6 << 16), noise=frames.noise + (6 << 16))
    assert utterance_snr_db(louder) == pytest.approx(utterance_snr_db(frames), abs=0.1)


@pytest.mark.parametrize("tracker", TRACKERS)
@pytest.mark.parametrize("snr_db", (0, 5, 10, 15, 20, 25, 30))
def test_finds_the_snr_of_speech_in_white_noise(tracker: TrackerName, snr_db: int) -> None:
    noise = np.random.default_rng(7).normal(0, 2000 * 10 ** (-snr_db / 20), LENGTH)
    found = utterance_snr_db(heard(mixture(noise), tracker)[LEAD // 160 - 10 :])
    assert abs(found - snr_db) < 4.0


@pytest.mark.parametrize("snr_db", (5, 10, 20))
@pytest.mark.parametrize(
    "voice",
    (
        "ada-unlock-2",
        "ben-unlock-1",
        "ben-unlock-2",
        "stranger-1-1",
        "stranger-2-1",
        "stranger-3-1",
        "stranger-4-1",
        "stranger-4-3",
    ),
)
def test_finds_the_snr_of_synthetic_voices_that_it_never_learned_from(voice: str, snr_db: int) -> None:
    noise = np.random.default_rng(7).normal(0, 2000 * 10 ** (-snr_db / 20), LENGTH)
    found = utterance_snr_db(heard(mixture(noise, voice))[LEAD // 160 - 10 :])
    assert abs(found - snr_db) < 4.0


def test_less_noise_is_more_snr() -> None:
    noise = np.random.default_rng(7).normal(0, 2000, LENGTH)
    found = [utterance_snr_db(heard(mixture(noise * 10 ** (-snr_db / 20)))[190:]) for snr_db in range(-3, 33, 3)]
    assert found == sorted(found)


def test_knocks_between_the_words_are_noise_and_not_speech() -> None:
    rng, quiet = np.random.default_rng(5), np.random.default_rng(7).normal(0, 20, LENGTH)
    knocks = quiet.copy()
    for start in range(LEAD, LENGTH - 3_200, 12_000):
        knocks[start : start + 3_200] += rng.normal(0, 9_000, 3_200) * np.exp(-np.arange(3_200) / 600)
    without, among = (utterance_snr_db(heard(mixture(noise))[190:]) for noise in (quiet, knocks))
    true = 10 * np.log10(2000**2 / (knocks[LEAD : len(mixture(knocks))] ** 2).mean())
    assert without > 25
    assert abs(among - true) < 5


def mixture(noise: Wave, voice: str = "ada-unlock-1") -> Wave:
    """Noise -> speech in it, of RMS 2000, from two seconds on."""
    speech = clip(f"{voice}.opus")
    wave = noise[: LEAD + len(speech)].copy()
    wave[LEAD:] += speech * (2000 / speech.std())
    return wave


def heard(wave: Wave, tracker: TrackerName = "minima-controlled") -> Frames:
    samples = np.clip(np.rint(wave), -32768, 32767).astype(np.int16)
    return FrontEnd(SubtractionSettings(), ActivitySettings(), floor_tracker=tracker)(samples)
