"""A folder with too few people or clips is refused by a line that says what is wanted, not by a traceback."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import SettingsError
from edgevoice.recognition.circumstances import Circumstances
from edgevoice.recognition.embed import XVector
from edgevoice.visit import FOLDER
from tests.sound import clip
from tools import known_sounds, mood_eer, voice_attacks
from tools.ear import two_voices
from tools.hear import front_end
from tools.measure import early_looks
from tools.measure.door_trials import plain_scorer
from tools.mood.clips import Clip
from tools.mood.examples import Examples
from tools.peers.edgevoice import MODEL

pytestmark = pytest.mark.tools
RNG = np.random.default_rng(0)
SCORER = plain_scorer(RNG.integers(-127, 128, (4, 8)).astype(np.int8), 0)


def heard(*speakers: int) -> list[early_looks.Heard]:
    """A clip of one look each."""
    vectors = RNG.standard_normal((len(speakers), 1, 8)).astype(np.float32)
    looks = vectors / np.linalg.norm(vectors, axis=2, keepdims=True)
    final, said = np.array([True]), (Circumstances(2.0, 20.0),)
    return [early_looks.Heard(look, final, said, speaker) for look, speaker in zip(looks, speakers, strict=True)]


def test_a_stranger_at_an_early_look_wants_two_people_who_can_be_enrolled() -> None:
    with pytest.raises(SettingsError, match="1 of 2 people have more than 3 clips"):
        early_looks.trials(heard(0, 0, 0, 0, 1, 1, 1), SCORER)
    found = early_looks.trials(heard(0, 0, 0, 0, 1, 1, 1, 1, 2), SCORER)
    assert len(found) == 2 * 4 * 5  # people, draws, clips but the three enrolled; the third person is none of them
    assert sum(trial.same for trial in found) == 2 * 4


def test_two_voices_want_two_people_who_have_said_enough() -> None:
    frames = front_end(clip("ada-unlock-1.opus"))
    people = [two_voices.Person(RNG.standard_normal(8).astype(np.float32), frames)]
    with pytest.raises(SettingsError, match="1 of 1 people have said 1 s beside their enrolment; wanted two"):
        two_voices.say(XVector(MODEL), people, 1.0, 2, RNG)


def test_moods_want_somebody_who_was_calm_three_times() -> None:
    clips = [Clip(f"{number}.wav", "ada", "calm" if number < 2 else "angry", False) for number in range(5)]
    embedding = np.ones((5, 8), np.float32) / np.sqrt(np.float32(8))
    examples = Examples(embedding, embedding, np.tile(np.float32((3.0, 20.0)), (5, 1)), np.ones(5, np.bool_))
    with pytest.raises(SettingsError, match="none of 1 people has 3 clips labelled neutral or calm"):
        mood_eer.try_all(clips, examples, SCORER)


def test_an_attack_wants_somebody_enrolled() -> None:
    with pytest.raises(SettingsError, match="nobody to attack: none of 0 people"):
        voice_attacks.enrolled({}, SCORER)


def test_music_is_wanted_in_pairs(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="found no sound"):
        known_sounds.music(tmp_path)
    (tmp_path / "music").mkdir()
    shutil.copy(FOLDER / "doorbell.flac", tmp_path / "music")
    with pytest.raises(SettingsError, match="found 1 files; wanted each work twice"):
        known_sounds.music(tmp_path)
