"""The shipped model on digits in the voice of the English prompts, which it was not trained on."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import ModelError
from edgevoice.hardware import Prompt
from edgevoice.hardware import prompts as spoken
from edgevoice.hardware.wave import read_sound
from edgevoice.listening.capture import AudioBlock, Samples
from edgevoice.listening.features import Cepstra
from edgevoice.listening.listen import Listen
from edgevoice.recognition.digits import DigitModel, log_odds, read
from tests.recognition.conftest import MODELS
from tests.sound import clip

SAID = ("4715", "2086", "3394")


@pytest.fixture(scope="module")
def model() -> DigitModel:
    return DigitModel(MODELS / "digits.tflite")


def say(digits: str) -> Samples:
    """The prompts of the digits, one after the other, half a second of quiet around them."""
    quiet = np.zeros(8000, np.int16)
    parts = [read_sound(spoken.clip("en", Prompt(f"digit-{digit}"))) for digit in digits]
    floor = np.random.default_rng(0).normal(0, 8, 16000 + sum(map(len, parts)))
    return (np.concatenate([quiet, *parts, quiet]) + floor).astype(np.int16)


def hear(samples: Samples) -> Cepstra:
    """The one utterance in it."""
    ear = Listen()
    utterances = [u for u in (*ear.hear(AudioBlock(samples, 0)), *ear.finish()) if u.final]
    assert len(utterances) == 1
    return utterances[0].mfcc


@pytest.fixture(scope="module")
def heard() -> dict[str, Cepstra]:
    return {digits: hear(say(digits)) for digits in SAID}


@pytest.mark.parametrize("digits", SAID)
def test_what_was_said_is_read_and_accepted(model: DigitModel, heard: dict[str, Cepstra], digits: str) -> None:
    assert model.said(heard[digits]) == digits
    assert model.accepts(heard[digits], digits)


@pytest.mark.parametrize("digits", SAID)
def test_no_other_string_is_accepted(model: DigitModel, heard: dict[str, Cepstra], digits: str) -> None:
    shorter, longer, turned = digits[:3], digits + "1", digits[::-1]
    changed = [f"{digits[:n]}{(int(digits[n]) + 1) % 10}{digits[n + 1 :]}" for n in range(4)]
    for other in (*changed, shorter, longer, turned, *set(SAID) - {digits}):
        assert not model.accepts(heard[digits], other), other


def test_a_sentence_is_no_challenge(model: DigitModel) -> None:
    mfcc = hear(clip("ada-unlock-1.opus"))
    assert len(model.said(mfcc)) < 4
    for digits in ("", *SAID):
        assert not model.accepts(mfcc, digits)


@pytest.mark.parametrize("frames", [1, 2, 3, 159, 160, 161, 500])
def test_silence_of_any_length_has_no_digits(model: DigitModel, frames: int) -> None:
    mfcc = np.zeros((frames, 40), np.int32)
    assert model.posteriors(mfcc).shape == (-(-frames // 2), 11)
    assert not model.accepts(mfcc, "4715")


def test_the_odds_of_a_sure_string_are_finite_and_far_apart() -> None:
    sure = np.log(np.full((9, 11), 1e-30))
    sure[np.arange(9), [0, 5, 0, 8, 0, 2, 0, 6, 0]] = 0.0
    assert read(sure) == "4715"
    assert log_odds(sure, "4715") == pytest.approx(27.63, abs=0.01)
    assert log_odds(sure, "4716") == pytest.approx(-27.63, abs=0.01)


def test_equal_digits_are_two_where_a_blank_is_between() -> None:
    logs = np.log(np.full((3, 11), 0.01))
    logs[[0, 2], 3] = logs[1, 0] = np.log(0.9)
    assert read(logs) == "22"
    assert read(logs[[0, 0, 2]]) == "2"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for suffix in (".tflite", ".json"):
        shutil.copy(MODELS / f"digits{suffix}", tmp_path)
    return tmp_path / "digits.tflite"


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("sha256", "0" * 64, "sha256"),
        ("front_end", "edgevoice-front-end-0", "edgevoice-front-end-0"),
        ("context_frames", 10, "wanted"),
        ("acceptance", {"far": 0.01}, "acceptance.llr"),
        ("acceptance", {"far": 0.01, "llr": float("nan")}, "acceptance.llr"),
        ("signatures", {}, "digits"),
        ("colour", "green", "colour"),
    ],
)
def test_another_manifest_is_refused_by_name(copy: Path, field: str, value: object, word: str) -> None:
    manifest = copy.with_suffix(".json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {field: value}))
    with pytest.raises(ModelError, match=word) as caught:
        DigitModel(copy)
    assert "digits" in str(caught.value)


def test_the_model_of_voices_is_no_model_of_digits(model_path: Path) -> None:
    with pytest.raises(ModelError, match=r"xvector\.json"):
        DigitModel(model_path)
