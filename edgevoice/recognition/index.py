"""Hashes of many recordings as sorted integers -> the places where a query may lie."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers
from edgevoice.recognition.landmarks import Hashes, Landmarks

Entries = NDArray[np.uint64]
_TIME_BITS = 32
_TIME = np.uint64((1 << _TIME_BITS) - 1)  # the bits of an entry that are its time
_AT_ONCE = 1 << 14  # entries


class Index:
    """Entries (hash, time), sorted by hash, in a few runs of which each is at least twice as long as the next.

    Times are frames on one line on which every recording has its own stretch; 8 bytes an entry. The runs lie one
    behind the other in one room, where they are joined and sorted: blocks of memory that come and go with every
    recording would leave holes between them that nothing fits into.
    """

    def __init__(self, room: int = 0) -> None:
        """``room``: for so many entries memory is taken now, whether they come or not; more is taken as they come."""
        self.room: Entries = np.full(room, _TIME, dtype=np.uint64)  # written to, or the kernel would give it later
        """The entries, and place for more."""
        self._ends: list[int] = []  # of the runs

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @property
    def _runs(self) -> list[Entries]:
        return [self.room[first:last] for first, last in pairwise([0, *self._ends])]

    def add(self, parts: Iterable[tuple[Hashes, Integers]], most: int) -> None:
        """Parts of (m,) hashes and (m,) times, 0 <= time < 2**32, that are together at most so many entries."""
        first = end = len(self)
        self._make_room(first + most)
        for hashes, times in parts:
            start, end = end, end + len(hashes)
            self.room[start:end] = hashes.astype(np.uint64) << np.uint64(_TIME_BITS) | times.astype(np.uint64)
        begins = [0, *self._ends]
        while len(begins) > 1 and begins[-1] - begins[-2] < 2 * (end - begins[-1]):
            begins.pop()
        self.room[begins[-1] : end].sort()  # in place; a merge would take up to a third of it for a moment
        self._ends = [*begins[1:], end]

    def drop(self, first: int, last: int) -> None:
        """Forget the entries with first <= time < last."""
        filled, ends = 0, []
        for run in self._runs:
            for start in range(0, len(run), _AT_ONCE):
                some = run[start : start + _AT_ONCE]
                times = _times(some)
                kept = some[(times < first) | (times >= last)]
                self.room[filled : filled + len(kept)] = kept
                filled += len(kept)
            ends.append(filled)
        self._ends = ends

    def _make_room(self, wanted: int) -> None:
        if wanted > len(self.room):
            room = np.empty(max(wanted, len(self.room) * 5 // 4), dtype=np.uint64)
            room[: len(self)] = self.room[: len(self)]
            self.room = room

    def align(self, query: Landmarks, most: int) -> tuple[Integers, Integers]:
        """The times at which the query would begin that most of its hashes agree on, best first, at most so many.

        (k,) times, which may be negative, and (k,) hashes that agree within one frame.
        """
        found, counts = np.unique(self.begins(query), return_counts=True)
        next_to = np.diff(found) == 1
        agreeing = counts.copy()
        agreeing[1:] += counts[:-1] * next_to
        agreeing[:-1] += counts[1:] * next_to
        best = np.argsort(-agreeing, kind="stable")[:most]
        return found[best], agreeing[best]

    def begins(self, query: Landmarks) -> Integers:
        """For each entry with a hash of the query, the time at which the query would begin."""
        nothing = np.zeros(0, dtype=np.int64)
        return np.concatenate([nothing, *(self._begins_in(run, query) for run in self._runs)])

    @staticmethod
    def _begins_in(run: Entries, query: Landmarks) -> Integers:
        wanted = query.hashes.astype(np.uint64) << np.uint64(_TIME_BITS)
        first = np.searchsorted(run, wanted)
        counts = np.searchsorted(run, wanted | _TIME, side="right") - first
        ends = np.cumsum(counts)
        places = np.repeat(first - ends + counts, counts) + np.arange(counts.sum())
        return _times(run[places]) - np.repeat(query.frames, counts)


def _times(entries: Entries) -> Integers:
    return (entries & _TIME).astype(np.int64)
