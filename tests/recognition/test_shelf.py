"""Recordings in a few arrays are what they would be in a list, and need no more memory than there was room for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.recognition.shelf import Recording, Shelf

recordings = st.builds(
    Recording, st.text(max_size=9), st.binary(max_size=9), st.integers(0, 1 << 31), st.integers(0, 1 << 62)
)
moves = st.lists(st.tuples(st.booleans(), recordings, st.integers(0, 9)), max_size=30)


@given(moves, st.integers(0, 9), st.integers(0, 40))
def test_it_holds_what_a_list_would(moves: list[tuple[bool, Recording, int]], room: int, text: int) -> None:
    shelf, wanted = Shelf(room, text), list[tuple[Recording, int]]()
    for step, (comes, recording, place) in enumerate(moves):
        if comes:
            shelf.put(recording, step)
            wanted.append((recording, step))
        elif place < len(wanted):
            shelf.take(place)
            del wanted[place]
        assert [(shelf[at], start) for at, start in enumerate(shelf.starts.tolist())] == wanted
        assert shelf.numbers.tolist() == [recording.number for recording, _ in wanted]
        assert len(shelf) == len(wanted)


def test_what_there_is_room_for_is_put_where_the_room_is() -> None:
    shelf, one = Shelf(room=3, text=30), Recording("one", b"1234567", 7, 1)
    shelf.put(one, 0)
    room = shelf.starts
    for start in range(1, 100):
        shelf.put(one, start)
        if len(shelf) == 3:
            shelf.take(0)
    assert np.shares_memory(room, shelf.starts)
    shelf.put(one, 100)
    shelf.put(one, 101)
    assert not np.shares_memory(room, shelf.starts)
