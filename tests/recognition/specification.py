"""Landmarks as their definition: plain Python integers, one cell at a time. Slow, and the last word.

log2 of a level is looked up where the front end's own specification stands; ``>>`` and ``//`` round down.
"""

from collections import Counter

from tests.listening.specification import log2

REACH, WIDTH, RANK_REACH, DENSEST = 6, 9, 25, 40
BINS = range(6, 251)
NEAREST, FARTHEST, WIDEST, ASKED = 3, 45, 63, 24

Cell = tuple[int, int]


def levels(spectrum: list[list[int]]) -> list[list[int]]:
    """Smoothed over three frames, log2, Q8; nothing is heard before the sound and after it."""
    silence = [0] * 257
    rows = [silence, *spectrum, silence]
    return [
        [log2(a + 2 * b + c) >> 8 for a, b, c in zip(*rows[frame : frame + 3], strict=True)]
        for frame in range(len(spectrum))
    ]


def maxima(spectrum: list[list[int]]) -> dict[Cell, int]:
    """(frame, bin) -> level of what is higher than all around it; of equals the first, in time, then in frequency."""
    level = levels(spectrum)
    # Smoothing lets the first and the last frame be heard in the silence beside them.
    silence = [0] * 257
    before = [log2(power) >> 8 for power in spectrum[0]]
    after = [log2(power) >> 8 for power in spectrum[-1]]
    rows = {-1: before, len(level): after} | dict(enumerate(level))
    found = {}
    around = [(later, higher) for later in range(-REACH, REACH + 1) for higher in range(-WIDTH, WIDTH + 1)]
    for frame in range(len(level)):
        for place in BINS:
            own = level[frame][place]
            others = (
                (rows.get(frame + later, silence)[place + higher], (later, higher))
                for later, higher in around
                if 0 <= place + higher <= 256 and (later, higher) != (0, 0)
            )
            if own >= 12 << 8 and all(own > other if at < (0, 0) else own >= other for other, at in others):
                found[frame, place] = own
    return found


def constellation(spectrum: list[list[int]]) -> list[tuple[int, int, int]]:
    """(frame, bin, rank), sorted; the rank counts stronger peaks within 25 frames, of equals the later ones."""
    found = maxima(spectrum)
    peaks = []
    for cell, level in sorted(found.items()):
        rank = sum(
            abs(other[0] - cell[0]) <= RANK_REACH and (height, other) > (level, cell) for other, height in found.items()
        )
        if rank < DENSEST:
            peaks.append((*cell, rank))
    return peaks


def pairs(cells: list[Cell], most: int) -> list[tuple[int, int]]:
    """(hash, frame) of each cell with at most so many of the next in its target zone; cells are sorted."""
    found = []
    for number, (frame, place) in enumerate(cells):
        zone = [
            (frame2 - frame, place2)
            for frame2, place2 in cells[number + 1 :]
            if NEAREST <= frame2 - frame <= FARTHEST and abs(place2 - place) <= WIDEST
        ]
        found += [((place // 2) << 12 | (place2 // 2) << 5 | apart // 2, frame) for apart, place2 in zone[:most]]
    return found


def landmarks(spectrum: list[list[int]]) -> list[tuple[int, int]]:
    """(hash, frame) that a sound is looked up by."""
    asked = [(frame, place) for frame, place, rank in constellation(spectrum) if rank < ASKED]
    return pairs(asked, len(asked))


def aligned(query: list[tuple[int, int]], kept: list[tuple[int, int]]) -> Counter[int]:
    """Frame of a recording at which the query would begin -> hashes that say so, within one frame."""
    begins = Counter(frame2 - frame for hash_, frame in query for hash2, frame2 in kept if hash_ == hash2)
    return Counter({at: begins[at - 1] + begins[at] + begins[at + 1] for at in begins})
