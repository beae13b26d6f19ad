"""Intervals hold the truth about as often as they say, over people and not over trials."""

import numpy as np
import pytest

from tools.measure import metrics
from tools.measure.intervals import eer_difference_interval, eer_interval, rate_interval, zero_error_bound

Pairs = tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]


def pairs_of(speakers: int, clips: int, seed: int, spread: float = 1.0, dimensions: int = 8) -> Pairs:
    """Scores of all pairs of clips, whether they are of one speaker, and whose they are; some speakers are steadier
    than others."""
    rng = np.random.default_rng(seed)
    speaker = np.repeat(np.arange(speakers), clips)
    steady = spread * np.exp(0.25 * rng.standard_normal((speakers, 1)))[speaker]
    voices = rng.standard_normal((speakers, dimensions))[speaker]
    voices = voices + steady * rng.standard_normal((len(speaker), dimensions))
    voices /= np.linalg.norm(voices, axis=1, keepdims=True)
    first, second = np.triu_indices(len(speaker), 1)
    return (voices @ voices.T)[first, second], speaker[first] == speaker[second], (speaker[first], speaker[second])


def eer_of(pairs: Pairs) -> float:
    scores, same, _ = pairs
    return metrics.eer(scores[same], scores[~same])


@pytest.mark.parametrize(("people", "spread"), [(10, 0.62), (10, 0.9), (31, 0.62)])
def test_intervals_of_few_people_hold_the_truth_nearly_as_often_as_they_say(people: int, spread: float) -> None:
    true = np.mean([eer_of(pairs_of(120, 8, seed, spread, 40)) for seed in range(1001, 1009)])
    found = [eer_interval(*pairs_of(people, 8, seed, spread, 40)) for seed in range(1, 101)]
    assert 0.005 < true < 0.1
    assert np.mean([low <= true <= high for low, high in found]) >= 0.8


def test_intervals_of_a_rate_hold_the_truth_nearly_as_often_as_they_say() -> None:
    scores, same, _ = pairs_of(250, 8, 0, 0.9, 40)
    threshold = float(np.quantile(scores[~same], 0.99))
    for kind, true in ((False, 0.01), (True, float((scores[same] < threshold).mean()))):
        held = []
        for seed in range(1, 61):
            scores, same, (first, second) = pairs_of(15, 8, seed, 0.9, 40)
            of_kind = same if kind else ~same
            wrong = scores < threshold if kind else scores >= threshold
            low, high = rate_interval(wrong[of_kind], (first[of_kind], second[of_kind]))
            held.append(low <= true <= high)
        assert np.mean(held) >= 0.85


def test_the_interval_holds_the_eer_and_shrinks_with_more_speakers() -> None:
    few, many = pairs_of(8, 6, seed=1), pairs_of(40, 6, seed=1)
    widths = []
    for pairs in (few, many):
        low, high = eer_interval(*pairs)
        assert low < eer_of(pairs) < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 1.3


def test_more_clips_of_the_same_people_tell_little_more() -> None:
    few, many = (np.diff(eer_interval(*pairs_of(10, clips, 1)))[0] for clips in (6, 30))
    assert many > few / 2


def test_no_error_in_few_trials_leaves_an_eer_of_three_in_the_target_trials() -> None:
    speaker = np.repeat(np.arange(5), 4)
    first, second = np.triu_indices(len(speaker), 1)
    same = speaker[first] == speaker[second]
    assert eer_interval(same.astype(float), same, (speaker[first], speaker[second])) == (0.0, 3 / (5 * 6))


def test_an_interval_that_cannot_be_told_is_not_a_number() -> None:
    alone = (np.array([0, 0]), np.array([0, 0]))
    assert np.isnan(eer_interval(np.zeros(2), np.array([True, True]), alone)).all()
    assert np.isnan(eer_difference_interval(np.zeros(2), np.zeros(2), np.array([True, True]), alone)).all()
    assert np.isnan(rate_interval(np.array([True, False]), alone)).all()


def test_two_systems_on_the_same_people_are_told_apart_better_than_by_their_own_intervals() -> None:
    scores, is_target, speakers = pairs_of(20, 6, seed=1)
    worse = scores + np.random.default_rng(2).normal(0, 0.5, len(scores))
    low, high = eer_difference_interval(worse, scores, is_target, speakers)
    rates = [eer_of((each, is_target, speakers)) for each in (worse, scores)]
    alone = np.diff(eer_interval(worse, is_target, speakers))[0]
    assert 0 < low < rates[0] - rates[1] < high < low + alone
    assert eer_difference_interval(scores, scores, is_target, speakers) == (0.0, 0.0)


def test_no_error_in_300_trials_bounds_the_rate_at_one_per_cent() -> None:
    assert zero_error_bound(300) == pytest.approx(0.01)
    assert zero_error_bound(0) == 1


def test_the_interval_of_a_rate_is_over_the_people_of_both_sides() -> None:
    first, second = (places.ravel() for places in np.indices((20, 20)))
    strangers = first != second
    one_wolf = second == 7  # whoever is enrolled is taken for by one and the same stranger
    low, high = rate_interval(one_wolf[strangers], (first[strangers], second[strangers]))
    assert low < 0.01 < 2 * one_wolf[strangers].mean() < high


@pytest.mark.parametrize("clips", [1, 50])
def test_no_error_at_all_leaves_the_bound_of_three_in_the_people_or_their_pairs(clips: int) -> None:
    people = np.repeat(np.arange(30), clips)  # more of the same people tell little more of others
    assert rate_interval(np.zeros(len(people), np.bool_), (people, people)) == (0.0, 0.1)
    first, second = (places.ravel() for places in np.indices((5, 5)))
    strangers = np.tile(np.flatnonzero(first != second), clips)  # each pair both ways
    none = np.zeros(len(strangers), np.bool_)
    assert rate_interval(none, (first[strangers], second[strangers])) == (0.0, 0.3)


def test_one_person_behind_all_errors_makes_a_wide_interval_and_not_an_absurd_one() -> None:
    first, second = (places.ravel() for places in np.indices((20, 20)))
    strangers = first != second
    once = (first == 3) & (second == 7)
    low, high = rate_interval(once[strangers], (first[strangers], second[strangers]))
    assert 0 < low < once[strangers].mean() / 4
    assert 4 * once[strangers].mean() < high < 0.2
