"""What the rules are told of an utterance, by the shipped model."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.listen import Listen
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.recognise import EARLY_LLR, Recogniser
from tests.sound import clip


@pytest.fixture(scope="module")
def heard() -> Utterance:
    ear = Listen()
    said = [*ear.hear(AudioBlock(clip("ada-unlock-1.opus"), 0)), *ear.finish()]
    return said[0]


def test_a_look_before_the_end_asks_for_more_and_hears_the_same(model_path: Path, heard: Utterance) -> None:
    recogniser = Recogniser(model_path, lambda model: [], 0.001)
    whole, early = (recogniser.recognise(replace(heard, final=final)) for final in (True, False))
    assert whole.threshold == recogniser.threshold(0)
    assert early.threshold == whole.threshold + EARLY_LLR
    assert early.scores == whole.scores


def test_an_early_look_is_four_times_as_sure() -> None:
    assert math.exp(EARLY_LLR) == pytest.approx(4)
