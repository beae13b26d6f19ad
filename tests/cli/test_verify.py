"""``edgevoice verify``."""

from edgevoice.cli.verify import judge
from edgevoice.door.decide import Rules
from edgevoice.recognition.emotion import Mood
from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell
from tests.door.evidence import evidence, score


def test_the_own_voice_is_accepted_under_any_spelling_of_the_name(household: Shell) -> None:
    said = household.json("verify", "ada", FOLDER / "ada-unlock-1.opus")
    assert said.status == 0
    assert [(record["speaker"], record["decision"]) for record in said.records] == [("Ada", "open")]


def test_another_persons_voice_is_refused_with_the_figures_of_the_person_claimed(household: Shell) -> None:
    said = household.json("verify", "Ada", FOLDER / "ben-unlock-1.opus")
    assert said.status == 3
    assert {(record["speaker"], record["decision"]) for record in said.records} == {("Ada", "refuse")}


def test_a_refusal_speaks_of_the_person_claimed_and_not_of_the_closest(household: Shell) -> None:
    said = household("verify", "Ben", FOLDER / "ada-unlock-1.opus")
    assert said.status == 3
    assert "refuse: as Ben: scored -" in said.out
    assert "closest" not in said.out


def test_a_near_miss_by_somebody_upset_is_told_in_the_same_words() -> None:
    upset = Mood("angry", {"angry": 0.9, "neutral": 0.1})
    near = judge(evidence(score("Ada", 2.0), mood=upset), "Ada", Rules())
    assert near.reason == "as Ada: scored 2.0, needs 3.1, and sounds angry: say it again"


def test_a_name_that_nobody_has_is_an_error(household: Shell) -> None:
    said = household("verify", "Eve", FOLDER / "ada-unlock-1.opus")
    assert said.status == 1
    assert "nobody is enrolled as 'Eve'; enrolled: Ada, Ben" in said.err


def test_who_passes_the_threshold_but_is_closer_to_another_is_refused() -> None:
    both = evidence(score("Ada", 4.0), score("Bo", 9.0))
    assert judge(both, "Bo", Rules()).opens
    refused = judge(both, "Ada", Rules())
    assert not refused.opens
    assert refused.speaker == "Ada"
    assert refused.reason == "closer to Bo than to Ada"


def test_who_is_no_clear_winner_is_refused() -> None:
    close = evidence(score("Ada", 4.2), score("Bo", 4.0))
    assert not judge(close, "Ada", Rules()).opens
    assert not judge(close, "Bo", Rules()).opens
