"""Listen, recognise, decide, act: from a block of sound to the lock."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from edgevoice.door.act import Outcome
from edgevoice.door.decide import Decision
from edgevoice.errors import EdgevoiceError
from edgevoice.listening.capture import SAMPLE_RATE, AudioBlock
from edgevoice.listening.frames import Frames
from edgevoice.listening.listen import Level
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.recognise import Evidence, Recognises


class Ear(Protocol):
    """What hears one stream: ``listening.listen.Listen``."""

    cpu_seconds: float
    level: Level
    frames: Frames

    def hear(self, block: AudioBlock) -> list[Utterance]: ...
    def finish(self) -> list[Utterance]: ...


class Answers(Protocol):
    """What decides and acts: ``door.kiosk.Kiosk``."""

    def answer(self, evidence: Evidence, final: bool = True) -> tuple[Decision, Outcome] | None: ...
    def fault(self, error: Exception) -> Outcome: ...


@dataclass(frozen=True)
class Answer:
    """What became of one utterance, or of a stage that failed: then evidence or decision are None."""

    evidence: Evidence | None
    decision: Decision | None
    outcome: Outcome


HeardOut = Callable[[Utterance], None]
"""Is given the whole of each utterance that opened before it was final."""
Afterwards = Callable[[Evidence, Decision, bool], None]
"""Evidence, decision and whether the door opened: ``door.aftermath.Aftermath``."""


def forget(_: Utterance) -> None:
    """What is done with it where nobody remembers."""


class Pipeline:
    """The loop's body. Any exception of any stage ends with the door shut, the fault shown and an audit row."""

    def __init__(
        self,
        ear: Callable[[], Ear],
        recogniser: Recognises,
        door: Answers,
        heard_out: HeardOut = forget,
        afterwards: Afterwards | None = None,
    ) -> None:
        """``ear``: makes a fresh one, for the first block, after a gap in the stream and after a failure;
        ``afterwards``: is told what the door has answered, and raises nothing."""
        self._make_ear, self._recogniser, self._door, self._heard_out = ear, recogniser, door, heard_out
        self._afterwards = afterwards
        self._ear: Ear | None = None
        self._begin = self._end = 0  # samples of the stream that the ear has heard
        self._opened_by: float | None = None  # start_s of the utterance that opened before it was final

    @property
    def level(self) -> Level:
        """What a meter shows now."""
        return self._ear.level if self._ear else Level(-100.0, -100.0, False)

    @property
    def frames(self) -> Frames:
        """What the last block came to."""
        return self._ear.frames if self._ear else Frames.none()

    def hear(self, block: AudioBlock) -> list[Answer]:
        """What the utterances that end within this block came to, usually nothing. Never raises an Exception.

        Of one that may still go on only an opening is told, and then no more of it.
        """
        answers = [] if block.start_sample == self._end else self.finish()
        try:
            self._ear = self._ear or self._fresh(block.start_sample)
            utterances = self._ear.hear(block)
        except Exception as error:
            self._ear = None
            return [*answers, self._failed("listening", error)]
        finally:
            self._end = block.start_sample + len(block.samples)
        return answers + self._answers(utterances)

    def finish(self) -> list[Answer]:
        """What the utterance that the end of the stream cuts off came to."""
        ear = self._ear
        try:
            answers = self._answers(ear.finish()) if ear else []
        except Exception as error:
            answers = [self._failed("listening", error)]
        self._ear = None
        return answers

    def _answers(self, utterances: list[Utterance]) -> list[Answer]:
        found = map(self._answer, utterances)
        return [answer for answer in found if answer is not None]

    def _answer(self, heard: Utterance) -> Answer | None:
        """None where this utterance has opened already, or may still go on and does not open yet."""
        evidence = None
        stage = "recognition"
        try:
            utterance = heard.after(self._begin / SAMPLE_RATE)
            if utterance.start_s == self._opened_by:
                if utterance.final:
                    self._heard_out(utterance)
                return None
            evidence = self._recogniser.recognise(utterance, self._front_end_ms(heard))
            stage = "the door"
            answer = self._door.answer(evidence, utterance.final)
        except Exception as error:
            return replace(self._failed(stage, error), evidence=evidence)
        if answer is None:
            return None
        self._opened_by = None if utterance.final else utterance.start_s
        if self._afterwards:
            self._afterwards(evidence, answer[0], answer[1].opened)
        return Answer(evidence, *answer)

    def _failed(self, stage: str, error: Exception) -> Answer:
        told = EdgevoiceError(f"{stage} failed: {type(error).__name__}: {error}")
        told.__cause__ = error
        return Answer(None, None, self._door.fault(told))

    def _fresh(self, start_sample: int) -> Ear:
        self._begin = start_sample
        return self._make_ear()

    def _front_end_ms(self, utterance: Utterance) -> float:
        """CPU time of the front end for as much sound as the utterance is long."""
        heard_s = max((self._end - self._begin) / SAMPLE_RATE, utterance.end_s)
        cpu_s = self._ear.cpu_seconds if self._ear else 0.0
        return 1000 * cpu_s * (utterance.end_s - utterance.start_s) / heard_s
