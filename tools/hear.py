"""Sound -> what the device hears in it, always from a fresh start: frames, where somebody speaks, power spectra."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.capture import Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.listen import ListeningSettings
from edgevoice.listening.spectrum import Spectrum
from edgevoice.listening.utterance import UtteranceGate
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP, WINDOW, Windows


def front_end(samples: Samples, subtraction: SubtractionSettings | None = None) -> Frames:
    """All frames of a clip, whoever speaks, as the device computes them."""
    settings = ListeningSettings()
    return FrontEnd(subtraction or settings.subtraction, settings.activity)(samples)


def spoken_parts(frames: Frames) -> list[tuple[int, int]]:
    """Frames [first, stop) of each utterance that the device would cut out."""
    gate = UtteranceGate(ListeningSettings().utterance)
    utterances = gate.gather(frames) + gate.finish()
    return [(round(u.start_s * FRAMES_PER_SECOND), round(u.end_s * FRAMES_PER_SECOND)) for u in utterances]


def samples_of(parts: Sequence[tuple[int, int]], samples: Samples) -> Samples:
    """The samples that the windows of some parts, one or more, lie over, one part after the other."""
    return np.concatenate([samples[first * HOP : (stop - 1) * HOP + WINDOW] for first, stop in parts])


def spectra(samples: Samples) -> Integers:
    """(n,) -> (frames, 257) power."""
    return _spectrum()(Windows().cut(samples))


_spectrum = cache(Spectrum)
