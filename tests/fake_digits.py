"""A model of digits that hears what it was told to."""

from collections import deque
from collections.abc import Iterable

from edgevoice.listening.features import Cepstra


class FakeDigits:
    """Takes each utterance for the next of the rows of digits that it was given; after the last one it hears none."""

    def __init__(self, rows: Iterable[str]) -> None:
        self._rows = deque(rows)
        self.asked: list[str] = []
        """The digits that were wanted, in order."""

    def said(self, mfcc: Cepstra) -> str:
        """The next row."""
        return self._rows.popleft() if self._rows and len(mfcc) else ""

    def accepts(self, mfcc: Cepstra, digits: str) -> bool:
        """Whether the next row is these digits, all of them and in this order."""
        self.asked.append(digits)
        return bool(digits) and self.said(mfcc) == digits
