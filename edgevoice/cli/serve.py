"""The loop that runs the door: one block after the other, and what is told of it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from edgevoice.app import Device
from edgevoice.app.reserves import give_back
from edgevoice.cli.display import Display, Moment
from edgevoice.hardware import Microphone
from edgevoice.listening.capture import SAMPLE_RATE, AudioBlock
from edgevoice.pipeline import Answer

FileAt = Callable[[float], str | None]
"""Seconds of the stream -> the file that was heard then; None where a microphone listens."""


class StreamClock:
    """Time as the stream of sound tells it: files keep it, however fast they are played."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Service:
    """One door, one display."""

    def __init__(self, device: Device, display: Display, file_at: FileAt, clock: StreamClock | None = None) -> None:
        """``clock``: of a stream that is not heard in its own time, to be set as it goes."""
        self._device, self._display, self._file_at, self._clock = device, display, file_at, clock
        self._was_open = self._answered = False
        self._was = self._counted = self._failed = self._status = ""
        self._t_s = 0.0
        self.serving = False
        """Whether the loop is running."""

    @property
    def only_faults(self) -> str:
        """The last fault where somebody was heard and every answer was one, else nothing."""
        return "" if self._answered else self._failed

    def serve(self, microphone: Microphone) -> None:
        """Until the microphone ends; then the lock is shut. Whatever fails is written down before it is raised."""
        self.serving = True
        try:
            self._hear_all(microphone)
        except Exception as error:  # whatever a driver, a file or the display raises
            self._device.kiosk.fault(error)
            raise

    def _hear_all(self, microphone: Microphone) -> None:
        try:
            for block in microphone.blocks():
                self._t_s = (block.start_sample + len(block.samples)) / SAMPLE_RATE
                if self._clock is not None:
                    self._clock.now = self._t_s
                # Not while the device itself speaks: it would take its own voice for somebody's.
                talks = self._device.kiosk.talks()
                answers = self._device.pipeline.finish() if talks else self._hear(block)
                self._tell(answers)
                if answers:
                    give_back()
                if not microphone.healthy:  # muted or away: a restart changes nothing
                    self._device.watchdog.waiting()
                elif len(block.samples) > 0 and not talks and not any(answer.outcome.faults for answer in answers):
                    self._device.watchdog.alive()
            self._tell(self._device.pipeline.finish())
        finally:
            self.serving = False
            self._device.lock.shut()  # first: what comes after it may fail
            self._device.watchdog.stopping()
            self._device.kiosk.stop()
            microphone.close()
            self._look()

    def _hear(self, block: AudioBlock) -> list[Answer]:
        answers = self._device.pipeline.hear(block)
        if self._device.sounds is not None:
            for sounding in self._device.sounds.hear(self._device.pipeline.frames):
                self._display.moved("sound", sounding.name, self._t_s)
        return answers

    def _tell(self, answers: list[Answer]) -> None:
        for answer in answers:
            evidence, faults = answer.evidence, "; ".join(answer.outcome.faults)
            self._answered, self._failed = self._answered or not faults, faults or self._failed
            middle_s = (evidence.start_s + evidence.end_s) / 2 if evidence else self._t_s
            self._display.answered(answer, self._file_at(middle_s), self._t_s)
        self._look()

    def _look(self) -> None:
        """Tell what has moved since the last look."""
        kiosk, lock = self._device.kiosk, self._device.lock
        level = self._device.pipeline.level
        kiosk.hears(level.speaking)
        state, is_open = kiosk.look().value, lock.is_open  # raises where nobody guards the relay any more
        kiosk.finds(is_open)
        if is_open != self._was_open:
            self._display.moved("lock", "open" if is_open else "locked", self._t_s)
        if state != self._was:
            self._display.moved("state", state, self._t_s)
        lost = kiosk.machine.lost
        status = f"{state}, lost: {', '.join(sorted(lost))}" if lost else state
        if status != self._status:
            self._device.watchdog.status(status)
        for prompts in kiosk.take_said():
            self._display.moved("says", " ".join(prompt.value for prompt in prompts), self._t_s)
        if kiosk.counted not in ("", self._counted):
            self._display.moved("asks", kiosk.counted, self._t_s)
        self._was_open, self._was, self._counted, self._status = is_open, state, kiosk.counted, status
        left_s = kiosk.machine.timers.pulse_s if is_open else 0.0
        playing = self._file_at(self._t_s) or ""
        self._display.stands(Moment(self._t_s, state, level, kiosk.light, left_s, playing))


@contextmanager
def ending_by_signal() -> Iterator[None]:
    """SIGTERM and SIGHUP end the loop as Ctrl-C does, so that the lock is shut on the way out."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
