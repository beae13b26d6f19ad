"""Hashes of many recordings as sorted integers -> the places where a query may lie."""

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers
from edgevoice.recognition.landmarks import Hashes, Landmarks

Entries = NDArray[np.uint64]
_TIME_BITS = 32
_TIME = np.uint64((1 << _TIME_BITS) - 1)  # the bits of an entry that are its time


class Index:
    """Entries (hash, time), sorted by hash, in a few runs of which each is at least twice as long as the next.

    Times are frames on one line on which every recording has its own stretch; 8 bytes an entry.
    """

    def __init__(self) -> None:
        self._runs: list[Entries] = []

    def __len__(self) -> int:
        return sum(map(len, self._runs))

    def add(self, hashes: Hashes, times: Integers) -> None:
        """(m,) hashes and (m,) times, 0 <= time < 2**32."""
        run = hashes.astype(np.uint64) << np.uint64(_TIME_BITS) | times.astype(np.uint64)
        run.sort()
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = np.concatenate([self._runs.pop(), run])
            run.sort()
        self._runs.append(run)

    def drop(self, first: int, last: int) -> None:
        """Forget the entries with first <= time < last."""
        for number, run in enumerate(self._runs):
            times = _times(run)
            self._runs[number] = run[(times < first) | (times >= last)]

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
