"""What is written down after the door has answered; whatever fails, nobody is stopped by it."""

import logging
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from edgevoice.door.aftermath import NOTICE, Aftermath, MoodRules, wants_notice
from edgevoice.door.decide import decide
from edgevoice.recognition.emotion import Mood
from edgevoice.recognition.prosody import Prosody
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.habits import FEWEST, Habits
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from tests.door.evidence import RULES, WELL, evidence

MANNER = Prosody((1700,) * 5, (100,) * 3, (0,) * 5, (0,) * 3, (0,) * 3, 0, 0, 0, 200, 1000, 5, 20, 150)
AFRAID = Mood("fearful", {"fearful": 0.8, "calm": 0.2}, MANNER)
HEARD = evidence(mood=AFRAID)
OPENS = decide(HEARD, WELL, RULES)


class House:
    """A house where Ada lives."""

    def __init__(self, folder: Path, rules: MoodRules, hour: int = 23) -> None:
        self.database = Database.open(folder)
        secrets = Secrets(folder / "key", self.database)
        Speakers(self.database, secrets).add("Ada", np.ones(4, dtype=np.float32), "xvector-1", 3)
        self.habits, self.events = Habits(self.database, secrets), Events(self.database)
        self.aftermath = Aftermath(rules, self.habits, self.events, lambda: datetime(2026, 3, 1, hour, 30))

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events.last(10)]


def test_no_notice_is_written_unless_the_owner_asks_for_it(tmp_path: Path) -> None:
    house = House(tmp_path, MoodRules())
    house.aftermath(HEARD, OPENS, True)
    assert house.kinds() == []


def test_a_notice_is_a_row_and_names_who_sounded_how(tmp_path: Path) -> None:
    house = House(tmp_path, MoodRules(notice="fearful"))
    house.aftermath(HEARD, OPENS, True)
    (event,) = house.events.last(10)
    assert (event.kind, event.speaker) == (NOTICE, "Ada")
    assert event.reason == "Ada sounded fearful (80 %); no proof of anything"
    assert event.figures == {"mood_fearful": 0.8}


@pytest.mark.parametrize(
    ("hour", "begin", "end", "wanted"),
    [(23, 22, 6, True), (5, 22, 6, True), (6, 22, 6, False), (12, 22, 6, False), (12, 9, 17, True), (12, 8, 8, True)],
)
def test_notices_keep_to_their_hours(hour: int, begin: int, end: int, wanted: bool) -> None:
    rules = MoodRules(notice="fearful or angry", notice_from_hour=begin, notice_until_hour=end)
    assert wants_notice(AFRAID, rules, hour) is wanted


def test_a_mood_that_is_not_sure_or_not_asked_for_gives_no_notice() -> None:
    rules = MoodRules(notice="angry", notice_from_hour=0, notice_until_hour=0)
    assert not wants_notice(AFRAID, rules, 1)
    assert not wants_notice(Mood("angry", {"angry": 0.59}), rules, 1)
    assert not wants_notice(Mood("unsure", {"angry": 0.9}), rules, 1)


def test_the_manner_of_somebody_let_in_is_remembered_and_of_nobody_else(tmp_path: Path) -> None:
    house = House(tmp_path, MoodRules())
    for _ in range(FEWEST):
        house.aftermath(HEARD, OPENS, False)
    assert house.habits.usual("Ada") is None
    for _ in range(FEWEST):
        house.aftermath(HEARD, OPENS, True)
    usual = house.habits.usual("Ada")
    assert usual is not None
    assert usual.figures["pitch_hz"] == pytest.approx(MANNER.pitch_hz, abs=0.1)


def test_an_owner_may_have_nothing_remembered(tmp_path: Path) -> None:
    house = House(tmp_path, MoodRules(habits=False))
    for _ in range(FEWEST):
        house.aftermath(HEARD, OPENS, True)
    assert house.habits.usual("Ada") is None


def test_a_disk_that_fails_is_told_and_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    house = House(tmp_path, MoodRules(notice="fearful"))
    house.database.close()
    with caplog.at_level(logging.WARNING):
        house.aftermath(HEARD, OPENS, True)
    assert "the mood was not written down" in caplog.text
