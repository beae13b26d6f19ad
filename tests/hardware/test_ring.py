import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from edgevoice.hardware.ring import Ring

PUT, TAKE = "put", "take"


@given(st.integers(1, 5), st.lists(st.sampled_from([PUT, PUT, TAKE])))
def test_it_never_holds_more_than_its_bound_keeps_the_order_and_counts_what_gave_way(
    capacity: int, acts: list[str]
) -> None:
    ring: Ring[int] = Ring(capacity)
    model: list[int] = []
    dropped = 0
    for number, act in enumerate(acts):
        if act == PUT:
            ring.put(number)
            model.append(number)
            dropped += len(model) > capacity
            model = model[-capacity:]
        else:
            assert ring.take(0.0) == (model.pop(0) if model else None)
        assert len(ring) == len(model) <= capacity
        assert ring.dropped == dropped


def test_a_reader_that_waits_gets_what_another_thread_puts() -> None:
    ring: Ring[str] = Ring(1)
    threading.Timer(0.02, ring.put, ["sound"]).start()
    started = time.monotonic()
    assert ring.take(5.0) == "sound"
    assert time.monotonic() - started < 4


def test_an_empty_ring_makes_the_reader_wait_no_longer_than_told() -> None:
    started = time.monotonic()
    assert Ring[int](1).take(0.05) is None
    assert 0.04 <= time.monotonic() - started < 2


def test_closing_wakes_the_reader_and_leaves_what_is_stored() -> None:
    ring: Ring[str] = Ring(2)
    threading.Timer(0.02, ring.close).start()
    started = time.monotonic()
    assert ring.take(5.0) is None
    assert time.monotonic() - started < 4
    ring.put("last")
    assert ring.take(0.0) == "last"


def test_nothing_is_lost_or_turned_around_between_two_threads() -> None:
    ring: Ring[int] = Ring(1_000)
    writer = threading.Thread(target=lambda: [ring.put(number) for number in range(1_000)])
    writer.start()
    assert [ring.take(5.0) for _ in range(1_000)] == list(range(1_000))
    writer.join()
