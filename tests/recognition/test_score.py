"""Scores rank people, mean the same for everybody, and never compare two models."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edgevoice.errors import ModelError, SettingsError
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.embed import Embedding, Vector
from edgevoice.recognition.score import Scorer, load_scorer
from edgevoice.storage.voiceprints import Voiceprint

CALIBRATION = Calibration(2.0, -5.0, (0.1, 0.01, 0.001), (1.0, 3.0, 5.0), "c.npy", "", 20)


def unit(seed: int, count: int = 1) -> Vector:
    vectors = np.random.default_rng(seed).standard_normal((count, 32)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


SCORER = Scorer(CALIBRATION, unit(1, 100))


def test_the_same_voice_ranks_first() -> None:
    own, other = unit(2)[0], unit(3)[0]
    people = [Voiceprint("Ben", other, "m", 3), Voiceprint("Ada", own, "m", 3)]
    best, second = SCORER.rank(Embedding(own, "m"), people)
    assert (best.speaker, second.speaker) == ("Ada", "Ben")
    assert best.cosine == pytest.approx(1)
    assert best.llr == pytest.approx(2 * best.score - 5)


def test_what_a_voiceprint_says_it_rests_on_changes_no_score() -> None:
    """The count lies open in the database."""
    told_by = Scorer(replace(CALIBRATION, offset_by=(0.0, 0.0, -1.5)), unit(1, 100))
    people = [Voiceprint("Ada", unit(3)[0], "m", count) for count in (0, 1, 3, 50)]
    assert len({score.llr for score in told_by.rank(Embedding(unit(2)[0], "m"), people)}) == 1


def test_two_utterances_are_held_against_each_other_as_one_each() -> None:
    told_by = Scorer(replace(CALIBRATION, offset_by=(0.0, 0.0, -1.5)), unit(1, 100))
    one, other = unit(2)[0], unit(3)[0]
    assert told_by.llr(one, other) - SCORER.llr(one, other) == pytest.approx(1.5 * np.log2(3))


def test_nobody_enrolled_gives_no_scores() -> None:
    assert SCORER.rank(Embedding(unit(2)[0], "m"), []) == ()


def test_a_voiceprint_of_another_model_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match=r"'Ada'.*older.*newer"):
        SCORER.rank(Embedding(unit(2)[0], "newer"), [Voiceprint("Ada", unit(2)[0], "older", 3)])


def test_a_voiceprint_of_another_size_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match=r"'Ada' has 31 numbers, this utterance 32"):
        SCORER.rank(Embedding(unit(2)[0], "m"), [Voiceprint("Ada", unit(2)[0][:31], "m", 3)])


def test_normalisation_is_symmetric_and_matches_its_formula() -> None:
    one, other = unit(4)[0], unit(5)[0]
    cohort = unit(1, 100)
    expected = 0.0
    for side in (one, other):
        nearest = np.sort(cohort @ side)[-20:]
        expected += 0.5 * (float(one @ other) - nearest.mean()) / nearest.std()
    found = SCORER.normalised(unit(4), np.stack([other, one]))
    assert found.shape == (1, 2)
    assert found[0, 0] == pytest.approx(expected, rel=1e-4)
    assert found[0, 0] == pytest.approx(SCORER.normalised(unit(5), unit(4))[0, 0], rel=1e-5)


@pytest.mark.parametrize("top", [1, 2])
def test_a_cohort_whose_nearest_voices_are_alike_still_tells_a_nearer_voice(top: int) -> None:
    own, other, third = unit(2), unit(3), unit(1)
    alike = Scorer(replace(CALIBRATION, top=top), np.repeat(third, 4, axis=0))
    nearer, farther = alike.normalised(own, np.concatenate([own, other]))[0]
    assert np.isfinite([nearer, farther]).all()
    assert nearer > farther


def test_the_voices_of_a_cohort_count_by_their_direction_alone(tmp_path: Path) -> None:
    voices, scores = np.random.default_rng(1).integers(-60, 60, (50, 32)).astype(np.int8), []
    for stored in (voices, 2 * voices):
        np.save(tmp_path / "c.npy", stored)
        digest = hashlib.sha256((tmp_path / "c.npy").read_bytes()).hexdigest()
        scorer = load_scorer(replace(CALIBRATION, cohort_sha256=digest), tmp_path / "model.tflite")
        scores.append(scorer.normalised(unit(2), unit(3))[0, 0])
    assert scores[0] == pytest.approx(scores[1], rel=1e-4)


def test_without_cohort_voices_the_score_is_the_cosine() -> None:
    plain = Scorer(replace(CALIBRATION, top=0), unit(1, 100))
    assert plain.normalised(unit(4), unit(5))[0, 0] == pytest.approx(float(unit(4)[0] @ unit(5)[0]))


@given(st.floats(0.001, 0.1), st.floats(0.001, 0.1))
def test_fewer_false_accepts_ask_for_a_higher_score(one: float, other: float) -> None:
    if one < other:
        assert CALIBRATION.threshold(one) >= CALIBRATION.threshold(other)


@pytest.mark.parametrize(
    ("far", "llr_at_far", "told"),
    [
        ((0.1, 0.01), (1.0,), "2 rates and 1 thresholds"),
        ((0.01, 0.1), (1.0, 3.0), "the rates must fall"),
        ((0.1, 0.01, 0.05), (1.0, 3.0, 5.0), "the rates must fall"),
        ((0.1, 0.01), (3.0, 1.0), "the thresholds must not fall"),
        ((0.1, 0.01, 0.001), (1.0, 3.0, 2.0), "the thresholds must not fall"),
    ],
)
def test_rates_and_thresholds_that_contradict_each_other_are_refused(
    far: tuple[float, ...], llr_at_far: tuple[float, ...], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        Calibration(2.0, -5.0, far, llr_at_far, "c.npy", "", 20)


@pytest.mark.parametrize(("rate", "llr"), [(0.1, 1.0), (0.01, 3.0), (0.001, 5.0), (10**-1.5, 2.0), (10**-2.25, 3.5)])
def test_a_measured_rate_has_its_measured_threshold_and_between_two_its_logarithm_decides(
    rate: float, llr: float
) -> None:
    assert CALIBRATION.threshold(rate) == pytest.approx(llr)


@pytest.mark.parametrize("rate", [0.5, 0.0001, 0.0, -1.0])
def test_a_rate_that_was_never_measured_is_refused(rate: float) -> None:
    with pytest.raises(SettingsError, match="never measured"):
        CALIBRATION.threshold(rate)
