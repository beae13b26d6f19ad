"""The whole way from labelled clips to a model of mood that the device takes, on a small made-up set."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.config.settings import ModelSettings
from edgevoice.errors import SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.score import Scorer
from edgevoice.tflite import interpreter
from edgevoice.visit import FOLDER
from tools import mood_eer, train_emotion
from tools.mood.clips import Clip, deal_folds, read_emotions, sex_by_pitch
from tools.mood.examples import Examples
from tools.mood.peers import Peer, forest, measure_all
from tools.mood.score import Judged, arousal_recall, calibration_error, fit_temperature, uar
from tools.training.augment import change_speed

pytestmark = pytest.mark.tools
MODELS = Path(__file__).parents[2] / "models"
SPEEDS = (0.9, 1.0, 1.1)
TAKES = ("enrol-1", "enrol-2", "unlock-1", "unlock-2")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six made-up people, who are angry when they speak faster."""
    folder = tmp_path_factory.mktemp("acted")
    lines = ["path,speaker,label"]
    for name in ("ada", "ben"):
        for number, speed in enumerate(SPEEDS):
            for take, spoken in enumerate(TAKES):
                for label, hurry in (("calm", 1.0), ("angry-strong", 1.3)):
                    clip = change_speed(read_sound(FOLDER / f"{name}-{spoken}.opus"), speed * hurry)
                    file = f"{name}-{number}-{take}-{label}.wav"
                    soundfile.write(folder / file, clip, SAMPLE_RATE)
                    lines.append(f"{file},{name} {number},{label}")
    (folder / "index.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the trained model beside its x-vector, and what the training said."""
    models = tmp_path_factory.mktemp("models")
    for path in MODELS.glob("xvector.*"):
        shutil.copy(path, models)
    arguments = [root / "index.csv", "--root", root, "--models", models, "--cache", root / "cache"]
    small = ["--copies", 1, "--folds", 2, "--networks", 2, "--epochs", 60, "--unsure-below", 0.0]
    said = CliRunner().invoke(train_emotion.main, [str(it) for it in [*arguments, *small]], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    return models, said.stdout


def test_the_device_takes_what_was_trained_and_tells_mood_by_it(made: tuple[Path, str]) -> None:
    settings = Settings(models=ModelSettings(folder=made[0]))
    emotion = app.emotion(settings, app.xvector(settings))
    assert emotion is not None
    calm = read_sound(FOLDER / "ada-unlock-2.opus")
    for samples, label in ((calm, "calm"), (change_speed(calm, 1.3), "angry")):
        (utterance,) = app.utterances(samples)
        mood = emotion.feel(utterance.frames)
        assert mood.label == label
        assert sum(mood.probabilities.values()) == pytest.approx(1, abs=1e-5)


def test_a_trained_file_holds_integers_alone(made: tuple[Path, str]) -> None:
    content = (made[0] / "emotion.tflite").read_bytes()
    details = interpreter().module.Interpreter(model_content=content).get_tensor_details()
    assert {detail["dtype"].__name__ for detail in details} <= {"int8", "int32"}
    assert len(content) < 300_000


def test_the_folds_are_told_person_by_person_with_bounds(made: tuple[Path, str]) -> None:
    lines = [line.split("|") for line in made[1].splitlines() if line.startswith("|")][2:]
    assert {line[2].strip() for line in lines} == {f"{name} {i}" for name in ("ada", "ben") for i in range(3)} | {
        "6 people"
    }
    assert {line[1].strip() for line in lines} == {"1", "2", "all"}
    assert "expected calibration error" in made[1]


def test_how_mood_bends_recognition_is_told_for_each_mood(root: Path) -> None:
    arguments = [root / "index.csv", "--root", root, "--model", MODELS / "xvector.tflite", "--cache", root / "cache"]
    said = CliRunner().invoke(mood_eer.main, [str(it) for it in arguments], catch_exceptions=False)
    rows = [line.split("|")[1].strip() for line in said.stdout.splitlines() if line.startswith("|")][2:]
    assert rows == ["calm", "angry, strong"]


def test_a_try_is_judged_by_how_long_and_how_clearly_was_spoken_as_at_the_door() -> None:
    clips = [Clip(f"{number}.wav", "ada", "calm", False) for number in range(5)]
    embedding = np.ones((5, 8), np.float32) / np.sqrt(np.float32(8))
    scorer = Scorer(Calibration(1.0, 0.0, (0.1, 0.01), (0.0, 1.0), "", "", 0, (2.0, 0.5, 9.0)), embedding[:0])

    def llr(said: tuple[float, float]) -> float:
        examples = Examples(embedding, embedding, np.tile(np.float32(said), (5, 1)), np.ones(5, np.bool_))
        return float(mood_eer.try_all(clips, examples, scorer).llr.mean())

    assert llr((6.0, 20.0)) - llr((3.0, 20.0)) == pytest.approx(2.0)  # a doubling of the seconds
    assert llr((3.0, 30.0)) - llr((3.0, 20.0)) == pytest.approx(0.5)  # ten dB


def test_nobody_is_in_two_folds_and_each_fold_has_low_and_high_voices() -> None:
    speaker = np.repeat([f"s{i:02d}" for i in range(20)], 3)
    pitch = np.repeat(np.where(np.arange(20) % 2, 110.0, 220.0) + np.arange(20), 3)
    fold = deal_folds(speaker, pitch, 5)
    for name in np.unique(speaker):
        assert len(np.unique(fold[speaker == name])) == 1
    high = sex_by_pitch(speaker, pitch)
    assert high.tolist() == (pitch > 150).astype(float).tolist()
    assert [high[fold == one].mean() for one in range(5)] == [0.5] * 5
    with pytest.raises(SettingsError, match="20 speakers found; 21 folds"):
        deal_folds(speaker, pitch, 21)


def test_an_index_without_labels_is_refused_with_what_is_wanted(root: Path, tmp_path: Path) -> None:
    bare = tmp_path / "index.csv"
    bare.write_text("path,speaker\na.wav,Ada\n")
    with pytest.raises(SettingsError, match="column label is missing"):
        read_emotions(bare, root)
    bare.write_text("path,speaker,label\na.wav,Ada,calm\n")
    with pytest.raises(SettingsError, match="two emotions or more"):
        read_emotions(bare, root)


def test_what_a_peer_measured_is_kept_for_those_clips_alone(root: Path, tmp_path: Path) -> None:
    clips = sorted(path.name for path in root.glob("*.wav"))
    loudness = Peer("loudness", lambda wave: np.array([np.abs(wave).max(), len(wave)], np.float32), forest)
    first, again, others = (measure_all(loudness, root, some, tmp_path) for some in (clips[:2], clips[:2], clips[-2:]))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, others)
    assert len(list(tmp_path.iterdir())) == 2


def test_figures_of_answers_that_are_known() -> None:
    names = ("calm", "angry")
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.2, 0.8]])
    judged = Judged(shares, np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), names)
    assert uar(judged) == 0.75
    assert arousal_recall(judged) == 0.75
    # Three at 0.9, of which two are right; one at 0.8, which is.
    assert calibration_error(judged) == pytest.approx((abs(2.7 - 2) + 0.2) / 4)


def test_the_temperature_undoes_answers_that_are_too_sure() -> None:
    rng = np.random.default_rng(0)
    answers = rng.normal(0, 1.5, (4000, 4))
    powers = np.exp(answers) / np.exp(answers).sum(axis=1, keepdims=True)
    label = np.array([rng.choice(4, p=row) for row in powers])
    assert fit_temperature(3 * answers, label) == pytest.approx(3, rel=0.1)
