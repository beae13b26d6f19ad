"""When the mood is asked, and that a model that breaks takes nothing with it."""

import logging

import pytest

from edgevoice.listening.frames import Frames
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.emotion import Mood
from edgevoice.recognition.mood import MoodSense, When

UTTERANCE = Utterance(Frames.none(), 1.0, 3.0)
CALM = Mood("calm", {"calm": 0.8, "angry": 0.2})


class Hears:
    """Always hears the same; breaks where it is told to."""

    def __init__(self, broken: bool = False) -> None:
        self.broken, self.asked = broken, 0

    def feel(self, frames: Frames) -> Mood:
        self.asked += 1
        if self.broken:
            raise RuntimeError("the interpreter")
        return CALM


@pytest.mark.parametrize(
    ("when", "known", "told"),
    [("off", True, False), ("verified", True, True), ("verified", False, False), ("always", False, True)],
)
def test_the_mood_is_asked_when_the_settings_say_so(when: When, known: bool, told: bool) -> None:
    model = Hears()
    assert MoodSense(model, when).feel(UTTERANCE, known) == (CALM if told else None)
    assert model.asked == told


def test_a_model_that_fails_is_told_once_and_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    model = Hears(broken=True)
    sense = MoodSense(model, "always")
    with caplog.at_level(logging.ERROR):
        assert [sense.feel(UTTERANCE, True) for _ in range(3)] == [None] * 3
    assert model.asked == 1
    assert len(caplog.records) == 1


def test_arousal_and_valence_are_what_is_likelier() -> None:
    mood = Mood("angry", {"angry": 0.5, "happy": 0.2, "calm": 0.1, "neutral": 0.2})
    assert mood.arousal == pytest.approx(0.4)
    assert mood.valence == pytest.approx(-0.2)
