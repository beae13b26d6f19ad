"""Enrolment: which clips are good, whether they agree, and what is told where they do not."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from edgevoice.door.enrolment import Enrolment, EnrolmentRules, refuse_similar
from edgevoice.door.gates import Flaw, complaints
from edgevoice.errors import EnrolmentError
from edgevoice.listening.quality import Quality
from edgevoice.recognition.embed import Embedding, Vector
from tests.door.evidence import score

RULES = EnrolmentRules(
    utterances=3, min_net_speech_s=1.0, min_snr_db=10.0, max_clipped_share=0.01, min_agreement_llr=0.0
)
GOOD = Quality(net_speech_s=1.6, snr_db=20.0, clipped_share=0.0)
SHORT = Quality(net_speech_s=0.6, snr_db=20.0, clipped_share=0.0)


def agreement(vector: Vector, others: Sequence[Vector]) -> float:
    """A stand-in with the sign of a calibrated LLR: cosine against the mean, zero at one half."""
    mean = np.mean(others, axis=0)
    return 10.0 * (float(vector @ mean / np.linalg.norm(mean)) - 0.5)


def said(person: int, take: int, model: str = "xvector-1") -> Embedding:
    """The embedding of one take: near the voice of its person, never twice the same."""
    voice = np.random.default_rng(person).standard_normal(128)
    vector = voice + 0.3 * np.random.default_rng(1_000 * person + take).standard_normal(128)
    return Embedding((vector / np.linalg.norm(vector)).astype(np.float32), model)


def enrolment_of(*clips: tuple[str, Quality, Embedding]) -> Enrolment:
    enrolment = Enrolment(RULES, agreement)
    for clip in clips:
        enrolment.hear(*clip)
    return enrolment


def three_of(person: int) -> list[tuple[str, Quality, Embedding]]:
    return [(f"{take}.wav", GOOD, said(person, take)) for take in (1, 2, 3)]


def test_three_good_clips_make_the_unit_mean_of_their_voice() -> None:
    voiceprint = enrolment_of(*three_of(1)).voiceprint("Ada")
    assert (voiceprint.speaker, voiceprint.model, voiceprint.utterances) == ("Ada", "xvector-1", 3)
    mean = sum(said(1, take).vector.astype(np.float64) for take in (1, 2, 3))
    np.testing.assert_allclose(voiceprint.vector, mean / np.linalg.norm(mean), atol=1e-6)
    assert voiceprint.vector.dtype == np.float32
    assert np.linalg.norm(voiceprint.vector) == pytest.approx(1.0)


def test_a_file_that_is_called_as_the_third_clip_of_another_would_be_counts_too() -> None:
    clips = [(clip, GOOD, said(1, take)) for take, clip in enumerate(["said.wav (3)", "said.wav", "said.wav"])]
    assert enrolment_of(*clips).voiceprint("Ada").utterances == 3


def test_a_loud_embedding_weighs_no_more_than_the_others() -> None:
    loud = Embedding(100 * said(1, 3).vector, "xvector-1")
    found = enrolment_of(*three_of(1)[:2], ("3.wav", GOOD, loud)).voiceprint("Ada")
    np.testing.assert_allclose(found.vector, enrolment_of(*three_of(1)).voiceprint("Ada").vector, atol=1e-6)


def test_progress_counts_good_clips_only_and_says_what_to_do() -> None:
    enrolment = Enrolment(RULES, agreement)
    first = enrolment.hear("sentence 1", GOOD, said(1, 1))
    assert (first.accepted, first.wanted, first.complaints, first.complete) == (1, 3, (), False)
    failed = enrolment.hear("sentence 2", SHORT, said(1, 2))
    assert (failed.accepted, failed.complete) == (1, False)
    assert failed.complaints == ("too short: 0.6 s of speech, 1.0 s wanted: say a whole sentence",)
    enrolment.hear("sentence 2", GOOD, said(1, 2))
    assert enrolment.hear("sentence 3", GOOD, said(1, 3)).complete
    assert enrolment.voiceprint("Ada").utterances == 3


def test_a_clip_is_told_all_its_faults_at_once() -> None:
    assert [complaint.told for complaint in complaints(Quality(0.6, 4.0, 0.25), RULES)] == [
        "too short: 0.6 s of speech, 1.0 s wanted: say a whole sentence",
        "too loud: 25.0 % of the sound is clipped, at most 1.0 % allowed: speak softer, or from further away",
        "too noisy: speech 4.0 dB over the noise, 10.0 dB wanted: come closer, or wait until it is quieter",
    ]
    assert complaints(Quality(1.0, 10.0, 0.01), RULES) == []


def test_a_clip_of_two_voices_is_not_taken_and_told() -> None:
    enrolment = Enrolment(RULES, agreement)
    unlike, alike = (enrolment.hear("clip", GOOD, said(1, 0), agreement=found) for found in (0.1, 0.6))
    assert unlike.complaints == ("two people spoke: the two halves agree by 0.1, 0.2 wanted: one at a time",)
    assert (unlike.accepted, alike.accepted) == (0, 1)
    [of_two] = enrolment.complaints(GOOD, said(1, 1), agreement=0.1)
    assert of_two.flaw is Flaw.OTHER_VOICE
    assert not enrolment.complaints(GOOD, said(1, 1), agreement=0.6)


@pytest.mark.parametrize(
    ("embedding", "quality", "found"),
    [
        (said(1, 3), GOOD, []),
        (said(1, 3), SHORT, [Flaw.TOO_SHORT]),
        (said(1, 1), GOOD, [Flaw.SAME_RECORDING]),
        (said(1, 3, "xvector-2"), GOOD, [Flaw.BROKEN]),
        (Embedding(np.zeros(128, np.float32), "xvector-1"), GOOD, [Flaw.BROKEN]),
    ],
)
def test_what_is_wrong_with_a_clip_beside_the_others_has_a_kind(
    embedding: Embedding, quality: Quality, found: list[Flaw]
) -> None:
    complaints_of = enrolment_of(*three_of(1)[:2]).complaints(quality, embedding)
    assert [complaint.flaw for complaint in complaints_of] == found


def test_an_unusable_embedding_is_the_models_fault_before_it_is_two_peoples() -> None:
    unusable = Embedding(np.zeros(128, np.float32), "xvector-1")
    first, *_ = Enrolment(RULES, agreement).complaints(GOOD, unusable, agreement=0.0)
    assert first.flaw is Flaw.BROKEN


def test_a_clip_of_another_voice_sounds_unlike_those_accepted_and_the_first_like_none() -> None:
    enrolment = enrolment_of(*three_of(1)[:2])
    assert [enrolment.sounds_unlike(said(person, 3)) for person in (1, 2)] == [False, True]
    assert not Enrolment(RULES, agreement).sounds_unlike(said(1, 1))


def test_a_clip_whose_agreement_is_no_number_sounds_unlike_the_others() -> None:
    enrolment = Enrolment(RULES, lambda voice, others: math.nan)
    enrolment.hear("1.wav", GOOD, said(1, 1))
    assert enrolment.sounds_unlike(said(1, 2))


def test_figures_that_are_no_numbers_are_never_good() -> None:
    assert len(complaints(Quality(math.nan, math.nan, math.nan), RULES)) == 3


def test_too_few_good_clips_list_every_failed_one_with_its_cause() -> None:
    enrolment = enrolment_of(("1.wav", GOOD, said(1, 1)), ("2.wav", SHORT, said(1, 2)))
    enrolment.reject("3.wav", "no speech found: speak up")
    with pytest.raises(EnrolmentError) as refused:
        enrolment.voiceprint("Ada")
    assert str(refused.value) == (
        "'Ada' is not enrolled: 1 good clips, 3 wanted: "
        "2.wav: too short: 0.6 s of speech, 1.0 s wanted: say a whole sentence; 3.wav: no speech found: speak up"
    )


def test_nothing_heard_is_no_enrolment() -> None:
    with pytest.raises(EnrolmentError, match=r"0 good clips, 3 wanted$"):
        Enrolment(RULES, agreement).voiceprint("Ada")


def test_a_clip_of_somebody_else_is_found_out_by_name() -> None:
    clips = [(f"{take}.wav", GOOD, said(1, take)) for take in (1, 2, 3, 4)]
    with pytest.raises(EnrolmentError, match="not of one voice") as refused:
        enrolment_of(*clips, ("eve.wav", GOOD, said(2, 1))).voiceprint("Ada")
    assert "eve.wav: sounds unlike the others: scored -" in str(refused.value)
    assert "1.wav" not in str(refused.value)


def test_each_clip_is_held_against_the_others_and_never_against_itself() -> None:
    asked: list[tuple[Vector, Sequence[Vector]]] = []

    def noting(vector: Vector, others: Sequence[Vector]) -> float:
        asked.append((vector, others))
        return 1.0

    enrolment = Enrolment(RULES, noting)
    for clip in three_of(1):
        enrolment.hear(*clip)
    enrolment.voiceprint("Ada")
    assert [len(others) for _, others in asked] == [2, 2, 2]
    assert not any(np.array_equal(vector, other) for vector, others in asked for other in others)


@pytest.mark.parametrize("llr", [-0.1, math.nan, math.inf, -math.inf])
def test_an_agreement_below_the_limit_or_no_number_at_all_is_refused(llr: float) -> None:
    enrolment = Enrolment(RULES, lambda vector, others: llr)
    for clip in three_of(1):
        enrolment.hear(*clip)
    with pytest.raises(EnrolmentError, match="not of one voice"):
        enrolment.voiceprint("Ada")


def test_the_same_recording_twice_counts_once() -> None:
    enrolment = enrolment_of(("1.wav", GOOD, said(1, 1)))
    again = enrolment.hear("copy.wav", GOOD, said(1, 1))
    assert (again.accepted, again.complaints) == (1, ("the same recording as 1.wav: say it once more instead",))


def test_two_good_clips_under_one_name_both_count() -> None:
    assert enrolment_of(*[("said.wav", GOOD, said(1, take)) for take in (1, 2, 3)]).voiceprint("Ada").utterances == 3


def test_clips_of_two_models_are_not_mixed() -> None:
    progress = enrolment_of(("1.wav", GOOD, said(1, 1))).hear("2.wav", GOOD, said(1, 2, "xvector-2"))
    assert progress.accepted == 1
    assert progress.complaints == ("embedded by xvector-2, 1.wav by xvector-1: start again with one model",)


@pytest.mark.parametrize("vector", [np.zeros(128), np.r_[np.nan, np.ones(127)], np.array([]), np.ones((2, 64))])
def test_an_embedding_that_is_none_is_refused(vector: Vector) -> None:
    progress = Enrolment(RULES, agreement).hear("1.wav", GOOD, Embedding(vector.astype(np.float32), "xvector-1"))
    assert progress.complaints == ("the model gave no usable embedding: run `edgevoice check`",)


@pytest.mark.parametrize("llr", [3.1, 5.0, math.nan, math.inf])
def test_a_voice_that_scores_as_somebody_enrolled_is_refused(llr: float) -> None:
    with pytest.raises(EnrolmentError, match=r"'Bo' is not enrolled: the voice scored .* as 'Ada'.*tell the two apart"):
        refuse_similar("Bo", [score("Cy", -3.0), score("Ada", llr)], threshold=3.1)


def test_a_voice_of_its_own_is_welcome() -> None:
    refuse_similar("Bo", [score("Cy", -3.0), score("Ada", 3.0)], threshold=3.1)
    refuse_similar("Bo", [], threshold=3.1)
