"""What the rules are told of an utterance, by the shipped model."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from edgevoice.errors import SettingsError
from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.listen import Listen
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.circumstances import Circumstances
from edgevoice.recognition.recognise import EARLY_LLR, Recogniser, Timing
from edgevoice.storage.speakers import Speaker
from edgevoice.storage.voiceprints import Voiceprint
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


def test_the_rate_is_for_the_whole_household_so_each_person_more_raises_what_is_asked(
    model_path: Path, heard: Utterance
) -> None:
    people: list[Voiceprint] = []
    recogniser = Recogniser(model_path, lambda model: people, 0.001)
    embedding, calibration = recogniser.embed(heard), recogniser.scorer.calibration
    for number in range(1, 5):
        people.append(Voiceprint(f"person {number}", embedding.vector, embedding.model, 3))
        assert recogniser.recognise(heard).threshold == calibration.threshold(0.001 / number)


@pytest.mark.parametrize("final", [True, False])
def test_a_near_miss_would_pass_at_a_larger_rate_the_largest_at_most_that_was_measured(
    model_path: Path, heard: Utterance, final: bool
) -> None:
    people: list[Voiceprint] = []
    strict, loose = (Recogniser(model_path, lambda model: people, 0.001, near_times=times) for times in (1.0, 10.0))
    calibration, early = loose.scorer.calibration, 0.0 if final else EARLY_LLR
    embedding = loose.embed(heard)
    for number in range(1, 4):
        people.append(Voiceprint(f"person {number}", embedding.vector, embedding.model, 3))
        near, far = (each.recognise(replace(heard, final=final)) for each in (loose, strict))
        assert near.near_llr == calibration.threshold(0.01 / number) + early < near.threshold
        assert far.near_llr == far.threshold == near.threshold
    rate = calibration.far[0]
    widest = Recogniser(model_path, lambda model: people, rate, near_times=100.0)
    assert widest.near(1) == widest.threshold(1)


def test_what_a_score_means_depends_on_how_much_was_said_and_how_clearly(model_path: Path, heard: Utterance) -> None:
    recogniser = Recogniser(model_path, lambda model: [Voiceprint("Ada", voice.vector, model, 3)], 0.001)
    voice, quality = recogniser.embed(heard), heard.quality
    llrs = []
    for offset_by in ((0.0, 0.0, 0.0), (-1.0, -10.0, -100.0)):
        recogniser.scorer.calibration = replace(recogniser.scorer.calibration, offset_by=offset_by)
        llrs.append(recogniser.recognise(heard).scores[0].llr)
    moved = Circumstances(quality.net_speech_s, quality.snr_db).deviation @ (-1.0, -10.0, -100.0)
    assert llrs[1] - llrs[0] == pytest.approx(moved)
    assert moved != 0


def test_who_cannot_be_compared_is_named(model_path: Path, heard: Utterance) -> None:
    asked: list[str] = []

    def outdated(model: str) -> list[Speaker]:
        asked.append(model)
        return [Speaker("Ada", "xvector-of-old", 3, "2026-01-01T00:00:00Z")]

    recogniser = Recogniser(model_path, lambda model: [], 0.001, outdated)
    assert recogniser.recognise(heard).outdated == ("Ada",)
    assert asked == [recogniser.xvector.manifest.name]


def test_a_rate_that_was_never_measured_is_refused_before_anybody_speaks(model_path: Path) -> None:
    with pytest.raises(SettingsError, match="was never measured"):
        Recogniser(model_path, lambda model: [], 1e-12)


def test_the_time_of_every_part_counts() -> None:
    assert Timing(1.0, 2.0, 4.0, 8.0, 16.0).total == 31.0


def test_an_early_look_is_four_times_as_sure() -> None:
    assert math.exp(EARLY_LLR) == pytest.approx(4)
