"""Who answers a challenge, with what, and what that comes to."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from edgevoice.door.challenge import ChallengeFactor, draw, judge
from edgevoice.door.decide import Cause, Decision, decide
from edgevoice.door.second_factor import POOR
from edgevoice.door.states import Event
from edgevoice.hardware import Prompt
from edgevoice.recognition.recordings import RecordingMatch
from tests.door.evidence import RULES, WELL, evidence, score
from tests.fake_digits import FakeDigits

ADA = Decision(True, "Ada scored 4.2, needs 3.1", "Ada", Cause.MATCH)
MFCC = np.zeros((100, 40), np.int32)


def asked(model: FakeDigits) -> ChallengeFactor:
    factor = ChallengeFactor(model, 3, lambda count: "314"[:count])
    factor.ask("Ada")
    return factor


def test_the_same_person_who_says_the_digits_has_proved_it() -> None:
    assert judge("Ada", ADA, said=True).event is Event.PROVED


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.MATCH])
def test_whatever_speaks_against_the_voice_speaks_against_the_answer(cause: Cause) -> None:
    refused = Decision(False, "no", "Ada", cause)
    assert judge("Ada", refused, said=True).event is (Event.POOR if cause in POOR else Event.DISPROVED)


def test_another_person_of_the_household_cannot_answer() -> None:
    assert judge("Ada", replace(ADA, speaker="Bo"), said=True).event is Event.DISPROVED


def test_other_digits_are_no_answer() -> None:
    assert judge("Ada", ADA, said=False).event is Event.DISPROVED


def test_a_recording_of_the_right_digits_is_refused() -> None:
    heard = evidence(recording=RecordingMatch("attempt 7", 30, 0.0))
    proof = asked(FakeDigits(["314"])).hear(replace(heard, mfcc=MFCC), decide(heard, WELL, RULES))
    assert proof is not None and proof.event is Event.DISPROVED
    assert "recording" in proof.reason


def test_a_stranger_is_refused_before_the_digits_are_looked_at() -> None:
    heard, model = replace(evidence(score("Ada", 0.0)), mfcc=MFCC), FakeDigits(["314"])
    proof = asked(model).hear(heard, decide(heard, WELL, RULES))
    assert proof is not None and proof.event is Event.DISPROVED
    assert model.asked == []


@pytest.mark.parametrize(("said", "event"), [("314", Event.PROVED), ("341", Event.DISPROVED), ("31", Event.DISPROVED)])
def test_the_digits_are_asked_for_aloud_and_must_be_said_in_their_order(said: str, event: Event) -> None:
    factor = ChallengeFactor(FakeDigits([said]), 3, lambda count: "314")
    assert factor.ask("Ada") == (Prompt.ASK_DIGITS, Prompt.DIGIT_3, Prompt.DIGIT_1, Prompt.DIGIT_4)
    heard = replace(evidence(), mfcc=MFCC)
    proof = factor.hear(heard, decide(heard, WELL, RULES))
    assert proof is not None and proof.event is event


def test_sound_without_cepstra_is_no_answer() -> None:
    proof = asked(FakeDigits(["314"])).hear(evidence(), ADA)
    assert proof is not None and proof.event is Event.DISPROVED


def test_once_forgotten_nothing_answers() -> None:
    factor = asked(FakeDigits(["314"]))
    factor.forget()
    assert factor.hear(replace(evidence(), mfcc=MFCC), ADA) is None


def test_every_digit_is_drawn_as_often_as_any_other() -> None:
    counts = Counter("".join(draw(6) for _ in range(2000)))
    assert set(counts) == set("0123456789")
    assert all(1000 < count < 1400 for count in counts.values())  # 1200 expected, five standard deviations are 165
    assert len({draw(6) for _ in range(100)}) > 90
