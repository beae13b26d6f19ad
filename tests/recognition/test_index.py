"""The index against a dictionary: whatever is added and dropped, the same places are found."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.recognition.constellation import Peaks
from edgevoice.recognition.index import Index
from edgevoice.recognition.landmarks import Landmarks
from tests.recognition import specification

NOTHING = np.zeros(0, dtype=np.int32)
entries = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 40)), max_size=25)


def query(pairs: list[tuple[int, int]]) -> Landmarks:
    hashes, frames = np.array(sorted(pairs, key=lambda pair: pair[1]), dtype=np.int64).reshape(-1, 2).T
    return Landmarks(hashes.astype(np.uint32), frames.astype(np.int32), Peaks(NOTHING, NOTHING, NOTHING), 50)


@given(st.lists(entries, max_size=6), entries, st.integers(0, 5), st.integers(0, 60))
def test_it_finds_what_a_count_of_all_pairs_finds(
    added: list[list[tuple[int, int]]], asked: list[tuple[int, int]], drop: int, room: int
) -> None:
    index, kept = Index(room), []
    for number, pairs in enumerate(added):
        times = np.array([time + 1000 * number for _, time in pairs], dtype=np.int64)
        hashes = np.array([hash_ for hash_, _ in pairs], dtype=np.uint32)
        index.add([(hashes[:3], times[:3]), (hashes[3:], times[3:])], len(pairs) + number)
        kept += [(hash_, time + 1000 * number) for hash_, time in pairs if number != drop]
    index.drop(1000 * drop, 1000 * drop + 1000)
    assert len(index) == len(kept)
    wanted = specification.aligned(asked, kept)
    times, counts = index.align(query(asked), 10_000)
    assert dict(zip(times.tolist(), counts.tolist(), strict=True)) == wanted
    assert (np.diff(counts) <= 0).all()
    few, _ = index.align(query(asked), 3)
    assert few.tolist() == times[:3].tolist()


def test_the_highest_hash_and_time_are_found() -> None:
    index = Index()
    index.add([(np.array([2**32 - 1], dtype=np.uint32), np.array([2**32 - 1]))], 1)
    times, counts = index.align(query([(2**32 - 1, 7)]), 5)
    assert (times.tolist(), counts.tolist()) == ([2**32 - 8], [1])


def test_in_the_room_that_was_taken_nothing_is_copied_however_much_comes_and_goes() -> None:
    index = Index(room=1_000)
    where = index.room.__array_interface__["data"]
    for number in range(100):
        times = np.arange(250) + 1000 * number
        index.drop(0, 1000 * (number - 2))
        index.add([(np.arange(250, dtype=np.uint32), times)], 250)
    assert (len(index), index.room.__array_interface__["data"]) == (750, where)
    assert sorted(index.align(query([(7, 7)]), 10)[0].tolist()) == [97_000, 98_000, 99_000]
