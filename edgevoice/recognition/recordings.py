"""Landmarks -> RecordingMatch | None: whether this very recording is in a library."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.spectrum import BINS
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.constellation import Peaks, pack, unpack
from edgevoice.recognition.index import Index
from edgevoice.recognition.landmarks import Hashes, Landmarks, of_peaks, pairs
from edgevoice.recognition.shelf import Recording, Shelf

KEPT_RANK = 10  # of a recording the peaks are kept with fewer stronger ones around
KEPT_PAIRS = 4  # that each of them begins
LONGEST = 1500  # frames that are looked up at once: an utterance; of more, windows of that length, half overlapping
_NAME, _PEAK = 48, 2  # bytes: a name of an attempt has 40, a packed peak two
CANDIDATES = 16  # places that are looked at closely
# What a kept peak says for a match where the query has it a bin off, a frame off (as when its hops begin elsewhere) or
# exactly, and where it lacks it: about the log2 of how much likelier that is in a repetition than by chance.
BIN_OFF, FRAME_OFF, EXACT, MISSING = 2, 5, 7, -1


@dataclass(frozen=True)
class RecordingMatch:
    """A recording heard before: its name, the number of aligned hashes and where in it the sound begins, in seconds.

    offset_s is negative where the sound begins before the recording does.
    """

    name: str
    aligned_hashes: int
    offset_s: float


@dataclass(frozen=True)
class Place:
    """How well a query fits at one place of one recording.

    number, name: of the recording; offset: frame of it at which the query begins; aligned: hashes that agree; and of
    the stretch that fits best: score; hits: kept peaks that the query has; kept: all of them; span: frames.
    """

    number: int
    name: str
    offset: int
    aligned: int
    score: int
    hits: int
    kept: int
    span: int


@dataclass(frozen=True)
class Threshold:
    """What makes a place a match; docs/recordings.md tells what was measured at these."""

    aligned: int = 5
    score: int = 40
    share: float = 0.3
    span: int = 25

    def passes(self, place: Place) -> bool:
        """Whether all four are reached."""
        return (
            place.aligned >= self.aligned
            and place.score >= self.score
            and place.hits >= self.share * place.kept
            and place.span >= self.span
        )


def keep(name: str, heard: Landmarks) -> Recording:
    """What is kept of a sound: its strongest peaks, two bytes each."""
    return Recording(name, pack(heard.peaks[heard.peaks.ranks < KEPT_RANK]), heard.length)


class Library:
    """Many recordings, looked up at once; adding one is cheap however many there are."""

    def __init__(
        self,
        recordings: Iterable[Recording] = (),
        threshold: Threshold | None = None,
        room: int = 0,
        hashes: int = 0,
    ) -> None:
        """``room``, ``hashes``: for so many recordings with so many hashes in all memory is taken now."""
        self._threshold = threshold or Threshold()
        # Each has its start on the index's line of time, with LONGEST frames of nothing before it.
        self._shelf = Shelf(room, room * _NAME + hashes // KEPT_PAIRS * _PEAK)
        self._end = 0
        self._index = Index(hashes)
        self.add_all(recordings)

    def __len__(self) -> int:
        return len(self._shelf)

    @property
    def hashes(self) -> int:
        """How many it holds."""
        return len(self._index)

    @property
    def numbers(self) -> Integers:
        """(n,) of the rows that the recordings are kept in."""
        return self._shelf.numbers

    def add(self, recording: Recording) -> None:
        """Know one more."""
        self.add_all([recording])

    def add_all(self, recordings: Iterable[Recording]) -> None:
        """Know these too; at once they cost less than one after the other."""
        new = list(recordings)
        peaks = sum(len(recording.peaks) for recording in new) // _PEAK
        self._index.add(map(self._place, new), KEPT_PAIRS * peaks)

    def remove(self, number: int) -> int:
        """Forget every recording of this row; how many there were."""
        places: list[int] = np.flatnonzero(self._shelf.numbers == number).tolist()
        for place in reversed(places):
            start = int(self._shelf.starts[place])
            self._index.drop(start, start + self._shelf[place].length)
            self._shelf.take(place)
        return len(places)

    def lookup(self, heard: Landmarks) -> RecordingMatch | None:
        """The recording that this sound is, or a part of it; None where it is none of them."""
        place = self.best(heard)
        if place is None or not self._threshold.passes(place):
            return None
        return RecordingMatch(place.name, place.aligned, place.offset / FRAMES_PER_SECOND)

    def best(self, heard: Landmarks) -> Place | None:
        """Where the sound fits best, a match before anything else; None where not one hash is known."""
        places = [place for start, window in _windows(heard) for place in self._places(window, start)]
        return max(places, key=lambda at: (self._threshold.passes(at), at.score, at.aligned), default=None)

    def fit(self, number: int, heard: Landmarks, offset: int) -> tuple[int, int, int, int]:
        """Score, hits, kept and span where the sound begins at this frame of a recording."""
        return _fit(unpack(self._shelf[number].peaks), _around(heard), offset)

    def peaks(self, place: Place) -> Peaks:
        """What is kept of the recording of a place."""
        return unpack(self._shelf[place.number].peaks)

    def begins(self, place: Place, heard: Landmarks) -> Integers:
        """(k,) frames of that recording at which the sound would begin, one for each of its hashes that is known."""
        index, recording = Index(), self._shelf[place.number]
        hashes, frames = pairs(unpack(recording.peaks), KEPT_PAIRS)
        index.add([(hashes, frames.astype(np.int64))], len(hashes))
        return index.begins(heard)

    def _place(self, recording: Recording) -> tuple[Hashes, Integers]:
        """Give a recording its stretch of the line of time; its hashes and their times."""
        start = self._end + LONGEST
        self._shelf.put(recording, start)
        self._end = start + recording.length
        hashes, frames = pairs(unpack(recording.peaks), KEPT_PAIRS)
        return hashes, frames.astype(np.int64) + start

    def _places(self, query: Landmarks, start: int) -> list[Place]:
        times, counts = self._index.align(query, CANDIDATES)
        numbers = np.searchsorted(self._shelf.starts, times + LONGEST, side="right") - 1
        grid = _around(query)
        places = []
        for time, count, number in zip(times.tolist(), counts.tolist(), numbers.tolist(), strict=True):
            recording, offset = self._shelf[number], time - int(self._shelf.starts[number])
            peaks = unpack(recording.peaks)
            fits = [(*_fit(peaks, grid, offset + shift), offset + shift) for shift in (0, -1, 1)]
            score, hits, kept, span, begin = max(fits, key=lambda fit: fit[0])
            places.append(Place(number, recording.name, begin - start, count, score, hits, kept, span))
        return places


def _windows(heard: Landmarks) -> list[tuple[int, Landmarks]]:
    """The sound as a whole, or its windows where it is longer than LONGEST, each with the frame that it begins at."""
    if heard.length <= LONGEST:
        return [(0, heard)]
    windows = []
    for start in range(0, heard.length - LONGEST // 2, LONGEST // 2):
        first, last = np.searchsorted(heard.peaks.frames, [start, start + LONGEST])
        inside = heard.peaks[int(first) : int(last)]
        windows.append((start, of_peaks(Peaks(inside.frames - start, inside.bins, inside.ranks), LONGEST)))
    return windows


def _around(query: Landmarks) -> NDArray[np.int8]:
    """(frames + 2, bins + 2), both counted from -1: what a kept peak there says for a match; 0: it is missing."""
    grid = np.zeros((query.length + 2, BINS + 2), dtype=np.int8)
    frames, bins = query.peaks.frames + 1, query.peaks.bins + 1
    for weight, later, higher in ((BIN_OFF, 0, 1), (FRAME_OFF, 1, 0)):
        grid[frames - later, bins - higher] = weight
        grid[frames + later, bins + higher] = weight
    grid[frames, bins] = EXACT
    return grid


def _fit(peaks: Peaks, grid: NDArray[np.int8], offset: int) -> tuple[int, int, int, int]:
    """Score, hits, kept and span of the stretch that fits best where the query begins at frame ``offset``."""
    first, last = np.searchsorted(peaks.frames, [offset, offset + len(grid) - 2])
    frames, bins = peaks.frames[first:last] - offset, peaks.bins[first:last]
    weights = grid[frames + 1, bins + 1].astype(np.int64)
    total: Integers = np.zeros(len(weights) + 1, dtype=np.int64)
    np.cumsum(np.where(weights > 0, weights, MISSING), out=total[1:])
    stop = int(np.argmax(total - np.minimum.accumulate(total)))
    if not stop:
        return 0, 0, 0, 0
    start = int(np.argmin(total[:stop]))
    score, hits = int(total[stop] - total[start]), int((weights[start:stop] > 0).sum())
    return score, hits, stop - start, int(frames[stop - 1] - frames[start]) + 1
