"""Spectra -> beeps: a sound of a few steady tones, by which lines it has and when each is on; found by that rhythm.

A beep has no landmark that stays, as noise decides where its level is highest. Its line and its times do stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import RecordingError
from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16
from edgevoice.listening.spectrum import BINS
from edgevoice.listening.window import FRAMES_PER_SECOND

LONGEST = 30 * FRAMES_PER_SECOND  # frames of a recording whose beeps are kept
WINDOWS = (150, 300)  # frames that are compared: for a sound that began just now, and for one that lasts
LATER = 50  # frames after the end of a recording at which it may still be found
_LEVEL_BITS = 8  # levels are log2 of power, Q8
_FLOOR = 12 << _LEVEL_BITS  # a level below which there is nothing but rounding
_OVER = 850  # Q8: a line stands 10 dB over the mean level of the bins beside it,
_NEAR, _FAR = 5, 16  # which lie so many bins below and above
_LOWEST = 4  # bin: below 125 Hz is hum
_DECAY = 4 << _LEVEL_BITS  # a tone is on until it is 12 dB below its highest: a bell rings on, a room answers
_LINES = 4  # at most, of one sound
_A_LINE = 10  # a line carries at least a tenth of all energy while it is on,
_TONAL_PERCENT = 60  # and all lines so much: speech in the visit came to 50 at most, alarm and bell to 85 and more
_SHORTEST = 15  # frames of a beep: in speech hardly anything is as steady for longer
_ON = 30  # frames that all beeps compared must last together
_COUNTS = 30  # frames of a beep after which it counts as heard; a shorter one when it is over

Flags = NDArray[np.bool_]
Levels = NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Tonal:
    """A sound by its beeps, ordered by their start; length in frames.

    beeps: (k, 3) the lower of the two bins that the tone lies between, its first frame, its frames.
    """

    name: str
    beeps: Integers
    length: int


def beeps(spectrum: Integers) -> Integers:
    """(n, 257) power, Q4, of a recording -> (k, 3) its beeps; none where it is not of a few tones with a rhythm."""
    levels = lines(spectrum[:LONGEST])
    power = spectrum[: len(levels)]
    strength = np.where(levels > 0, power, 0).sum(axis=0)
    found: list[tuple[int, int, int]] = []
    carried, all_there_is = 0, int(power[:, _LOWEST:].sum())
    for _ in range(_LINES):
        line = int(strength.argmax())
        around = slice(max(line - 2, 0), line + 3)
        beside = power[levels[:, around].max(axis=1) > 0, around].sum(axis=0)
        strength[around] = 0
        line -= int(beside[:2].sum() > beside[-2:].sum())
        runs = _runs(_is_on(_between(levels, [line]))[:, 0])
        carries = sum(int(power[start : start + length, around].sum()) for start, length in runs)
        if _A_LINE * carries >= all_there_is:
            carried += carries
            found += [(start, line, length) for start, length in runs]
    if 100 * carried < _TONAL_PERCENT * all_there_is or len(found) < 2:
        return np.zeros((0, 3), dtype=np.int64)
    return np.array([(line, start, length) for start, line, length in sorted(found)], dtype=np.int64)


def pack_beeps(found: Integers) -> bytes:
    """Beeps as they are stored, six bytes each."""
    return found.astype("<u2").tobytes()


def unpack_beeps(stored: bytes, length: int) -> Integers:
    """What ``pack_beeps`` made of a sound of ``length`` frames; RecordingError where no such sound has these beeps."""
    if len(stored) % 6:
        raise RecordingError(f"{len(stored)} bytes are no beeps, six each")
    found = np.frombuffer(stored, dtype="<u2").astype(np.int64).reshape(-1, 3)
    line, start, lasts = found.T
    if (wrong := (line >= BINS) | (lasts < _SHORTEST) | (start + lasts > min(length, LONGEST))).any():
        line, start, lasts = found[wrong][0].tolist()
        told = f"a beep in bin {line} of {BINS}, from frame {start} on, of {lasts} frames"
        raise RecordingError(f"{told}; possible are {_SHORTEST} frames and more, within the {length} of the sound")
    return found


def lines(spectrum: Integers) -> Levels:
    """(n, 257) power, Q4 -> (n, 257) the level of each cell that stands out of its frame as a line, 0 elsewhere."""
    level = np.maximum(log2_q16(spectrum) >> (LOG2_BITS - _LEVEL_BITS), _FLOOR)
    below, above, count = _surroundings()
    total = np.zeros((len(level), BINS + 1), dtype=np.int64)
    np.cumsum(level, axis=1, out=total[:, 1:])
    beside = total[:, below[1]] - total[:, below[0]] + total[:, above[1]] - total[:, above[0]]
    is_line = (level - _OVER) * count >= beside
    for apart in (1, 2):
        is_line[:, apart:] &= level[:, apart:] >= level[:, :-apart]
        is_line[:, :-apart] &= level[:, :-apart] >= level[:, apart:]
    is_line[:, :_LOWEST] = False
    return np.where(is_line, level, 0).astype(np.int16)


class Tones:
    """Follows a stream, and looks whether its last seconds beep as a known sound does."""

    def __init__(self, sounds: Iterable[Tonal] = (), alike_percent: int = 87) -> None:
        """``alike_percent``: how much of the beeps of both, heard and kept, must coincide."""
        self._sounds = [_Kept(sound) for sound in sounds if len(sound.beeps)]
        self._alike = alike_percent
        self._lines = sorted({line for sound in self._sounds for line in sound.lines})
        self._levels: Levels = np.zeros((0, len(self._lines)), dtype=np.int16)

    def follow(self, spectrum: Integers) -> None:
        """(n, 257) power of the next frames, Q4."""
        if self._sounds:
            levels = _between(lines(spectrum), self._lines)
            self._levels = np.concatenate([self._levels, levels])[-max(WINDOWS) :]

    def look(self) -> tuple[str, int] | None:
        """The name of the sound that the last frames are most alike, and how much, in percent; None: of none."""
        found = [(sound.name, self._percent(sound)) for sound in self._sounds]
        best = max(found, key=lambda each: each[1], default=("", 0))
        return best if best[1] >= self._alike else None

    def _percent(self, sound: "_Kept") -> int:
        columns = [self._lines.index(line) for line in sound.lines]
        heard = _is_on(self._levels[:, columns])
        if int(heard.sum()) < _ON // 2:
            return 0
        return max(sound.alike(heard[-length:]) for length in WINDOWS)


class _Kept:
    """A known sound, ready to be compared: (n, lines) when each line is on."""

    def __init__(self, sound: Tonal) -> None:
        self.name, self.lines = sound.name, sorted({int(line) for line, _, _ in sound.beeps})
        self._is_on = np.zeros((min(sound.length, LONGEST) + LATER, len(self.lines)))
        begins = np.zeros(len(self._is_on), dtype=np.int64)
        for line, start, length in sound.beeps:
            self._is_on[start : start + length, self.lines.index(line)] = 1
            begins[start + min(length, _COUNTS)] += 1
        self._on, self._begun = _totals(self._is_on.sum(axis=1).astype(np.int64)), _totals(begins)

    def alike(self, heard: Flags) -> int:
        """(m, lines) -> at the best place in the sound, twice what is on in both, in percent of what is on in each.

        Only what overlaps is compared; two beeps at least begin in it, and are over or have lasted for _COUNTS frames.
        """
        ahead, ends = len(heard), np.arange(len(self._is_on) + 1)
        both = np.zeros(len(ends))
        for column, kept in zip(heard.T, self._is_on.T, strict=True):
            both += np.correlate(np.concatenate([np.zeros(ahead), kept]), column.astype(np.float64), "valid")
        firsts = np.maximum(ends - ahead, 0)
        on = self._on[ends] - self._on[firsts]
        begun = self._begun[ends] - self._begun[np.minimum(firsts + _COUNTS * (firsts > 0), ends)]
        total = _totals(heard.sum(axis=1).astype(np.int64))
        either = on + total[-1] - total[np.maximum(ahead - ends, 0)]
        fits = (on >= _ON) & (begun >= 2)
        return int((200 * both.astype(np.int64)[fits] // either[fits]).max(initial=0))


def _totals(counts: Integers) -> Integers:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


@cache
def _surroundings() -> tuple[Integers, Integers, Integers]:
    """(2, 257) first and past-the-last bin below each, the same above, and (257,) how many they are together."""
    bins = np.arange(BINS)
    below = np.clip(np.stack([bins - _FAR, bins - _NEAR + 1]), _LOWEST, BINS)
    above = np.clip(np.stack([bins + _NEAR, bins + _FAR + 1]), _LOWEST, BINS)
    return below, above, below[1] - below[0] + above[1] - above[0]


def _between(levels: Levels, which: list[int]) -> Levels:
    """(n, 257) -> (n, lines) the higher of each bin and the next one: a line between them is in either."""
    bins = np.array(which, dtype=np.intp)
    return np.maximum(levels[:, bins], levels[:, np.minimum(bins + 1, BINS - 1)])


def _is_on(levels: Levels) -> Flags:
    """(n, lines) -> whether each line is on: in three of five frames, at most 12 dB below its highest."""
    near = (levels > 0) & (levels.astype(np.int64) >= levels.max(axis=0, initial=0).astype(np.int64) - _DECAY)
    padded = np.pad(near.astype(np.int8), ((2, 2), (0, 0)))
    counts = sum(padded[shift : shift + len(near)] for shift in range(5))
    return np.asarray(counts >= 3)


def _runs(is_on: Flags) -> list[tuple[int, int]]:
    """Start and length of each beep."""
    edges = np.flatnonzero(np.diff(is_on.astype(np.int8), prepend=0, append=0)).reshape(-1, 2).tolist()
    return [(start, stop - start) for start, stop in edges if stop - start >= _SHORTEST]
