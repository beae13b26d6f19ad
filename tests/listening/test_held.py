"""What is held is what was added less what was dropped, and what was taken of it never changes."""

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.listening.features import COEFFICIENTS
from edgevoice.listening.frames import Frames
from edgevoice.listening.held import Held
from edgevoice.listening.spectrum import BINS

NAMES = [field.name for field in fields(Frames)]


def numbered(first: int, count: int) -> Frames:
    """Frames that tell their number in the stream in every field."""
    numbers = np.arange(first, first + count)
    mfcc = np.repeat(numbers[:, None], COEFFICIENTS, axis=1).astype(np.int32)
    spectrum = np.repeat(numbers[:, None], BINS, axis=1)
    return Frames(mfcc, spectrum, mfcc.copy(), *[numbers.copy() for _ in NAMES[3:]])


def told(frames: Frames) -> list[list[int]]:
    """The numbers that each field tells, by the first of a row."""
    return [getattr(frames, name).reshape(len(frames), -1)[:, 0].tolist() if len(frames) else [] for name in NAMES]


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(0, 1)), max_size=12))
def test_it_holds_what_was_added_less_what_was_dropped_and_what_was_taken_stays(steps: list[tuple[int, float]]) -> None:
    held, first, end = Held(), 0, 0
    taken: list[tuple[Frames, int, int]] = []
    for count, share in steps:
        held.add(numbered(end, count))
        end += count
        taken.append((held.frames, first, end))
        dropped = int(share * (end - first))
        held.drop(dropped)
        first += dropped
        taken.append((held.frames, first, end))
    for frames, begin, stop in taken:
        assert told(frames) == [list(range(begin, stop))] * len(NAMES)


def test_frames_of_a_long_utterance_are_seldom_copied() -> None:
    held = Held()
    rooms = set()
    for start in range(0, 1200, 8):
        held.add(numbered(start, 8))
        rooms.add(held.frames.spectrum.__array_interface__["data"][0])
    assert len(rooms) <= 7  # the first block itself is one
