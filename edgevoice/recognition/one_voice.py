"""Utterance -> how alike its two halves sound: those of two people who speak one after the other are not."""

import numpy as np

from edgevoice.listening.frames import Frames
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.embed import XVector

SHORTEST_S = 4.0
"""Of speech: shorter halves of one voice, in noise above all, agree as little as those of two (docs/endpointing.md)."""


def halves_agree(xvector: XVector, frames: Frames, shortest_s: float = SHORTEST_S) -> float | None:
    """Cosine of the voices of the first and the second half of the speech, -1..1; None where it is too short."""
    spoken = np.flatnonzero(frames.speech)
    if len(spoken) < shortest_s * FRAMES_PER_SECOND:
        return None
    middle = int(spoken[len(spoken) // 2])
    first, second = (xvector.voice(half.mfcc) for half in (frames[:middle], frames[middle:]))
    return float(first @ second)
