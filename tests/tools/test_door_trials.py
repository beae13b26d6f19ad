"""Trials as at the door: who is enrolled from what, and against which recordings."""

import numpy as np

from tools.measure.door_trials import (
    ENROLMENT_UTTERANCES,
    ENROLMENTS_PER_SPEAKER,
    Trials,
    Voice,
    door_trials,
    plain_scorer,
)
from tools.measure.groups import eer_of

CLIPS, CONDITIONS = 5, 2


def voice(number: int) -> Voice:
    """Of five clips, as recorded and in noise: each clip has a direction of its own, in noise the same again."""
    clip = np.repeat(np.arange(CLIPS), CONDITIONS) + number * CLIPS
    vectors = np.eye(4 * CLIPS, dtype=np.float32)[clip]
    under = np.tile(np.arange(CONDITIONS), CLIPS)
    return Voice(vectors, np.tile([3.0, 30.0], (len(clip), 1)), clip, under, np.ones(len(clip), np.bool_))


def trials(people: int = 3) -> Trials:
    scorer = plain_scorer(np.zeros((0, 4 * CLIPS), np.int8), 0)
    return door_trials({f"person {number}": voice(number) for number in range(people)}, scorer)


def test_no_recording_is_tried_against_an_enrolment_that_it_is_in_not_even_in_noise() -> None:
    found = trials()
    assert len(found.target) == 3 * ENROLMENTS_PER_SPEAKER * (CLIPS - ENROLMENT_UTTERANCES) * CONDITIONS
    assert not found.target.any()  # a clip that is enrolled would score 0.58 against itself


def test_everybody_else_is_tried_against_everybody_as_recorded_and_in_noise() -> None:
    found = trials()
    of_each = ENROLMENTS_PER_SPEAKER * 2 * CLIPS * CONDITIONS
    assert len(found.nontarget) == 3 * of_each
    assert np.bincount(found.nontarget_of).tolist() == [of_each] * 3
    assert not (found.nontarget_of == found.nontarget_by).any()
    assert set(found.nontarget_under.tolist()) == {0, 1}


def test_the_interval_of_a_group_is_over_who_is_tried_too() -> None:
    """One wolf is taken for everybody; without him there is no error."""
    people = np.arange(12)
    of, by = (each.ravel() for each in np.meshgrid(people, people))
    of, by = of[of != by], by[of != by]
    target, nothing = np.ones(24), np.zeros((0, 3))
    made = Trials(
        target, np.where(by == 7, 2.0, 0.0), nothing, nothing, np.repeat(people, 2), of, by, np.zeros_like(by)
    )
    rate, (low, high) = eer_of(made)
    assert 0 < low < rate / 4
    assert 3 * rate < high
