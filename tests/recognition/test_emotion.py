"""The shipped model of mood: integers alone, small, the same for any loudness; a foreign one is refused by name."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import ModelError
from edgevoice.listening.capture import AudioBlock, Samples
from edgevoice.listening.frames import Frames
from edgevoice.listening.listen import Listen
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.emotion import UNSURE, Emotion, encode, probabilities
from edgevoice.tflite import interpreter
from tests.sound import clip


def spoken(samples: Samples) -> Frames:
    listen = Listen()
    return [*listen.hear(AudioBlock(samples, 0)), *listen.finish()][0].frames


@pytest.fixture(scope="module")
def emotion_path(model_path: Path) -> Path:
    return model_path.with_name("emotion.tflite")


@pytest.fixture(scope="module")
def emotion(emotion_path: Path, xvector: XVector) -> Emotion:
    return Emotion(emotion_path, xvector)


def test_every_tensor_of_the_shipped_file_is_an_integer_and_the_file_is_small(emotion_path: Path) -> None:
    content = emotion_path.read_bytes()
    details = interpreter().module.Interpreter(model_content=content).get_tensor_details()
    assert {detail["dtype"].__name__ for detail in details} <= {"int8", "int32"}
    assert len(content) <= 300_000


def test_the_manifest_says_what_it_may_not_be_used_for_and_what_it_is_worth(emotion: Emotion) -> None:
    assert "CC BY-NC-SA 4.0" in emotion.manifest.licence
    assert emotion.manifest.training["people"] == 20
    assert float(str(emotion.manifest.training["uar_on_people_not_heard"])) >= 0.60
    assert float(str(emotion.manifest.training["arousal_on_people_not_heard"])) >= 0.72
    assert float(str(emotion.manifest.training["calibration_error"])) <= 0.08


def test_probabilities_add_up_and_the_label_is_the_likeliest_or_unsure(emotion: Emotion) -> None:
    for name in ("ada-unlock-1.opus", "ben-unlock-2.opus", "stranger-1-1.opus"):
        mood = emotion.feel(spoken(clip(name)))
        likeliest = max(mood.probabilities, key=lambda label: mood.probabilities[label])
        assert sum(mood.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert mood.label == (likeliest if mood.probabilities[likeliest] >= emotion.manifest.unsure_below else UNSURE)


@pytest.mark.parametrize("unsure_below", [0.0, 1.0])
def test_what_is_not_likely_enough_has_no_name(
    emotion_path: Path, xvector: XVector, tmp_path: Path, unsure_below: float
) -> None:
    for suffix in (".tflite", ".json"):
        shutil.copy(emotion_path.with_suffix(suffix), tmp_path)
    manifest = tmp_path / "emotion.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"unsure_below": unsure_below}))
    mood = Emotion(tmp_path / "emotion.tflite", xvector).feel(spoken(clip("ada-unlock-1.opus")))
    assert (mood.label == UNSURE) == (unsure_below > max(mood.probabilities.values()))


def test_figures_beyond_8_bits_are_limited_and_never_wrap_around() -> None:
    figures, one = np.array([-1e6, 3.0, 1e6], dtype=np.float32), np.ones(3, dtype=np.float32)
    assert encode(figures, 2 * one, one).tolist() == [-127, 1, 127]


def test_half_as_loud_sounds_nearly_the_same(emotion: Emotion) -> None:
    samples = clip("ada-unlock-1.opus")
    one, other = (emotion.feel(spoken(each)).probabilities for each in (samples, samples // 2))
    assert max(abs(one[label] - other[label]) for label in one) < 0.1


@pytest.mark.parametrize("frames", [1, 2, 31, 1200])
def test_an_utterance_of_any_length_has_a_mood(emotion: Emotion, frames: int) -> None:
    found = spoken(clip("ben-unlock-1.opus"))
    mood = emotion.feel(Frames.join([found] * (1 + frames // len(found)))[:frames])
    assert np.isfinite(list(mood.probabilities.values())).all()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"xvector": "xvector-of-old"}, "made for the x-vector 'xvector-of-old', this edgevoice has 'xvector-"),
        ({"front_end": "edgevoice-front-end-1"}, "trained on front end 'edgevoice-front-end-1'"),
        ({"labels": ["calm", "angry"]}, "inputs and labels do not fit the network"),
        ({"centre": [0.0]}, "inputs and labels do not fit the network"),
        ({"temperature": 0}, "temperature"),
        ({"colour": "red"}, "colour"),
        ({"sha256": "0" * 64}, "not the model that its manifest names"),
    ],
)
def test_a_foreign_manifest_is_refused_by_name(
    emotion_path: Path, xvector: XVector, tmp_path: Path, fields: dict[str, object], told: str
) -> None:
    for suffix in (".tflite", ".json"):
        shutil.copy(emotion_path.with_suffix(suffix), tmp_path)
    manifest = tmp_path / "emotion.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | fields))
    with pytest.raises(ModelError, match=told) as refused:
        Emotion(tmp_path / "emotion.tflite", xvector)
    assert str(tmp_path) in str(refused.value)


def test_how_sure_it_is_is_what_8_bits_and_the_temperature_say(emotion: Emotion) -> None:
    scale = emotion.manifest.signatures["mood"].output.quantization.scale
    mood = emotion.feel(spoken(clip("ada-unlock-1.opus")))
    logits = np.log(list(mood.probabilities.values())) * emotion.manifest.temperature
    levels = (logits - logits.max()) / scale
    assert levels == pytest.approx(np.rint(levels), abs=0.01)
    assert -255 <= levels.min() < levels.max() == 0


def test_answers_of_any_size_are_probabilities() -> None:
    assert probabilities(np.array([1e4, 0.0, -1e4]), 1.0).tolist() == [1, 0, 0]
    assert probabilities(np.full(4, -1e4), 0.5).tolist() == [0.25] * 4


def test_a_higher_temperature_is_less_sure() -> None:
    cold, warm = (probabilities(np.array([2.0, 0.0, -1.0]), temperature) for temperature in (1.0, 3.0))
    assert cold.argmax() == warm.argmax() == 0
    assert cold.max() > warm.max()
