"""Power spectra -> constellation: the cells of time and frequency that stand out over all around them, in integers.

The idea is that of A. Wang, "An industrial-strength audio search algorithm" (ISMIR 2003).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16
from edgevoice.listening.spectrum import BINS

LEVEL_BITS = 8  # levels are log2 of power, Q8: below 53 << 8, so int16 holds them
LOWEST_BIN, HIGHEST_BIN = 6, 250  # 190 to 7800 Hz: beyond lie hum, rumble and the edge of the band
REACH = 6  # frames: a peak is the highest within 60 ms before and after it
WIDTH = 9  # bins: and within 280 Hz below and above
RANK_REACH = 25  # frames before and after a peak among whose peaks it is ranked
DENSEST = 40  # peaks that stand at most within the reach of one
_FLOOR = 12 << LEVEL_BITS  # a level below which there is nothing but rounding
_MARGIN = REACH + 1  # frames of spectrum before and after its own that a peak depends on
_AT_ONCE = 100  # frames of a whole sound: what is needed on the way takes 3 MB however long it is, not 25 for 12 s
_ROOM = 256  # peaks: rooms are a multiple of it
_FAR = np.int32(1 << 29)  # a frame that no sound reaches, nor one before 60 days of it

Levels = NDArray[np.int16]
Indices = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Peaks:
    """frames: (p,), ascending; bins: (p,); ranks: (p,) how many peaks around each are stronger, 0 for the strongest."""

    frames: Indices
    bins: Indices
    ranks: Indices

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, part: slice | NDArray[np.bool_]) -> "Peaks":
        return Peaks(self.frames[part], self.bins[part], self.ranks[part])

    @staticmethod
    def join(parts: Sequence["Peaks"]) -> "Peaks":
        """One or more runs of peaks, one after the other."""
        columns = ("frames", "bins", "ranks")
        return Peaks(*(np.concatenate([getattr(part, column) for part in parts]) for column in columns))


class Constellation:
    """Follows a stream of spectra; what it gives does not depend on how the stream is cut into blocks."""

    def __init__(self) -> None:
        self._rows: Integers = np.zeros((_MARGIN, BINS), dtype=np.int64)  # whose neighbours have not all been heard
        self._next = 0  # frame of the stream that is looked at next
        self._found: Indices = np.zeros((3, 0), dtype=np.int32)  # frame, bin, level of maxima that others are ranked by
        self._given = -1  # the last frame whose peaks were given

    def follow(self, spectrum: Integers, last: bool = False) -> Peaks:
        """(n, 257) power of the next frames, Q4 -> the peaks that are certain now, up to 32 frames behind.

        ``last``: the stream ends with these frames, so give all that is left.
        """
        end = [np.zeros((_MARGIN, BINS), dtype=np.int64)] * last
        rows = np.concatenate([self._rows, spectrum, *end])
        count = max(0, len(rows) - 2 * _MARGIN)
        if count:
            new = _maxima(rows)
            new[0] += self._next
            self._found = np.concatenate([self._found, new], axis=1)
        self._rows = rows[count:]
        self._next += count
        return self._rank(self._next if last else self._next - RANK_REACH)

    def _rank(self, until: int) -> Peaks:
        """The peaks before this frame that were not given yet."""
        frames, bins, levels = self._found
        ranks = _ranks(frames, levels)
        certain = (frames > self._given) & (frames < until) & (ranks < DENSEST)
        self._given = max(self._given, until - 1)
        self._found = self._found[:, frames >= until - RANK_REACH]
        return Peaks(frames[certain], bins[certain], ranks[certain])


def constellation(spectrum: Integers) -> Peaks:
    """(n, 257) power, Q4, of a whole sound -> its peaks, sorted by frame, then bin."""
    stars = Constellation()
    parts = [stars.follow(spectrum[start : start + _AT_ONCE]) for start in range(0, len(spectrum), _AT_ONCE)]
    return Peaks.join([*parts, stars.follow(spectrum[:0], last=True)])


def _maxima(spectrum: Integers) -> Indices:
    """(n + 14, 257) -> (3, m): frame (0 is the first but 7), bin and level of each local maximum of the n between.

    Of equal neighbours the first counts.
    """
    smooth = spectrum[:-2] + 2 * spectrum[1:-1] + spectrum[2:]  # so that it matters little where a hop begins
    level = (log2_q16(smooth) >> (LOG2_BITS - LEVEL_BITS)).astype(np.int16)
    beside = np.zeros((len(level), BINS + 2 * WIDTH), dtype=np.int16)
    beside[:, WIDTH:-WIDTH] = level
    highest = _highest_of(beside, WIDTH, 1)
    lower, higher = highest[:, :BINS], highest[:, WIDTH + 1 :]
    rows = _highest_of(np.maximum(np.maximum(lower, higher), level), REACH, 0)
    own, inner = level[REACH:-REACH], slice(REACH, -REACH)
    is_peak = (own > rows[: len(own)]) & (own >= rows[REACH + 1 :]) & (own > lower[inner]) & (own >= higher[inner])
    is_peak &= own >= _FLOOR
    frames, bins = np.nonzero(is_peak[:, LOWEST_BIN : HIGHEST_BIN + 1])
    bins += LOWEST_BIN
    return np.stack([frames, bins, own[frames, bins]]).astype(np.int32)


def _highest_of(values: Levels, length: int, axis: int) -> Levels:
    """The highest of each ``length`` neighbours along an axis, which becomes shorter by ``length`` - 1."""
    width, highest = 1, np.moveaxis(values, axis, 0)
    while width < length:
        step = min(width, length - width)
        highest = np.maximum(highest[:-step], highest[step:])
        width += step
    return np.moveaxis(highest, 0, axis)


def _ranks(frames: Indices, levels: Indices) -> Indices:
    """(p,) -> (p,) how many peaks within RANK_REACH frames are stronger; of equals the later one counts as such."""
    room, at, level = in_room(frames, levels, RANK_REACH)
    ranks = np.zeros(2 * room, dtype=np.int32)
    for apart in range(1, len(frames)):
        near = at[apart : apart + room] - at[:room] <= RANK_REACH
        if not near.any():
            break
        later = level[apart : apart + room] >= level[:room]
        ranks[:room] += near & later
        ranks[apart : apart + room] += near & ~later
    return ranks[: len(frames)]


def in_room(frames: Indices, values: Indices, reach: int) -> tuple[int, Indices, Indices]:
    """(p,) frames, ascending, and (p,) values -> a room of at least p, and both in arrays twice as long as it.

    Behind the last peak stand others, farther than ``reach`` from any and from each other. So peaks are compared with
    those behind them in arrays of few lengths: of every length below 1 kB NumPy keeps up to seven freed blocks for
    ever, in all nearly 4 MB, and utterances have peaks in every number.
    """
    room = -(-max(len(frames), 1) // _ROOM) * _ROOM
    at = _FAR + np.arange(2 * room, dtype=np.int32) * np.int32(reach + 1)
    at[: len(frames)] = frames
    beside = np.zeros(2 * room, dtype=np.int32)
    beside[: len(frames)] = values
    return room, at, beside


_GAP = 255  # frames that a filler stands for


def pack(peaks: Peaks) -> bytes:
    """Peaks as they are stored, two bytes each: frames since the last one (0..254), and the bin.

    Where more than 254 frames lie between two, fillers (255, 0) stand for 255 frames each. Ranks are not stored.
    """
    steps = np.diff(peaks.frames, prepend=0)
    fillers = steps // _GAP
    place = np.cumsum(fillers) + np.arange(len(steps))
    stored = np.full(len(steps) + int(fillers.sum()), _GAP, dtype="<u2")
    stored[place] = steps % _GAP | peaks.bins << 8
    return stored.tobytes()


def unpack(stored: bytes) -> Peaks:
    """What ``pack`` made; every rank is 0. ValueError where the length is odd."""
    cells = np.frombuffer(stored, dtype="<u2").astype(np.int32)
    frames, bins = np.cumsum(cells & 255, dtype=np.int32), cells >> 8
    is_peak = bins > 0
    return Peaks(frames[is_peak], bins[is_peak], np.zeros(int(is_peak.sum()), dtype=np.int32))
