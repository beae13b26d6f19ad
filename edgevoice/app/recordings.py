"""Sound files and the library of known sounds."""

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from edgevoice.hardware.sound_file import pieces
from edgevoice.listening.spectrum import BINS, Spectrum
from edgevoice.listening.window import Windows
from edgevoice.recognition.constellation import Constellation, Peaks
from edgevoice.recognition.landmarks import LANDMARKS, Landmarks, of_peaks
from edgevoice.recognition.recordings import Library, Recording
from edgevoice.storage.hashes import KnownSound

_log = logging.getLogger(__name__)
_spectrum = cache(Spectrum)


def fingerprint(path: Path) -> Landmarks:
    """The landmarks of a whole file, which is read piece by piece; AudioError."""
    windows, constellation = Windows(), Constellation()
    found, length = [], 0
    for samples in pieces(path):
        spectrum = _spectrum()(windows.cut(samples))
        length += len(spectrum)
        found.append(constellation.follow(spectrum))
    found.append(constellation.follow(np.zeros((0, BINS), dtype=np.int64), last=True))
    return of_peaks(Peaks.join(found), length)


def library(known: Sequence[KnownSound]) -> Library:
    """All sounds that can be compared with what is heard; a warning tells of those that an older version made."""
    old = [each.name for each in known if each.sound.landmarks != LANDMARKS]
    if old:
        _log.warning("%s must be added again: stored by another version of edgevoice", ", ".join(dict.fromkeys(old)))
    fitting = [each for each in known if each.sound.landmarks == LANDMARKS]
    return Library(Recording(each.name, each.sound.peaks, each.sound.frames) for each in fitting)
