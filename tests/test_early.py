"""What the door does at a short pause: it may open, and a refusal is none until the utterance is whole."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edgevoice.door.states import State
from edgevoice.errors import StorageError
from edgevoice.hardware import Light
from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.utterance import Utterance
from edgevoice.pipeline import Pipeline
from edgevoice.recognition.recognise import Evidence
from tests.house import UTTERANCE, Door, Ear, Parts, Recogniser, block, door

PAUSE = replace(UTTERANCE, final=False)
WHOLE = replace(UTTERANCE, end_s=4.0)
NEXT = replace(UTTERANCE, start_s=6.0, end_s=8.0)
MATCH, STRANGER = 4.2, 0.0


class Says(Ear):
    """Hears these, block by block."""

    def __init__(self, *blocks: list[Utterance]) -> None:
        super().__init__()
        self.blocks: Iterator[list[Utterance]] = iter(blocks)

    def hear(self, block: AudioBlock) -> list[Utterance]:
        return next(self.blocks, [])

    def finish(self) -> list[Utterance]:
        return []


class Hears(Recogniser):
    """Each utterance with its own score."""

    def __init__(self, *scores: float) -> None:
        super().__init__()
        self.scores = list(scores)

    def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
        self.llr = self.scores[len(self.heard)]
        return super().recognise(utterance, front_end_ms)


def kinds(it: Door) -> list[str]:
    return [event.kind for event in it.audit()]


def test_a_known_voice_opens_at_the_short_pause_and_the_rest_of_it_is_not_judged_again(tmp_path: Path) -> None:
    recogniser = Hears(MATCH, STRANGER)
    with door(tmp_path, Parts(ear=Says([PAUSE], [WHOLE], [NEXT]), recogniser=recogniser)) as it:
        (answer,) = it.pipeline.hear(block(0))
        assert answer.outcome.opened
        assert it.pipeline.hear(block(1)) == []
        assert kinds(it) == ["open"]
        assert it.lights.light is Light.OPEN
        (later,) = it.pipeline.hear(block(2))
        assert not later.outcome.opened
    assert [utterance.start_s for utterance in recogniser.heard] == [1.0, 6.0]


def test_whoever_remembers_is_given_the_whole_of_what_opened_early_and_of_nothing_else(tmp_path: Path) -> None:
    told: list[Utterance] = []
    with door(tmp_path) as it:
        ear = Says([PAUSE], [replace(PAUSE, end_s=3.5)], [WHOLE], [NEXT])
        pipeline = Pipeline(lambda: ear, Hears(MATCH, STRANGER), it.kiosk, told.append)
        for number in range(4):
            pipeline.hear(block(number))
    assert [(each.start_s, each.end_s, each.final) for each in told] == [(1.0, 4.0, True)]


def test_what_cannot_be_remembered_to_its_end_shuts_the_door(tmp_path: Path) -> None:
    def full(_: Utterance) -> None:
        raise StorageError("the disk is full")

    with door(tmp_path) as it:
        ear = Says([PAUSE], [WHOLE])
        pipeline = Pipeline(lambda: ear, Hears(MATCH), it.kiosk, full)
        assert pipeline.hear(block(0))[0].outcome.opened
        (answer,) = pipeline.hear(block(1))
        assert "the disk is full" in answer.outcome.faults[0]
        assert not it.lock.is_open


def test_both_in_one_block_open_once(tmp_path: Path) -> None:
    with door(tmp_path, Parts(ear=Says([PAUSE, WHOLE]), recogniser=Hears(MATCH, MATCH))) as it:
        assert len(it.pipeline.hear(block())) == 1
        assert it.lock.openings == [5.0]
        assert kinds(it) == ["open"]


def test_a_refusal_at_the_short_pause_is_none(tmp_path: Path) -> None:
    with door(tmp_path, Parts(ear=Says([PAUSE], [WHOLE]), recogniser=Hears(STRANGER, MATCH))) as it:
        assert it.pipeline.hear(block(0)) == []
        assert kinds(it) == []
        assert it.lights.shown == []
        assert it.kiosk.state is State.BOOTING
        (answer,) = it.pipeline.hear(block(1))
        assert answer.outcome.opened


def test_a_stranger_is_refused_once_however_often_he_pauses(tmp_path: Path) -> None:
    parts = Parts(ear=Says([PAUSE, PAUSE], [PAUSE], [WHOLE]), recogniser=Hears(*[STRANGER] * 4))
    with door(tmp_path, parts) as it:
        assert [len(it.pipeline.hear(block(number))) for number in range(3)] == [0, 0, 1]
        assert kinds(it) == ["refused"]


def test_refusals_at_short_pauses_never_lock_out_and_those_of_whole_utterances_do(tmp_path: Path) -> None:
    pauses, wholes = [[PAUSE]] * 20, [[replace(WHOLE, start_s=float(number))] for number in range(5)]
    with door(tmp_path, Parts(ear=Says(*pauses, *wholes, [PAUSE], [NEXT]), recogniser=Hears(*[0.0] * 25, 9, 9))) as it:
        for number in range(20):
            it.pipeline.hear(block(number))
        assert it.kiosk.look().value == "listening"
        for number in range(20, 25):
            it.pipeline.hear(block(number))
        assert it.pipeline.hear(block(25)) == []  # a voice that would open, during the lockout
        assert it.lock.openings == []
        (told,) = it.pipeline.hear(block(26))
        assert told.decision is not None and "locked out" in told.decision.reason
        assert kinds(it) == ["refused"] * 6


@pytest.mark.parametrize("quality", [{"net_speech_s": 0.9}, {"snr_db": 5.0}, {"clipped_share": 0.03}])
def test_no_bar_is_lower_at_a_short_pause(tmp_path: Path, quality: dict[str, float]) -> None:
    class Poor(Hears):
        def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
            found = super().recognise(utterance, front_end_ms)
            return replace(found, quality=replace(found.quality, **quality))

    with door(tmp_path, Parts(ear=Says([PAUSE]), recogniser=Poor(MATCH))) as it:
        assert it.pipeline.hear(block()) == []
        assert it.lock.openings == []


def test_a_failure_at_a_short_pause_ends_shut_like_any(tmp_path: Path) -> None:
    class Fails(Recogniser):
        def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
            raise ValueError("the model")

    with door(tmp_path, Parts(ear=Says([PAUSE]), recogniser=Fails())) as it:
        it.lock.open_for(5.0)
        (answer,) = it.pipeline.hear(block())
        assert answer.outcome.faults
        assert not it.lock.is_open
        assert it.lights.light is Light.FAULT


def test_after_a_gap_the_same_place_of_another_stream_is_another_utterance(tmp_path: Path) -> None:
    with door(tmp_path, Parts(ear=Says([PAUSE], [PAUSE]), recogniser=Hears(MATCH, MATCH))) as it:
        assert len(it.pipeline.hear(block(0))) == 1
        assert len(it.pipeline.hear(block(100))) == 1
