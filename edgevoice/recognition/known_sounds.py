"""The frames of the stream -> which known sound is heard now: a doorbell, an alarm, the song next door."""

import math
from dataclasses import dataclass

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.spectrum import BINS
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.constellation import Constellation, Peaks
from edgevoice.recognition.landmarks import of_peaks
from edgevoice.recognition.recordings import Library, RecordingMatch
from edgevoice.recognition.tones import Tones

WINDOW = 3 * FRAMES_PER_SECOND
"""Frames that are looked up at once: what has sounded for that long is found within it."""
STEP = FRAMES_PER_SECOND // 2
"""Frames from one lookup to the next."""
STRETCH = 24 * 3600 * FRAMES_PER_SECOND
"""Frames after which counting begins anew, once a day, as 32 bits hold those of 248 days; a sound just then is late."""


@dataclass(frozen=True)
class Sounding:
    """A known sound at ``at_s`` of the stream, found again and again since ``since_s``, never WINDOW apart;
    aligned_hashes: of this lookup; first: it was not heard just before, so this is a new occurrence; alike_percent: how
    much its beeps are alike, where it was found by its tones and their rhythm alone, which anybody can whistle; None:
    it is that very recording."""

    name: str
    aligned_hashes: int
    since_s: float
    at_s: float
    first: bool
    alike_percent: int | None = None


class KnownSounds:
    """Keeps the peaks of the last seconds, and looks them up every half second.

    The outcome does not depend on how the stream is cut into blocks.
    """

    def __init__(
        self, library: Library, again_after_s: float = 10.0, tones: Tones | None = None, stretch: int = STRETCH
    ) -> None:
        """``again_after_s``: without a match for so long, the same sound counts as a new occurrence.

        ``tones``: those of the library's sounds that are of steady tones; ``stretch``: a multiple of STEP.
        """
        self._library, self._again_after_s, self._tones = library, again_after_s, tones or Tones()
        self._stretch = stretch
        self._began_s = 0.0  # when the present stretch of the stream began
        self._since: dict[tuple[str, bool], float] = {}  # by name, and whether by its tones alone
        self._last: dict[tuple[str, bool], float] = {}
        self._begin()

    def hear(self, spectrum: Integers) -> list[Sounding]:
        """(n, 257) power of the next frames, Q4 -> what was found in them, usually nothing."""
        found = []
        while len(spectrum) and len(self._library):
            some = STEP - self._heard % STEP
            self._follow(spectrum[:some])
            spectrum = spectrum[some:]
            if self._heard % STEP == 0:
                found += self._look()
            if self._heard == self._stretch:
                self._began_s += self._stretch / FRAMES_PER_SECOND
                self._begin()
        return found

    def _begin(self) -> None:
        self._constellation = Constellation()
        self._peaks = Peaks.join([self._constellation.follow(np.zeros((0, BINS), dtype=np.int64))])
        self._heard = 0  # frames of the stretch

    def _follow(self, spectrum: Integers) -> None:
        self._peaks = Peaks.join([self._peaks, self._constellation.follow(spectrum)])
        self._tones.follow(spectrum)
        self._heard += len(spectrum)
        self._peaks = self._peaks[self._peaks.frames >= self._heard - WINDOW]

    def _look(self) -> list[Sounding]:
        """That very recording, and what beeps alike."""
        match, alike = self._lookup(), self._tones.look()
        found = [self._sounding(match.name, match.aligned_hashes, None)] if match else []
        return found + ([self._sounding(alike[0], 0, alike[1])] if alike else [])

    def _lookup(self) -> RecordingMatch | None:
        first = max(self._heard - WINDOW, 0)
        recent = Peaks(self._peaks.frames - first, self._peaks.bins, self._peaks.ranks)
        return self._library.lookup(of_peaks(recent, self._heard - first))

    def _sounding(self, name: str, aligned_hashes: int, alike_percent: int | None) -> Sounding:
        now, key = self._began_s + self._heard / FRAMES_PER_SECOND, (name, alike_percent is not None)
        if self._silent_s(key, now) > WINDOW / FRAMES_PER_SECOND:
            self._since[key] = now
        first = all(self._silent_s((name, by_tones), now) > self._again_after_s for by_tones in (False, True))
        self._last[key] = now
        return Sounding(name, aligned_hashes, self._since[key], now, first, alike_percent)

    def _silent_s(self, key: tuple[str, bool], now: float) -> float:
        return now - self._last.get(key, -math.inf)
