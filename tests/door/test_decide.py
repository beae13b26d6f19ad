"""The safety policy: what opens, what does not, and in which words."""

import math
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from edgevoice.door.decide import Cause, Decision, DoorState, Rules, decide
from edgevoice.listening.quality import Quality
from edgevoice.recognition.emotion import Mood
from edgevoice.recognition.recognise import Evidence, Timing
from edgevoice.recognition.recordings import RecordingMatch
from tests.door.evidence import RULES, WELL, evidence, evidences, moods, rules, score, states


def test_an_enrolled_voice_opens_with_its_numbers_as_the_reason() -> None:
    decision = decide(evidence(), WELL, RULES)
    assert (decision.opens, decision.speaker, decision.cause) == (True, "Ada", Cause.MATCH)
    assert decision.reason == "Ada scored 4.2, needs 3.1"
    assert not decision.counts_as_attempt
    assert decision.figures == {
        "threshold": 3.1,
        "net_speech_s": 1.6,
        "snr_db": 20.0,
        "clipped_share": 0.0,
        "llr": 4.2,
        "score": 2.0,
        "second_llr": -2.0,
    }


def test_an_only_person_needs_no_margin() -> None:
    assert decide(evidence(score("Ada", 4.2)), WELL, RULES).opens


@pytest.mark.parametrize(
    ("spoilt", "cause", "reason"),
    [
        (evidence(score("Ada", 2.0), score("Bo", 1.0)), Cause.NO_MATCH, "closest is Ada: scored 2.0, needs 3.1"),
        (evidence(score("Ada", 3.09)), Cause.NO_MATCH, "closest is Ada: scored 3.09, needs 3.10"),
        (
            evidence(score("Ada", 4.2), score("Bo", 3.5)),
            Cause.TOO_CLOSE,
            "Ada is only 0.7 ahead of the next person, needs 1.0",
        ),
        (
            evidence(recording=RecordingMatch("visit 7", 12, 0.4)),
            Cause.RECORDING,
            "this recording was heard before: visit 7, 12 aligned hashes",
        ),
    ],
)
def test_a_voice_that_fails_is_refused_and_counts_as_an_attempt(spoilt: Evidence, cause: Cause, reason: str) -> None:
    decision = decide(spoilt, WELL, RULES)
    assert (decision.opens, decision.cause, decision.reason) == (False, cause, reason)
    assert decision.counts_as_attempt
    assert decision.speaker == "Ada"


@pytest.mark.parametrize(
    ("quality", "cause", "reason"),
    [
        (Quality(0.6, 20.0, 0.0), Cause.TOO_SHORT, "too short: 0.6 s of speech, 1.0 s wanted: say a whole sentence"),
        (Quality(1.6, 5.9, 0.0), Cause.TOO_NOISY, "too noisy: speech 5.9 dB over the noise, 6.0 dB wanted"),
        (Quality(1.6, 20.0, 0.1), Cause.CLIPPED, "too loud: 10.0 % of the sound is clipped, at most 2.0 % allowed"),
    ],
)
def test_a_poor_sound_is_only_asked_for_again(quality: Quality, cause: Cause, reason: str) -> None:
    decision = decide(evidence(quality=quality), WELL, RULES)
    assert (decision.opens, decision.cause, decision.counts_as_attempt) == (False, cause, False)
    assert decision.reason.startswith(reason)


@pytest.mark.parametrize(
    ("state", "cause", "reason"),
    [
        (DoorState(29.6, True), Cause.LOCKED_OUT, "locked out for 30 s more: wait"),
        (DoorState(0.01, True), Cause.LOCKED_OUT, "locked out for 1 s more: wait"),
        (DoorState(0.0, False), Cause.UNHEALTHY, "the device is not healthy"),
    ],
)
def test_the_state_of_the_door_keeps_it_shut_before_anybody(state: DoorState, cause: Cause, reason: str) -> None:
    decision = decide(evidence(), state, RULES)
    assert (decision.opens, decision.cause, decision.counts_as_attempt) == (False, cause, False)
    assert decision.reason.startswith(reason)


def test_with_nobody_enrolled_it_stays_shut_and_nobody_is_at_fault() -> None:
    decision = decide(replace(evidence(), scores=()), WELL, RULES)
    assert (decision.opens, decision.cause, decision.speaker, decision.counts_as_attempt) == (
        False,
        Cause.NOBODY,
        None,
        False,
    )


def test_people_of_another_model_are_told_to_enrol_again_and_not_that_nobody_is_enrolled() -> None:
    few = decide(replace(evidence(), scores=(), outdated=("Ada", "Bo")), WELL, RULES)
    assert (few.opens, few.cause) == (False, Cause.NOBODY)
    assert few.reason.startswith("Ada, Bo must enrol again")
    many = decide(replace(evidence(), scores=(), outdated=tuple("ABCDE")), WELL, RULES)
    assert many.reason.startswith("A, B, C and 2 more must enrol again")
    assert decide(replace(evidence(), outdated=("Cy",)), WELL, RULES).opens  # they keep nobody else out


def test_the_order_of_the_scores_is_not_trusted() -> None:
    decision = decide(evidence(score("Bo", -2.0), score("Cy", 3.9), score("Ada", 4.2)), WELL, RULES)
    assert (decision.opens, decision.cause, decision.speaker) == (False, Cause.TOO_CLOSE, "Ada")


def test_a_second_score_of_the_same_person_is_no_rival() -> None:
    assert decide(evidence(score("Ada", 4.2), score("Ada", 4.1)), WELL, RULES).opens


def test_every_limit_is_inclusive() -> None:
    exact = evidence(score("Ada", 3.0), score("Bo", 2.0), threshold=3.0, quality=Quality(1.0, 6.0, 0.02))
    assert decide(exact, WELL, RULES).opens


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_one_figure_that_is_no_number_keeps_it_shut_wherever_it_stands(bad: float) -> None:
    good = evidence()
    ada, bo = good.scores
    spoilt = [
        replace(good, scores=(replace(ada, llr=bad), bo)),
        replace(good, scores=(ada, replace(bo, llr=bad))),
        replace(good, scores=(replace(ada, cosine=bad), bo)),
        replace(good, scores=(replace(ada, score=bad), bo)),
        replace(good, threshold=bad),
        replace(good, start_s=bad),
        replace(good, end_s=bad),
        replace(good, ms=Timing(1.0, bad, 1.0)),
    ]
    decisions = [decide(one, WELL, RULES) for one in spoilt]
    for name in vars(good.quality):
        decisions.append(decide(replace(good, quality=replace(good.quality, **{name: bad})), WELL, RULES))
    decisions += [decide(good, DoorState(bad, True), RULES)]
    decisions += [decide(good, WELL, replace(RULES, **{name: bad})) for name in RULES.__dataclass_fields__]
    assert {decision.cause for decision in decisions} == {Cause.UNSOUND}
    assert not any(decision.counts_as_attempt for decision in decisions)


@settings(max_examples=400)
@given(heard=evidences, state=states, law=rules)
def test_whatever_is_heard_the_door_opens_if_all_conditions_hold_and_not_otherwise(
    heard: Evidence, state: DoorState, law: Rules
) -> None:
    _holds(heard, state, law)


@settings(max_examples=400)
@given(heard=evidences, spoil=st.data())
def test_good_evidence_spoilt_somewhere_opens_if_all_conditions_hold_and_not_otherwise(
    heard: Evidence, spoil: st.DataObject
) -> None:
    good = evidence()
    names = ("quality", "scores", "threshold", "mood", "recording")
    spoilt = replace(
        good, **{name: getattr(heard, name) for name in spoil.draw(st.sets(st.sampled_from(names), max_size=2))}
    )
    decision = _holds(spoilt, WELL, RULES)
    event(f"opens: {decision.opens}")


def _holds(heard: Evidence, state: DoorState, law: Rules) -> Decision:
    """Decide, and hold the decision against the policy written once more in the plainest way."""
    decision = decide(heard, state, law)
    assert decision.opens == _allowed(heard, state, law)
    if decision.opens:
        assert decision.speaker == max(heard.scores, key=lambda one: one.llr).speaker
    return decision


def _allowed(heard: Evidence, state: DoorState, law: Rules) -> bool:
    agreement = law.min_agreement if heard.agreement is None else heard.agreement
    figures = [heard.threshold, heard.start_s, heard.end_s, state.locked_out_for_s, agreement]
    figures += [value for part in (heard.quality, heard.ms, law, *heard.scores) for value in vars(part).values()]
    if not all(math.isfinite(value) for value in figures if not isinstance(value, str)) or not heard.scores:
        return False
    best = max(heard.scores, key=lambda one: one.llr)
    return (
        best.llr >= heard.threshold
        and all(best.llr - one.llr >= law.margin_llr for one in heard.scores if one.speaker != best.speaker)
        and heard.quality.net_speech_s >= law.min_net_speech_s
        and heard.quality.snr_db >= law.min_snr_db
        and heard.quality.clipped_share <= law.max_clipped_share
        and heard.quality.dropped_share <= law.max_dropped_share
        and heard.quality.offset_share <= law.max_offset_share
        and heard.recording is None
        and agreement >= law.min_agreement
        and state.locked_out_for_s <= 0
        and state.healthy
        and state.pressed
    )


@given(heard=evidences, mood=moods)
def test_mood_neither_opens_nor_blocks_nor_counts(heard: Evidence, mood: Mood | None) -> None:
    for one in (heard, evidence(), evidence(score("Ada", 2.0))):
        with_mood, without = (decide(replace(one, mood=it), WELL, RULES) for it in (mood, None))
        assert (with_mood.opens, with_mood.speaker) == (without.opens, without.speaker)
        assert with_mood.counts_as_attempt == without.counts_as_attempt
        assert with_mood.cause is without.cause or with_mood.cause is Cause.SAY_AGAIN


UPSET = Mood("angry", {"angry": 0.7, "calm": 0.3})


@pytest.mark.parametrize("near_llr", [-1.0, 2.5])
def test_a_near_miss_that_sounds_upset_is_asked_to_say_it_again_and_counts(near_llr: float) -> None:
    decision = decide(evidence(score("Ada", near_llr), near_llr=near_llr, mood=UPSET), WELL, RULES)
    assert decision.cause is Cause.SAY_AGAIN
    assert decision.reason.endswith("and sounds angry: say it again")
    assert not decision.opens
    assert decision.counts_as_attempt


@pytest.mark.parametrize(
    ("llr", "mood", "near_llr"),
    [
        (0.9, UPSET, 1.0),  # not near
        (2.9, Mood("calm", {"calm": 0.9}), 1.0),
        (2.9, Mood("angry", {"angry": 0.4}), 1.0),
        (2.9, Mood("unsure", {"angry": 0.9}), 1.0),
        (2.9, None, 1.0),
        (2.9, UPSET, 3.0),  # as with near_miss_times = 1
        (2.9, UPSET, math.inf),
        (2.9, UPSET, math.nan),
        (math.nan, UPSET, 1.0),
    ],
)
def test_otherwise_a_refusal_stays_a_plain_one(llr: float, mood: Mood | None, near_llr: float) -> None:
    heard = evidence(score("Ada", llr), threshold=3.0, near_llr=near_llr, mood=mood)
    assert decide(heard, WELL, RULES).cause in {Cause.NO_MATCH, Cause.UNSOUND}


def test_mood_is_written_to_the_log() -> None:
    heard = evidence(mood=Mood("angry", {"angry": 0.7, "calm": 0.3}))
    assert decide(heard, WELL, RULES).figures["mood_angry"] == 0.7


def test_a_decision_cannot_contradict_its_cause() -> None:
    with pytest.raises(ValueError, match="opens on a match"):
        Decision(True, "because", "Ada", Cause.NO_MATCH)


def test_nor_can_it_where_python_leaves_asserts_out() -> None:
    contradicts = "from edgevoice.door.decide import Cause, Decision; Decision(True, 'because', 'Ada', Cause.NO_MATCH)"
    ended = subprocess.run([sys.executable, "-O", "-c", contradicts], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "ValueError: a decision opens on a match and on nothing else" in ended.stderr
