"""What is counted of a judge: frames missed and taken, clips unheard and split, and when the first decision comes."""

import numpy as np
import pytest

from edgevoice.listening.utterance import UtteranceGate, UtteranceSettings
from tools.ear.judges import flagged
from tools.ear.tally import Tally, cut, waited_ms
from tools.ear.truth import LEAD_FRAMES, Flags

pytestmark = pytest.mark.tools
SETTINGS = UtteranceSettings()


def truth(*runs: tuple[int, int]) -> Flags:
    """Speech in these places, counted from the end of the lead."""
    found = np.zeros(LEAD_FRAMES + 400, dtype=np.bool_)
    for first, stop in runs:
        found[LEAD_FRAMES + first : LEAD_FRAMES + stop] = True
    return found


def counted(judged: Flags, true: Flags) -> Tally:
    tally = Tally()
    tally.count(flagged(judged.astype(np.int64)), true, UtteranceGate(SETTINGS, early=True))
    return tally


def test_a_judge_that_is_right_misses_nothing_and_answers_after_the_short_pause() -> None:
    tally = counted(truth((20, 140)), truth((20, 140)))
    assert (tally.missed, tally.taken, tally.spoken, tally.silent) == (0, 0, 120, 280)
    assert (tally.clips, tally.unheard, tally.split, tally.looks) == (1, 0, 0, 1)
    assert (tally.late_ms, tally.final_ms) == ([105.0], [425.0])  # 100 and 400 ms, and the rest of a block


def test_what_is_missed_and_taken_is_counted_in_frames() -> None:
    tally = counted(truth((30, 150)), truth((20, 140)))
    assert (tally.missed, tally.taken) == (10, 10)
    assert tally.late_ms == [265.0]  # 200 ms, and the rest of a block


@pytest.mark.parametrize("place", range(16))
def test_an_answer_comes_with_its_block_and_not_before(place: int) -> None:
    assert 5 <= waited_ms(LEAD_FRAMES, LEAD_FRAMES + place + 1) - 10 * place <= 75


def test_an_answer_that_came_before_the_end_is_at_once_unless_more_was_heard() -> None:
    whisper = truth((20, 140), (155, 160))
    assert counted(truth((20, 140)), whisper).late_ms == [0.0]
    assert counted(truth((20, 140), (156, 160)), whisper).late_ms[0] > 100


def test_a_long_pause_splits_a_clip_and_silence_leaves_it_unheard() -> None:
    assert counted(truth((20, 120), (180, 280)), truth((20, 120), (180, 280))).split == 1
    assert counted(truth(), truth((20, 140))).unheard == 1


def test_the_moment_of_giving_is_that_of_the_frame_that_brings_it() -> None:
    frames = flagged(truth((20, 140)).astype(np.int64))
    early, whole = cut(UtteranceGate(SETTINGS, early=True), frames, LEAD_FRAMES)
    last = LEAD_FRAMES + 139
    assert (early.final, early.after - 1 - last) == (False, SETTINGS.early_pause_ms // 10)
    assert (whole.final, whole.after - 1 - last) == (True, SETTINGS.hangover_ms // 10)
