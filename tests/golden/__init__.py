"""Golden vectors: sounds, and every integer that the front end must make of them. ``README.md`` tells the format."""

from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
SUFFIX = ".npy"
STAGES_AT = (0, 9)
"""Frames whose stages are written too: the first, and one whose noise was learned from the first eight."""

FRAME_FIELDS = (
    *("mfcc", "bands", "speech", "odds", "periodicity", "pitch_lag"),
    *("snr", "noise", "clipped", "dropped", "offset"),
)
"""Of every frame; its spectrum is the stage ``power``."""


def checksum(table: Sequence[Sequence[int]]) -> int:
    """Sum of every entry times its place in the table, counted from 1, modulo 2**32: easy in any language."""
    flat = [entry for row in table for entry in row]
    return sum(place * entry for place, entry in enumerate(flat, start=1)) % (1 << 32)
