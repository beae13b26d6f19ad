"""Utterance -> whether this very recording was heard before, by this door and at any of its enrolments."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.utterance import Utterance
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.landmarks import LANDMARKS, Landmarks, landmarks, stretch
from edgevoice.recognition.recognise import Evidence, Recognises
from edgevoice.recognition.recordings import Library, RecordingMatch, Threshold, keep
from edgevoice.recognition.shelf import Recording
from edgevoice.storage.heard import Heard, Kept

SAME_RECORDING = Threshold()
"""What two sounds must share to be one recording; docs/replay.md tells what that catches, and what it refuses."""
SAME_BUT_CHANGED = Threshold(score=55)
"""The same where the sound is looked up at another speed or pitch: more of it, as there are ten more chances to err."""
STRETCHES = (
    *((1020, 980), (1035, 966), (1050, 952), (980, 1020), (965, 1036), (950, 1053)),  # a tape, too fast or too slow
    *((1040, 1000), (960, 1000), (1000, 971), (1000, 1030)),  # shorter, longer; higher, lower by half a semitone
)
"""Permille of time and of pitch at which a sound that might open is looked up too; each finds what is 1 % beside it."""
_NOTHING_KNOWN = (-1, -1)
_AT_ONCE = 100  # rows of the disk as Python objects
_HASHES = 256  # of an attempt: 250 in the mean of the voices that ship with edgevoice (benchmarks.day)


def find(library: Library, heard: Landmarks, changed: bool = True) -> RecordingMatch | None:
    """The recording in the library that this sound is; ``changed``: look for it at other speeds and pitches too."""
    match = library.lookup(heard)
    if match is not None or not changed:
        return match
    places = (library.best(stretch(heard, *both)) for both in STRETCHES)
    place = next((place for place in places if place is not None and SAME_BUT_CHANGED.passes(place)), None)
    if place is None:
        return None
    return RecordingMatch(place.name, place.aligned, place.offset / FRAMES_PER_SECOND)


class Memory:
    """The fingerprints of what was heard: sealed on the disk, and in a library to be looked up. Never sound."""

    def __init__(self, kept: Heard) -> None:
        """Raises StorageError where they cannot be read."""
        self._kept = kept
        # With room for all that will ever be kept: what a door needs in a year it needs on its first day.
        self._library = Library(threshold=SAME_RECORDING, room=kept.most, hashes=kept.most * _HASHES)
        self._other: set[int] = set()  # rows of another version
        self._stamp = _NOTHING_KNOWN
        self._going_on: tuple[float, int] | None = None  # start_s, row: may be looked at once more
        kept.drop_old()
        self._follow()

    def __len__(self) -> int:
        return len(self._library)

    def lookup(self, heard: Landmarks, start_s: float, changed: bool = True) -> RecordingMatch | None:
        """Whether it was heard before. The looks at one utterance, known by its ``start_s``, never match each other.

        ``changed``: at other speeds and pitches too, which takes eleven times as long.
        """
        if self._going_on and self._going_on[0] != start_s:
            self._settle()
        self._follow()
        return find(self._library, heard, changed)

    def note(self, heard: Landmarks, start_s: float, by: str | None, recognised: bool, final: bool) -> int:
        """Remember an attempt, on the disk when this returns; its number. StorageError.

        ``by``: who the voice is closest to; ``recognised``: whether it might open. Not ``final``: the same utterance
        may go on, and then takes the place of what was noted of it.
        """
        plain = to_bytes(keep("attempt", heard))
        if self._going_on and self._going_on[0] == start_s:
            row = self._going_on[1]
            self._kept.replace(row, plain, by, recognised)
        else:
            (row,) = self._kept.add([plain], "attempt", by, recognised)
        self._going_on = (start_s, row)
        if final:
            self._settle()
        return row

    def _settle(self) -> None:
        """From now on what was going on is one of the past."""
        self._going_on, self._stamp = None, _NOTHING_KNOWN
        self._follow()

    def _follow(self) -> None:
        """Know what the disk knows: another process may have enrolled or removed somebody."""
        stamp = self._kept.stamp()
        if stamp == self._stamp:
            return
        there = self._kept.ids()
        if self._going_on:
            there = there[there != self._going_on[1]]
        for gone in _without(self._library.numbers, there).tolist():
            self._library.remove(gone)
        self._other.intersection_update(there.tolist() if self._other else ())
        new: list[int] = _without(
            _without(there, self._library.numbers), np.array([*self._other], dtype=np.int64)
        ).tolist()
        for start in range(0, len(new), _AT_ONCE):
            self._learn(new[start : start + _AT_ONCE])
        self._stamp = stamp

    def _learn(self, rows: Sequence[int]) -> None:
        found = {kept.id: from_bytes(_name(kept), kept.plain, kept.id) for kept in self._kept.read(rows)}
        self._library.add_all(recording for recording in found.values() if recording is not None)
        self._other |= {row for row, recording in found.items() if recording is None}


def _without(rows: Integers, others: Integers) -> Integers:
    return np.setdiff1d(rows, others, assume_unique=True)  # else it imports numpy.ma, 1 MB, to make them unique


def _name(kept: Kept) -> str:
    return f"{kept.kind} {kept.id} of {kept.at[:16]}"


class ReplayGuard:
    """Recognises, and says of each utterance whether it was heard before; remembers it before anything can open."""

    def __init__(self, recogniser: Recognises, memory: Memory) -> None:
        self._recogniser, self._memory = recogniser, memory
        self._closest: str | None = None

    def recognise(self, utterance: Utterance, front_end_ms: float = 0.0) -> Evidence:
        """The evidence with its recording match. StorageError where an attempt that might open cannot be kept."""
        evidence = self._recogniser.recognise(utterance, front_end_ms)
        started = time.process_time()
        heard = landmarks(utterance.frames.spectrum)
        might_open, kept = any(score.llr >= evidence.threshold for score in evidence.scores), None
        match = self._memory.lookup(heard, utterance.start_s, might_open)
        if utterance.final or might_open:
            best = max(evidence.scores, key=lambda score: score.llr, default=None)
            self._closest = best.speaker if best else None
            kept = self._memory.note(heard, utterance.start_s, self._closest, might_open, utterance.final)
        lookup_ms = 1000 * (time.process_time() - started)
        return replace(evidence, recording=match, kept=kept, ms=replace(evidence.ms, lookup=lookup_ms))

    def heard_out(self, utterance: Utterance) -> None:
        """The whole of an utterance that opened before it was final: it is remembered in the place of its beginning."""
        heard = landmarks(utterance.frames.spectrum)
        self._memory.note(heard, utterance.start_s, self._closest, True, utterance.final)


def to_bytes(recording: Recording) -> bytes:
    """What is sealed of one recording."""
    return f"{LANDMARKS} {recording.length} ".encode() + recording.peaks


def from_bytes(name: str, plain: bytes, number: int = 0) -> Recording | None:
    """What ``to_bytes`` made, under this name, of the row of this number.

    None for anything else, and where another version did, which cannot be compared.
    """
    version, _, rest = plain.partition(b" ")
    length, _, peaks = rest.partition(b" ")
    if version != LANDMARKS.encode() or not length.isdigit() or len(peaks) % 2:
        return None
    return Recording(name, peaks, int(length), number)
