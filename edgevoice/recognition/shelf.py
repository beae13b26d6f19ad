"""Recordings in a few arrays, one behind the other.

A Python object for each would come and go for years between everything else, and leave holes in memory that nothing
fits into; and a door would need more of it in a month than on its first day.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers

_COLUMNS = 5  # number, start, length, where its name begins in the text, and where its peaks do


@dataclass(frozen=True, slots=True)
class Recording:
    """What a library keeps of one sound: its name, its packed peaks, its length in frames, and the number of the row
    that it is kept in, 0 where there is none."""

    name: str
    peaks: bytes
    length: int
    number: int = 0


class Shelf:
    """Recordings in the order in which they were put there, each with its start on the line of time of a library."""

    def __init__(self, room: int = 0, text: int = 0) -> None:
        """``room``: for so many recordings memory is taken now, and ``text``: for so many bytes of names and peaks;
        more is taken as they come."""
        self._count = self._filled = 0
        self._columns: Integers = np.full((_COLUMNS, room), -1, dtype=np.int64)  # written to, so that it is there
        self._text: NDArray[np.uint8] = np.full(text, -1 & 255, dtype=np.uint8)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: int) -> Recording:
        number, _, length, name, peaks = self._columns[:, place].tolist()
        last = int(self._columns[3, place + 1]) if place + 1 < self._count else self._filled
        return Recording(
            self._text[name:peaks].tobytes().decode(), self._text[peaks:last].tobytes(), int(length), int(number)
        )

    @property
    def numbers(self) -> Integers:
        """(n,) of the rows that they are kept in."""
        return self._columns[0, : self._count]

    @property
    def starts(self) -> Integers:
        """(n,) frames, ascending."""
        return self._columns[1, : self._count]

    def put(self, recording: Recording, start: int) -> None:
        """One more, behind all others."""
        name = recording.name.encode()
        peaks = self._filled + len(name)
        last = peaks + len(recording.peaks)
        self._make_room(last)
        self._columns[:, self._count] = (recording.number, start, recording.length, self._filled, peaks)
        self._text[self._filled : last] = np.frombuffer(name + recording.peaks, dtype=np.uint8)
        self._count, self._filled = self._count + 1, last

    def take(self, place: int) -> None:
        """Away with it; those behind it move up."""
        first = int(self._columns[3, place])
        last = int(self._columns[3, place + 1]) if place + 1 < self._count else self._filled
        self._text[first : self._filled - (last - first)] = self._text[last : self._filled]
        self._columns[:, place : self._count - 1] = self._columns[:, place + 1 : self._count]
        self._columns[3:, place : self._count - 1] -= last - first
        self._count, self._filled = self._count - 1, self._filled - (last - first)

    def _make_room(self, text: int) -> None:
        if self._count == self._columns.shape[1]:
            columns = np.full((_COLUMNS, self._count * 5 // 4 + 1), -1, dtype=np.int64)
            columns[:, : self._count] = self._columns
            self._columns = columns
        if text > len(self._text):
            room = np.zeros(max(text, len(self._text) * 5 // 4), dtype=np.uint8)
            room[: self._filled] = self._text[: self._filled]
            self._text = room
