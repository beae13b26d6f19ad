"""The truth that the gate is measured by: what is loud in a clean clip, moved to where the clip stands in a mixture."""

import numpy as np

from tools.ear.truth import LEAD_FRAMES, TAIL_S, count_frames, is_measuring, mix_in, true_speech, truth_in_mixture

RNG = np.random.default_rng(0)
TONE = np.rint(8000 * np.sin(2 * np.pi * 300 / 16000 * np.arange(16_000))).astype(np.int16)
QUIET = np.rint(RNG.normal(0, 3, 16_000)).astype(np.int16)
CLIP = np.concatenate([QUIET, TONE, QUIET])


def test_the_loud_part_of_a_clip_is_its_speech() -> None:
    spoken = np.flatnonzero(true_speech(CLIP))
    assert (spoken[0], spoken[-1]) == (98, 199)
    assert len(spoken) == 102


def test_a_short_gap_is_closed_and_a_click_dropped() -> None:
    clip = CLIP.copy()
    clip[24_000:24_560] = 0  # 35 ms
    clip[8_000:8_020] = 8_000
    assert np.array_equal(true_speech(clip), true_speech(CLIP))


def test_the_truth_of_a_mixture_is_that_of_the_clip_two_seconds_later() -> None:
    mixture = mix_in(CLIP, QUIET, 20.0, np.random.default_rng(1))
    truth = truth_in_mixture(CLIP, mixture)
    assert len(truth) == count_frames(mixture)
    assert np.flatnonzero(truth)[0] == LEAD_FRAMES + np.flatnonzero(true_speech(CLIP))[0]
    assert not truth[-100 * TAIL_S :].any()


def test_a_mixture_has_the_snr_that_was_asked_for() -> None:
    noise = np.rint(RNG.normal(0, 500, 48_000)).astype(np.int16)
    mixture = mix_in(CLIP, noise, 10.0, np.random.default_rng(2)).astype(np.float64)
    apart = (mixture[32_000:80_000] ** 2).mean() / (mixture[:32_000] ** 2).mean()
    assert abs(10 * np.log10(apart - 1) - 10.0) < 0.5


def test_the_half_of_a_file_is_decided_by_its_name_alone() -> None:
    assert is_measuring("noise/esc10/020781.opus") == is_measuring("elsewhere/020781.opus")
    assert {is_measuring(f"{number}.opus") for number in range(20)} == {False, True}
