"""What one judge of speech did in one condition, counted against the truth."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK
from edgevoice.listening.frames import Frames
from edgevoice.listening.utterance import Utterance, UtteranceGate
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP, WINDOW
from tools.ear.truth import LEAD_FRAMES, Flags


@dataclass(frozen=True)
class Given:
    """An utterance: frames [first, stop), whether it was final, and after how many frames of the stream it came."""

    first: int
    stop: int
    final: bool
    after: int


@dataclass
class Tally:
    """Frames of speech (spoken) and of those missed, other frames (silent) and of those taken for speech; clips, and
    of those unheard and split; late_ms, final_ms: from the last true frame of speech to the first decision, and to the
    end of the utterance, as a microphone's blocks come, 0 for a decision that came before and after which nothing was
    taken for speech; after_ms: as late_ms, but of decisions after that frame alone, whatever came before; looks: at
    short pauses."""

    missed: int = 0
    spoken: int = 0
    taken: int = 0
    silent: int = 0
    unheard: int = 0
    clips: int = 0
    split: int = 0
    looks: int = 0
    late_ms: list[float] = field(default_factory=list)
    after_ms: list[float] = field(default_factory=list)
    final_ms: list[float] = field(default_factory=list)

    def count(self, frames: Frames, truth: Flags, gate: UtteranceGate) -> None:
        """Add one mixture."""
        judged, after = frames.speech[LEAD_FRAMES:] == 1, truth[LEAD_FRAMES:]
        self.missed += int((~judged & after).sum())
        self.spoken += int(after.sum())
        self.taken += int((judged & ~after).sum())
        self.silent += int((~after).sum())
        last = int(np.flatnonzero(truth)[-1])
        held = [given for given in cut(gate, frames, LEAD_FRAMES) if truth[given.first : given.stop].any()]
        finals = sum(given.final for given in held)
        self.clips += 1
        self.unheard += not finals
        self.split += finals > 1
        self.looks += len(held) - finals
        self.late_ms += _waits(held, frames, last)
        self.after_ms += [waited_ms(last, given.after) for given in held if given.after > last + 1][:1]
        self.final_ms += _waits([given for given in held if given.final], frames, last)


def _waits(held: Sequence[Given], frames: Frames, last: int) -> list[float]:
    """How long after the last frame of speech the first of these came, none where none came."""
    before = [given for given in held if given.after <= last + 1]
    if before and not frames.speech[before[-1].after : last + 1].any():  # nothing else was heard: it was the answer
        return [0.0]
    return [waited_ms(last, given.after) for given in held if given.after > last + 1][:1]


def waited_ms(last: int, after: int) -> float:
    """From the end of frame ``last`` to the end of the microphone's block that brings the first ``after`` frames."""
    spoken, heard = HOP * last + WINDOW, HOP * (after - 1) + WINDOW
    return 1000 * (-(-heard // SAMPLES_PER_BLOCK) * SAMPLES_PER_BLOCK - spoken) / SAMPLE_RATE


def cut(gate: UtteranceGate, frames: Frames, patient_until: int) -> list[Given]:
    """Run a gate; from ``patient_until`` on frame by frame, so that the moment of giving is exact."""
    found = _given(gate.gather(frames[:patient_until]), patient_until)
    for place in range(patient_until, len(frames)):
        found += _given(gate.gather(frames[place : place + 1]), place + 1)
    return found + _given(gate.finish(), len(frames))


def _given(utterances: list[Utterance], after: int) -> list[Given]:
    def place(seconds: float) -> int:
        return round(seconds * FRAMES_PER_SECOND)

    return [Given(place(each.start_s), place(each.end_s), each.final, after) for each in utterances]
