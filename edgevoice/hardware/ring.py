"""A bounded ring buffer between a driver's callback and the loop."""

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Ring(Generic[Item]):
    """At most ``capacity`` items, first in first out; safe between one callback thread and one loop.

    The writer never waits. When the reader is late the oldest item gives way, whole, and is counted: what is said at
    the door now matters more than what was said a while ago.
    """

    def __init__(self, capacity: int) -> None:
        """capacity >= 1."""
        self._items: deque[Item] = deque(maxlen=capacity)
        self._changed = threading.Condition()  # re-entrant: a signal handler may close the ring while it is read
        self._closed = False
        self.dropped = 0
        """Items that gave way since the beginning."""

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> None:
        """Add an item; never waits, never raises."""
        with self._changed:
            self.dropped += len(self._items) == self._items.maxlen
            self._items.append(item)
            self._changed.notify()

    def take(self, timeout_s: float) -> Item | None:
        """The oldest item; ``None`` if none comes within ``timeout_s`` seconds or the ring is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed, timeout_s)
            return self._items.popleft() if self._items else None

    def close(self) -> None:
        """Wake a waiting reader; what is stored can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
