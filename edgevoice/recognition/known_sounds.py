"""The frames of the stream -> which known sound is heard now: a doorbell, an alarm, the song next door."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.spectrum import BINS
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.landmarks import Landmarks, landmarks
from edgevoice.recognition.recordings import RecordingMatch

WINDOW = 3 * FRAMES_PER_SECOND
"""Frames that are looked up at once: what has sounded for that long is found within it."""
STEP = FRAMES_PER_SECOND // 2
"""Frames from one lookup to the next."""


class Lookup(Protocol):
    """Recordings to look up: ``recordings.Library``."""

    def __len__(self) -> int: ...
    def lookup(self, landmarks: Landmarks) -> RecordingMatch | None: ...


@dataclass(frozen=True)
class Sounding:
    """A known sound at ``at_s`` of the stream, that was first found at ``since_s``; aligned_hashes: of this lookup;
    first: it was not heard just before, so this is a new occurrence."""

    name: str
    aligned_hashes: int
    since_s: float
    at_s: float
    first: bool


class KnownSounds:
    """Keeps the spectra of the last seconds, and looks them up every half second.

    The outcome does not depend on how the stream is cut into blocks.
    """

    def __init__(self, library: Lookup, again_after_s: float = 10.0) -> None:
        """``again_after_s``: without a match for so long, the same sound counts as a new occurrence."""
        self._library, self._again_after_s = library, again_after_s
        self._recent: Integers = np.zeros((0, BINS), dtype=np.int64)
        self._heard = 0  # frames of the stream
        self._since: dict[str, float] = {}
        self._last: dict[str, float] = {}

    def hear(self, spectrum: Integers) -> list[Sounding]:
        """(n, 257) power of the next frames, Q4 -> what was found in them, usually nothing."""
        found = []
        while len(spectrum):
            some = STEP - self._heard % STEP
            self._recent = np.concatenate([self._recent, spectrum[:some]])[-WINDOW:]
            self._heard += len(spectrum[:some])
            spectrum = spectrum[some:]
            if self._heard % STEP == 0 and len(self._library) and (match := self._lookup()):
                found.append(self._sounding(match))
        return found

    def _lookup(self) -> RecordingMatch | None:
        return self._library.lookup(landmarks(self._recent))

    def _sounding(self, match: RecordingMatch) -> Sounding:
        now = self._heard / FRAMES_PER_SECOND
        last = self._last.get(match.name)
        first = last is None or now - last > self._again_after_s
        if first:
            self._since[match.name] = now
        self._last[match.name] = now
        return Sounding(match.name, match.aligned_hashes, self._since[match.name], now, first)
