"""Sound files and the library of known sounds."""

import logging
from collections.abc import Sequence
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np

from edgevoice.errors import RecordingError
from edgevoice.hardware.sound_file import pieces
from edgevoice.listening.capture import SAMPLES_PER_BLOCK
from edgevoice.listening.spectrum import BINS, Spectrum
from edgevoice.listening.window import HOP, Windows
from edgevoice.recognition.constellation import Constellation, Peaks
from edgevoice.recognition.landmarks import LANDMARKS, Landmarks, of_peaks
from edgevoice.recognition.recordings import Library
from edgevoice.recognition.shelf import Recording
from edgevoice.recognition.tones import LONGEST, Tonal, beeps, pack_beeps, unpack_beeps
from edgevoice.storage.recordings import KnownSound

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


def rhythm(path: Path) -> bytes:
    """The beeps of the first half minute of a file, packed; none where it is not of a few tones; AudioError."""
    start = list(islice(pieces(path), LONGEST * HOP // SAMPLES_PER_BLOCK))
    return pack_beeps(beeps(_spectrum()(Windows().cut(np.concatenate(start)))))


def tones(known: Sequence[KnownSound]) -> list[Tonal]:
    """The sounds that can be told by their beeps; a warning tells of damaged ones, which are left out."""
    fitting = [each for each in known if each.sound.landmarks == LANDMARKS and each.sound.beeps]
    found = []
    for each in fitting:
        try:
            found.append(Tonal(each.name, unpack_beeps(each.sound.beeps, each.sound.frames), each.sound.frames))
        except RecordingError as error:
            told = "the tones of %s are damaged (%s) and not listened for: remove the sound, add it again"
            _log.warning(told, each.name, error)
    return found


def library(known: Sequence[KnownSound]) -> Library:
    """All sounds that can be compared with what is heard; a warning tells of those that an older version made."""
    old = [each.name for each in known if each.sound.landmarks != LANDMARKS]
    if old:
        _log.warning("%s must be added again: stored by another version of edgevoice", ", ".join(dict.fromkeys(old)))
    fitting = [each for each in known if each.sound.landmarks == LANDMARKS]
    return Library(Recording(each.name, each.sound.peaks, each.sound.frames) for each in fitting)
