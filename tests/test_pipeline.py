"""The loop's body: it opens; whatever fails in whatever stage, it ends shut, shows it, writes it down and goes on."""

from pathlib import Path

import pytest

from edgevoice.hardware import Light
from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.recognise import Evidence
from tests.house import (
    BLOCK_S,
    UTTERANCE,
    BrokenEvents,
    BrokenEvidence,
    BrokenGreen,
    BrokenLock,
    BrokenRecogniser,
    BrokenState,
    Ear,
    Parts,
    Recogniser,
    block,
    door,
)

FAILURES = {
    "the ear": (Parts(ear=Ear("hear")), "listening failed: BrokenError: the ear"),
    "recognition": (Parts(recogniser=BrokenRecogniser()), "recognition failed: BrokenError: the model"),
    "the decision": (Parts(recogniser=BrokenEvidence()), "the door failed: TypeError"),
    "the lockout's memory": (Parts(state=BrokenState), "the door failed: BrokenError: the disk"),
    "the audit log": (Parts(events=BrokenEvents), "BrokenError: the audit log"),
    "the relay": (Parts(lock=BrokenLock), "BrokenError: the relay"),
    "the lights": (Parts(lights=BrokenGreen), "BrokenError: the green light"),
}


def test_a_known_voice_opens_and_the_lock_shuts_itself(tmp_path: Path) -> None:
    with door(tmp_path) as it:
        (answer,) = it.pipeline.hear(block())
        assert answer.outcome.opened
        assert it.lock.openings == [5.0]
        assert it.lights.light is Light.OPEN
        assert [event.kind for event in it.audit()] == ["open"]
        it.clock.advance(5.0)
        assert not it.lock.is_open


def test_another_voice_is_refused(tmp_path: Path) -> None:
    with door(tmp_path, Parts(recogniser=Recogniser(llr=3.0))) as it:
        (answer,) = it.pipeline.hear(block())
        assert not answer.outcome.opened
        assert it.lock.openings == []
        assert it.lights.light is Light.REFUSED
        assert [event.kind for event in it.audit()] == ["refused"]


@pytest.mark.parametrize("stage", FAILURES)
def test_a_failure_of_any_stage_ends_shut_with_the_fault_shown_and_an_audit_row_that_says_why(
    tmp_path: Path, stage: str
) -> None:
    parts, why = FAILURES[stage]
    with door(tmp_path, parts) as it:
        (answer,) = it.pipeline.hear(block())
        assert not answer.outcome.opened
        assert not it.lock.is_open
        assert it.lights.light is Light.FAULT
        assert it.kiosk.light is Light.FAULT
        (row,) = [event for event in it.audit() if event.kind == "fault"]
        assert why in row.reason


@pytest.mark.parametrize("stage", FAILURES)
def test_an_open_lock_is_shut_by_the_next_failure(tmp_path: Path, stage: str) -> None:
    parts, _ = FAILURES[stage]
    with door(tmp_path, parts) as it:
        if parts.lock is not BrokenLock:
            it.lock.open_for(5.0)
        it.pipeline.hear(block())
        assert not it.lock.is_open


def test_a_failure_at_the_end_of_the_stream_ends_shut_too(tmp_path: Path) -> None:
    with door(tmp_path, Parts(ear=Ear("finish"))) as it:
        it.pipeline.hear(block())
        assert it.lock.is_open
        (answer,) = it.pipeline.finish()
        assert "the ear's end" in answer.outcome.faults[0]
        assert not it.lock.is_open


def test_after_a_failure_of_the_ear_the_next_block_is_heard_by_a_fresh_one(tmp_path: Path) -> None:
    made: list[Ear] = []

    class FailsOnce(Ear):
        def __init__(self) -> None:
            super().__init__("hear" if not made else "")
            made.append(self)

    with door(tmp_path, Parts(ear=FailsOnce)) as it:
        assert it.pipeline.hear(block(0))[0].outcome.faults
        assert it.pipeline.hear(block(1))[0].outcome.opened
        assert it.pipeline.hear(block(2))[0].outcome.opened
        assert len(made) == 2


def test_an_ear_that_cannot_be_made_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    class Unmade(Ear):
        def __init__(self) -> None:
            raise MemoryError("no room")

    with door(tmp_path, Parts(ear=Unmade)) as it:
        (answer,) = it.pipeline.hear(block())
        assert answer.outcome.faults == ("EdgevoiceError: listening failed: MemoryError: no room",)


def test_one_utterance_that_fails_does_not_silence_the_others(tmp_path: Path) -> None:
    class Two(Ear):
        def hear(self, block: AudioBlock) -> list[Utterance]:
            return [UTTERANCE, UTTERANCE]

    class FailsFirst(Recogniser):
        def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
            found = super().recognise(utterance, front_end_ms)
            if len(self.heard) == 1:
                raise ValueError("the first")
            return found

    with door(tmp_path, Parts(ear=Two, recogniser=FailsFirst())) as it:
        first, second = it.pipeline.hear(block())
        assert first.outcome.faults
        assert second.outcome.opened


def test_a_gap_in_the_stream_ends_what_was_heard_before_it_and_the_times_go_on(tmp_path: Path) -> None:
    recogniser = Recogniser()
    with door(tmp_path, Parts(recogniser=recogniser)) as it:
        assert len(it.pipeline.hear(block(0))) == 1
        assert len(it.pipeline.hear(block(1))) == 1
        assert len(it.pipeline.hear(block(100))) == 2  # what the gap cut off, and what was said after it
    starts = [utterance.start_s for utterance in recogniser.heard]
    assert starts == [1.0, 1.0, 1.0, 1.0 + 100 * BLOCK_S]


def test_the_front_end_is_charged_for_the_length_of_the_utterance(tmp_path: Path) -> None:
    recogniser = Recogniser()
    with door(tmp_path, Parts(recogniser=recogniser)) as it:
        it.pipeline.hear(block())
    assert recogniser.front_end_ms == [pytest.approx(1000 * 0.5 * 2.0 / 3.0)]


def test_five_refusals_lock_everybody_out_even_across_a_restart(tmp_path: Path) -> None:
    with door(tmp_path, Parts(recogniser=Recogniser(llr=0.0))) as it:
        for number in range(5):
            it.pipeline.hear(block(number))
    with door(tmp_path) as it:
        (answer,) = it.pipeline.hear(block())
        assert not answer.outcome.opened
        assert answer.decision is not None and "locked out" in answer.decision.reason
        it.clock.advance(30.0)
        assert it.pipeline.hear(block(1))[0].outcome.opened
