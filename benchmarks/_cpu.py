"""CPU time, user and system, of all threads of this process."""

import time
from collections.abc import Callable, Mapping


def cpu_ms(work: Callable[[], object], times: int = 1) -> float:
    """Milliseconds of one call, the mean of so many."""
    started = time.process_time()
    for _ in range(times):
        work()
    return 1000 * (time.process_time() - started) / times


def in_turn(ways: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Milliseconds of every run: each way in turn, again and again, so that a slower machine slows all of them."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            spent[name].append(cpu_ms(way))
    return spent
