"""Spectra -> landmarks: pairs of peaks as 32-bit hashes with their time, in integers.

A pair is found again whatever else is heard: A. Wang, "An industrial-strength audio search algorithm" (ISMIR 2003).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers
from edgevoice.recognition.constellation import Indices, Peaks, constellation, in_room

LANDMARKS = "edgevoice-landmarks-1"
"""Version of everything that makes stored peaks, or beeps (tones.py), incompatible."""

NEAREST, FARTHEST = 3, 45  # frames from the first peak of a pair to its second
WIDEST = 63  # bins between the two, up or down
ASKED_RANK = 24  # a query is asked by the pairs of its peaks with fewer stronger ones around

Hashes = NDArray[np.uint32]
Positions = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Landmarks:
    """What a sound is looked up by.

    hashes: (m,), and frames: (m,), ascending: where each pair begins; peaks: all that were found; length: frames of
    the sound.
    """

    hashes: Hashes
    frames: Indices
    peaks: Peaks
    length: int


def landmarks(spectrum: Integers) -> Landmarks:
    """(n, 257) power before noise removal, Q4, every 10 ms -> its landmarks."""
    return of_peaks(constellation(spectrum), len(spectrum))


def of_peaks(peaks: Peaks, length: int) -> Landmarks:
    """The landmarks of peaks that were found already, in a sound of ``length`` frames."""
    asked = peaks[peaks.ranks < ASKED_RANK]
    return Landmarks(*pairs(asked, len(asked)), peaks, length)


def stretch(heard: Landmarks, time_permille: int, pitch_permille: int) -> Landmarks:
    """The same sound lasting time_permille and sounding pitch_permille of what it does; 500..2000.

    A sound played 3 % too fast is as it was after stretch(heard, 1030, 971).
    """
    frames = (heard.peaks.frames * time_permille + 500) // 1000
    bins = (heard.peaks.bins * pitch_permille + 500) // 1000
    inside = bins < 1 << 8
    peaks = Peaks(frames, bins, heard.peaks.ranks)[inside]
    return of_peaks(peaks, -(-heard.length * time_permille // 1000) + 1)


def pairs(peaks: Peaks, most: int) -> tuple[Hashes, Indices]:
    """Each peak with at most so many of the next in its target zone -> hashes (m,) and frames (m,), ascending.

    A hash counts frequency in 62.5 Hz and time in 20 ms: what a hop that begins elsewhere leaves alike.
    """
    firsts, seconds = _partners(peaks, most)
    order = np.argsort(firsts, kind="stable")
    firsts, seconds = firsts[order], seconds[order]
    coarse = peaks.bins >> 1
    apart = (peaks.frames[seconds] - peaks.frames[firsts]) >> 1
    return (coarse[firsts] << 12 | coarse[seconds] << 5 | apart).astype(np.uint32), peaks.frames[firsts]


def _partners(peaks: Peaks, most: int) -> tuple[Positions, Positions]:
    """Which peaks make pairs: positions of the first (m,) and of the second (m,)."""
    nothing = np.zeros(0, dtype=np.intp)
    firsts, seconds = [nothing], [nothing]
    room, frames, bins = in_room(peaks.frames, peaks.bins, FARTHEST)
    count = np.zeros(room, dtype=np.int32)
    for step in range(1, len(peaks)):
        apart = frames[step : step + room] - frames[:room]
        if apart.min() > FARTHEST:
            break
        near = np.abs(bins[step : step + room] - bins[:room]) <= WIDEST
        near &= (apart >= NEAREST) & (apart <= FARTHEST) & (count < most)
        count += near
        first = np.flatnonzero(near)
        firsts.append(first)
        seconds.append(first + step)
    return np.concatenate(firsts), np.concatenate(seconds)
