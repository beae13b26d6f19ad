"""Each fault of a sound is told in plain words with what to do, at the limit and not before."""

import math
from dataclasses import replace

import pytest

from edgevoice.door.decide import Cause, DoorState, decide
from edgevoice.door.enrolment import EnrolmentRules
from edgevoice.door.gates import (
    MIN_AGREEMENT,
    Flaw,
    broken,
    clipped,
    complaints,
    figures,
    too_noisy,
    too_short,
    two_voices,
)
from edgevoice.listening.quality import Quality
from tests.door.evidence import RULES, evidence, score

GOOD = Quality(1.6, 20.0, 0.0)
GATES = (too_short, too_noisy, clipped, broken)


@pytest.mark.parametrize(
    ("fault", "cause", "flaw", "told"),
    [
        ({"net_speech_s": 0.5}, Cause.TOO_SHORT, Flaw.TOO_SHORT, "too short: 0.5 s of speech"),
        ({"snr_db": 3.0, "speech_dbfs": -45.0}, Cause.TOO_NOISY, Flaw.TOO_NOISY, "too noisy: speech 3.0 dB over"),
        ({"snr_db": 3.0, "speech_dbfs": -45.1}, Cause.TOO_NOISY, Flaw.TOO_FAR, "too far away: speech 3.0 dB over"),
        ({"clipped_share": 0.2}, Cause.CLIPPED, Flaw.TOO_LOUD, "too loud: 20.0 % of the sound is clipped"),
        ({"dropped_share": 0.3}, Cause.BROKEN, Flaw.BROKEN, "the sound breaks off: 30.0 % of it is missing"),
        ({"offset_share": 0.5}, Cause.BROKEN, Flaw.BROKEN, "the microphone is off centre: by 50.0 % of full scale"),
    ],
)
def test_a_fault_keeps_the_door_shut_and_is_told(fault: dict[str, float], cause: Cause, flaw: Flaw, told: str) -> None:
    spoilt = replace(GOOD, **fault)
    decision = decide(evidence(quality=spoilt), DoorState(0.0, True), RULES)
    assert (decision.opens, decision.cause, decision.counts_as_attempt) == (False, cause, False)
    assert decision.reason.startswith(told)
    [complaint] = complaints(spoilt, EnrolmentRules())
    assert (complaint.flaw, complaint.told.startswith(told)) == (flaw, True)


def test_every_limit_itself_is_good_enough() -> None:
    exact = Quality(
        net_speech_s=RULES.min_net_speech_s,
        snr_db=RULES.min_snr_db,
        clipped_share=RULES.max_clipped_share,
        offset_share=RULES.max_offset_share,
        dropped_share=RULES.max_dropped_share,
    )
    assert [gate(exact, RULES) for gate in GATES] == [None] * len(GATES)


def test_shares_are_told_in_percent_with_what_is_allowed() -> None:
    assert str(clipped(replace(GOOD, clipped_share=0.2), EnrolmentRules())).startswith(
        "too loud: 20.0 % of the sound is clipped, at most 1.0 % allowed: "
    )
    assert str(broken(replace(GOOD, dropped_share=0.3), EnrolmentRules())).startswith(
        "the sound breaks off: 30.0 % of it is missing, at most 10.0 % allowed: "
    )
    assert str(broken(replace(GOOD, offset_share=0.5), EnrolmentRules())).startswith(
        "the microphone is off centre: by 50.0 % of full scale, at most 30.0 % allowed; "
    )


@pytest.mark.parametrize(
    ("found", "told"), [(0.1, "0.1"), (0.219, "0.219"), (0.219999, "0.219999"), (0.2199999, "0.220000")]
)
def test_two_figures_have_the_decimals_that_tell_them_apart(found: float, told: str) -> None:
    assert figures(found, 0.22)[0] == told


def test_what_may_pass_for_noise_is_told_before_it() -> None:
    every = Quality(1.6, -5.0, 0.2, offset_share=0.5)
    flaws = [complaint.flaw for complaint in complaints(every, RULES)]
    assert flaws == [Flaw.TOO_LOUD, Flaw.BROKEN, Flaw.TOO_NOISY]


def test_no_number_is_never_good() -> None:
    nothing = Quality(*[float("nan")] * 6)
    assert all(gate(nothing, RULES) for gate in GATES)


@pytest.mark.parametrize("figure", ["net_speech_s", "snr_db", "clipped_share", "dropped_share", "offset_share"])
def test_each_figure_alone_is_never_good_where_it_is_no_number(figure: str) -> None:
    assert complaints(GOOD, RULES) == []
    assert len(complaints(replace(GOOD, **{figure: math.nan}), RULES)) == 1


def test_two_people_in_one_utterance_are_refused_and_told_so_and_it_counts_as_an_attempt() -> None:
    decision = decide(evidence(score("Ada", 1.0), agreement=MIN_AGREEMENT - 0.01), DoorState(0.0, True), RULES)
    assert (decision.opens, decision.cause, decision.counts_as_attempt) == (False, Cause.TWO_VOICES, True)
    assert decision.reason == "two people spoke: the two halves agree by 0.21, 0.22 wanted: one at a time"


@pytest.mark.parametrize("agreement", [float("nan"), float("-inf"), -1.0])
def test_a_matching_voice_whose_halves_disagree_opens_nothing_either(agreement: float) -> None:
    assert decide(evidence(), DoorState(0.0, True), RULES).opens
    assert not decide(evidence(agreement=agreement), DoorState(0.0, True), RULES).opens


def test_one_voice_and_one_too_short_to_tell_are_judged_by_their_score() -> None:
    assert [two_voices(agreement, MIN_AGREEMENT) for agreement in (None, MIN_AGREEMENT, 1.0)] == [None] * 3
    refused = decide(evidence(score("Ada", 1.0), agreement=MIN_AGREEMENT), DoorState(0.0, True), RULES)
    assert refused.cause is Cause.NO_MATCH
