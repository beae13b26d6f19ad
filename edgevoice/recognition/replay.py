"""Utterance -> whether this very recording was heard before, by this door and at any of its enrolments."""

import time
from dataclasses import replace
from typing import Protocol

from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.landmarks import LANDMARKS, Landmarks, landmarks, stretch
from edgevoice.recognition.recognise import Evidence
from edgevoice.recognition.recordings import Library, Recording, RecordingMatch, Threshold, keep
from edgevoice.storage.heard import Heard, Kept

SAME_RECORDING = Threshold()
"""What two sounds must share to be one recording; docs/replay.md tells what that catches, and what it refuses."""
_NOTHING_KNOWN = (-1, -1)
STRETCHES = ((1000, 1000),)
"""Permille of time and of pitch at which a sound is looked up, so that a tape that runs too fast is known too."""


class Recognises(Protocol):
    """What turns an utterance into evidence: ``recognise.Recogniser``."""

    def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence: ...


def find(library: Library, heard: Landmarks) -> RecordingMatch | None:
    """The recording in the library that this sound is, at any of the stretches; the best where there are several."""
    asked = (heard if both == (1000, 1000) else stretch(heard, *both) for both in STRETCHES)
    found = [match for sound in asked if (match := library.lookup(sound)) is not None]
    return max(found, key=lambda match: match.aligned_hashes, default=None)


class Memory:
    """The fingerprints of what was heard: sealed on the disk, and in a library to be looked up. Never sound."""

    def __init__(self, kept: Heard) -> None:
        """Raises StorageError where they cannot be read."""
        self._kept = kept
        self._library = Library(threshold=SAME_RECORDING)
        self._names: dict[int, str] = {}  # of every row that the library knows
        self._stamp = _NOTHING_KNOWN
        self._going_on: tuple[float, int, Recording] | None = None  # start_s, row: may be looked at once more
        kept.drop_old()
        self._follow()

    def __len__(self) -> int:
        return len(self._library)

    def lookup(self, heard: Landmarks, start_s: float) -> RecordingMatch | None:
        """Whether it was heard before. The looks at one utterance, known by its ``start_s``, never match each other."""
        if self._going_on and self._going_on[0] != start_s:
            self._settle()
        self._follow()
        return find(self._library, heard)

    def note(self, heard: Landmarks, start_s: float, speaker: str | None, final: bool) -> None:
        """Remember an attempt, on the disk when this returns; StorageError. ``speaker``: who the voice is closest to.

        Not ``final``: the same utterance may go on, and then takes the place of what was noted of it.
        """
        recording = keep("attempt", heard)
        if self._going_on and self._going_on[0] == start_s:
            row = self._going_on[1]
            self._kept.replace(row, to_bytes(recording), speaker)
        else:
            (row,) = self._kept.add([to_bytes(recording)], "attempt", speaker)
        self._going_on = (start_s, row, recording)
        if final:
            self._settle()

    def _settle(self) -> None:
        """From now on what was going on is one of the past."""
        self._going_on, self._stamp = None, _NOTHING_KNOWN
        self._follow()

    def _follow(self) -> None:
        """Know what the disk knows: another process may have enrolled or removed somebody."""
        stamp = self._kept.stamp()
        if stamp == self._stamp:
            return
        there = self._kept.ids() - ({self._going_on[1]} if self._going_on else set())
        for gone in self._names.keys() - there:
            self._library.remove(self._names.pop(gone))
        for kept in self._kept.read(there - self._names.keys()):
            self._know(kept)
        self._stamp = stamp

    def _know(self, kept: Kept) -> None:
        name = f"{kept.kind} {kept.id} of {kept.at[:16]}"
        recording = from_bytes(name, kept.plain)
        if recording is not None:
            self._library.add(recording)
        self._names[kept.id] = name


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
        match = self._memory.lookup(heard, utterance.start_s)
        best = evidence.scores[0] if evidence.scores else None
        if utterance.final or (best and best.llr >= evidence.threshold):
            self._closest = best.speaker if best else None
            self._memory.note(heard, utterance.start_s, self._closest, utterance.final)
        lookup_ms = 1000 * (time.process_time() - started)
        return replace(evidence, recording=match, ms=replace(evidence.ms, lookup=lookup_ms))

    def heard_out(self, utterance: Utterance) -> None:
        """The whole of an utterance that opened before it was final: it is remembered in the place of its beginning."""
        heard = landmarks(utterance.frames.spectrum)
        self._memory.note(heard, utterance.start_s, self._closest, utterance.final)


def to_bytes(recording: Recording) -> bytes:
    """What is sealed of one recording."""
    return f"{LANDMARKS} {recording.length} ".encode() + recording.peaks


def from_bytes(name: str, plain: bytes) -> Recording | None:
    """What ``to_bytes`` made; None for anything else, and where another version did, which cannot be compared."""
    version, _, rest = plain.partition(b" ")
    length, _, peaks = rest.partition(b" ")
    if version != LANDMARKS.encode() or not length.isdigit() or len(peaks) % 2:
        return None
    return Recording(name, peaks, int(length))
