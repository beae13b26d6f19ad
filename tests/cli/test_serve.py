"""The loop itself: whatever fails in it, the lock is shut and the audit log says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edgevoice.app import Device
from edgevoice.cli.desk import Desk
from edgevoice.cli.display import Lines, Moment
from edgevoice.cli.serve import Service
from edgevoice.errors import AudioError
from edgevoice.hardware import Prompt
from edgevoice.hardware.fake import FakeLock, FakeMicrophone, ManualClock
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.utterance import Utterance
from edgevoice.pipeline import Answer
from tests.house import BLOCK_S, BrokenError, BrokenEvents, Door, Ear, Parts, block, door


class Quiet(Lines):
    """Tells nobody."""

    def __init__(self) -> None:
        super().__init__(Desk(None, None, as_json=True))

    def answered(self, answer: Answer, file: str | None, t_s: float) -> None:
        return None

    def moved(self, event: str, state: str, t_s: float) -> None:
        return None


class BreaksOff(FakeMicrophone):
    """Gives one block, then fails."""

    def blocks(self) -> Iterator[AudioBlock]:
        yield block()
        raise AudioError("the file breaks off")


class CannotClose(FakeMicrophone):
    def close(self) -> None:
        raise BrokenError("the microphone's end")


class NeverTold(Quiet):
    def answered(self, answer: Answer, file: str | None, t_s: float) -> None:
        raise BrokenError("the display")


class NeverMoves(Quiet):
    def moved(self, event: str, state: str, t_s: float) -> None:
        raise BrokenError("the state's line")


class NeverDrawn(Quiet):
    def stands(self, moment: Moment) -> None:
        raise BrokenError("the panel")


def serve(it: Door, display: Lines, microphone: FakeMicrophone) -> None:
    device = Device(it.lock, it.lights, it.kiosk, it.pipeline)
    Service(device, display, lambda _: None).serve(microphone)


FAILURES = {
    "the microphone": (Quiet(), BreaksOff([]), AudioError, "AudioError: the file breaks off"),
    "the microphone's end": (Quiet(), CannotClose([block()]), BrokenError, "the microphone's end"),
    "the lines": (NeverTold(), FakeMicrophone([block()]), BrokenError, "BrokenError: the display"),
    "the line of a movement": (NeverMoves(), FakeMicrophone([block()]), BrokenError, "the state's line"),
    "the panel": (NeverDrawn(), FakeMicrophone([block()]), BrokenError, "BrokenError: the panel"),
}


@pytest.mark.parametrize("stage", FAILURES)
def test_a_failure_around_the_pipeline_ends_shut_with_an_audit_row_that_says_why(tmp_path: Path, stage: str) -> None:
    display, microphone, kind, why = FAILURES[stage]
    with door(tmp_path) as it:
        with pytest.raises(kind):
            serve(it, display, microphone)
        assert it.lock.openings  # it was open when the stage failed
        assert not it.lock.is_open
        assert why in next(event.reason for event in it.audit() if event.kind == "fault")


def test_what_a_prompt_cuts_off_is_judged_at_once_and_not_when_the_device_has_spoken(tmp_path: Path) -> None:
    class Hears(Ear):
        """Somebody, until the sound ends."""

        def hear(self, block: AudioBlock) -> list[Utterance]:
            return []

    class Interrupts(Quiet):
        """Speaks once while somebody does; what the door has done by each block."""

        def __init__(self, clock: ManualClock, sounder: FakeSounder, lock: FakeLock) -> None:
            super().__init__()
            self._clock, self._sounder, self._lock = clock, sounder, lock
            self.seen: list[tuple[bool, int]] = []

        def stands(self, moment: Moment) -> None:
            self.seen.append((self._sounder.busy, self._lock.pulses))
            self._clock.advance(BLOCK_S)
            if len(self.seen) == 1:
                self._sounder.say([Prompt.DOOR_HELD])

    clock = ManualClock()
    sounder = FakeSounder(clock, seconds_each=8 * BLOCK_S)
    with door(tmp_path, Parts(ear=Hears, sounder=lambda _: sounder, clock=clock)) as it:
        display = Interrupts(clock, sounder, it.lock)
        serve(it, display, FakeMicrophone([block(number) for number in range(5)]))
    assert display.seen[:2] == [(False, 0), (True, 1)]


def test_a_relay_that_is_on_by_itself_is_a_fault_until_it_is_off(tmp_path: Path) -> None:
    class Bridged(FakeLock):
        bridged = True

        @property
        def is_open(self) -> bool:
            return self.bridged or super().is_open

    class Mends(Quiet):
        def stands(self, moment: Moment) -> None:
            lost.append(sorted(it.kiosk.machine.lost))
            Bridged.bridged = len(lost) < 3

    class Silent(Ear):
        def hear(self, block: AudioBlock) -> list[Utterance]:
            return []

    lost: list[list[str]] = []
    with door(tmp_path, Parts(lock=Bridged, ear=Silent)) as it:
        serve(it, Mends(), FakeMicrophone([block(number) for number in range(4)]))
        assert lost[:4] == [["relay"], ["relay"], ["relay"], []]
        assert [event.kind for event in it.audit()] == ["fault", "open"]  # somebody known speaks at the very end
        assert "the relay's pin is on" in it.audit()[0].reason


def test_an_opening_that_could_not_be_written_down_is_told_as_a_refusal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with door(tmp_path, Parts(events=BrokenEvents)) as it:
        serve(it, Lines(Desk(None, None, as_json=True)), FakeMicrophone([block()]))
        assert it.lock.openings == []
    out = capsys.readouterr().out
    assert '"decision": "open"' not in out
    assert '"decision": "refuse", "reason": "BrokenError: the audit log' in out
