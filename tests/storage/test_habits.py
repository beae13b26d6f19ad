"""How people usually sound: running means, sealed, gone with the person."""

from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import SpeakerError, StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.habits import FEWEST, LONGEST_MEMORY, Habits
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers


@pytest.fixture
def habits(database: Database, secrets: Secrets, speakers: Speakers) -> Habits:
    for name in ("Ada", "Ben"):
        speakers.add(name, np.ones(4, dtype=np.float32), "xvector-1", 3)
    return Habits(database, secrets)


def test_nothing_is_usual_before_the_third_utterance(habits: Habits) -> None:
    for pitch in (100.0, 110.0):
        habits.note("Ada", {"pitch_hz": pitch})
        assert habits.usual("Ada") is None
    habits.note("ada", {"pitch_hz": 120.0})
    usual = habits.usual("ADA")
    assert usual is not None
    assert usual.utterances == FEWEST
    assert usual.figures["pitch_hz"] == pytest.approx(110)
    assert habits.usual("Ben") is None


def test_what_is_usual_moves_on_with_the_person(habits: Habits) -> None:
    for pitch in [100.0] * LONGEST_MEMORY + [200.0] * 4 * LONGEST_MEMORY:
        habits.note("Ada", {"pitch_hz": pitch})
    usual = habits.usual("Ada")
    assert usual is not None
    assert 195 < usual.figures["pitch_hz"] < 200


def test_nobody_has_no_habits(habits: Habits) -> None:
    with pytest.raises(SpeakerError, match="nobody is enrolled as 'Eve'"):
        habits.note("Eve", {"pitch_hz": 100.0})


def test_habits_go_with_the_person_and_stay_with_a_new_name(
    habits: Habits, speakers: Speakers, database: Database
) -> None:
    for name in ("Ada", "Ben"):
        for _ in range(FEWEST):
            habits.note(name, {"pitch_hz": 100.0})
    speakers.rename("Ben", "Benedict")
    speakers.remove("Ada")
    assert habits.usual("Benedict") is not None
    assert database.rows("select count(*) from habits") == [(1,)]


def test_habits_are_sealed_for_one_person(habits: Habits, database: Database, folder: Path) -> None:
    for _ in range(FEWEST):
        habits.note("Ada", {"pitch_hz": 123.456})
    assert b"pitch_hz" not in (folder / "edgevoice.sqlite").read_bytes()
    database.rows("update habits set speaker = 2 where speaker = 1")
    with pytest.raises(StorageError, match="does not open"):
        habits.usual("Ben")
