"""``edgevoice mood``."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgevoice.recognition.manner import figures
from edgevoice.recognition.prosody import Prosody
from edgevoice.storage.database import Database
from edgevoice.storage.habits import FEWEST, Habits
from edgevoice.storage.secrets import Secrets
from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell

ADA = FOLDER / "ada-unlock-1.opus"
LABELS = {"neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"}
USUAL = Prosody((1800,) * 5, (100,) * 3, (0,) * 5, (0,) * 3, (0,) * 3, 0, 0, 0, 200, 1000, 5, 20, 150)


@pytest.fixture
def without(tmp_path: Path, models: Path) -> Path:
    """Settings with a folder of models in which there is none of mood."""
    folder = tmp_path / "models"
    folder.mkdir()
    for path in models.glob("xvector.*"):
        shutil.copy(path, folder)
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[models]\nfolder = "{folder}"\n')
    return settings


def broken(settings: Path, models: Path, name: str) -> Path:
    """The same with a model of mood beside it, one file of which is another."""
    folder = settings.parent / "models"
    for path in models.glob("emotion.*"):
        shutil.copy(path, folder)
    path = folder / name
    if path.suffix == ".json":
        path.write_text(json.dumps(json.loads(path.read_text()) | {"xvector": "xvector-of-old"}))
    else:
        path.write_bytes(path.read_bytes()[:-9])
    return settings


def test_each_utterance_has_a_mood_and_a_manner(shell: Shell, models: Path) -> None:
    said = shell.json("mood", ADA, FOLDER / "ben-unlock-1.opus")
    assert said.status == 0
    ada, ben = said.records
    for record in (ada, ben):
        mood, prosody = record["mood"], record["prosody"]
        assert isinstance(mood, dict)
        assert isinstance(prosody, dict)
        assert set(mood["probabilities"]) == LABELS
        assert sum(mood["probabilities"].values()) == pytest.approx(1, abs=0.001)
        assert mood["label"] in LABELS | {"unsure"}
        assert all(-1 <= float(str(record[axis])) <= 1 for axis in ("arousal", "valence"))
        assert prosody["pitch_hz"] > 70
        assert record["speaker"] is None
    assert str(ADA) == ada["file"]


def test_a_person_of_the_house_is_compared_with_how_she_usually_sounds(household: Shell) -> None:
    with Database.open(household.data) as database:
        habits = Habits(database, Secrets(household.data / "key", database))
        for _ in range(FEWEST):
            habits.note("Ada", figures(USUAL))
    said = household("mood", ADA)
    assert "above Ada's usual" in said.out or "below Ada's usual" in said.out
    (record,) = household.json("mood", ADA).records
    assert record["speaker"] == "Ada"
    assert record["usual"] == pytest.approx({**figures(USUAL), "utterances": 3})


def test_a_file_without_a_voice_is_told_and_the_answer_is_no(shell: Shell, models: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(-900, 900, 32_000).astype(np.int16)
    soundfile.write(tmp_path / "noise.wav", noise, 16_000)
    said = shell.json("mood", tmp_path / "noise.wav")
    assert said.status == 3
    assert said.records[0]["mood"] is None


def test_a_device_without_the_model_says_so_and_serves(shell: Shell, without: Path) -> None:
    said = shell("--config", without, "mood", ADA)
    assert said.status == 1
    assert "mood: not installed" in said.err
    checked = shell.json("--config", without, "check").records
    (line,) = [record for record in checked if record["check"] == "mood"]
    assert line["ok"] is True
    assert "not installed" in str(line["found"])
    assert shell.json("--config", without, "identify", ADA).records[0]["mood"] is None


@pytest.mark.parametrize(
    ("name", "told"), [("emotion.tflite", "not the model that"), ("emotion.json", "xvector-of-old")]
)
def test_a_damaged_or_foreign_model_is_refused_by_name_and_stops_nothing_else(
    shell: Shell, without: Path, models: Path, name: str, told: str
) -> None:
    settings = broken(without, models, name)
    said = shell("--config", settings, "mood", ADA)
    assert said.status == 1
    assert told in said.err
    assert "emotion.tflite" in said.err
    (line,) = [r for r in shell.json("--config", settings, "check").records if r["check"] == "mood"]
    assert line["ok"] is False
    assert told in str(line["found"])
    judged = shell.json("--config", settings, "identify", ADA)
    assert judged.records[0]["decision"] == "refuse"  # nobody is enrolled, but it was judged
    assert judged.records[0]["mood"] is None


def test_the_mood_of_somebody_known_stands_in_the_decision_and_nobody_elses(household: Shell) -> None:
    (ada,) = household.json("identify", ADA).records
    (stranger,) = household.json("identify", FOLDER / "stranger-1-1.opus").records
    assert isinstance(ada["mood"], dict)
    assert stranger["mood"] is None
