"""A sounder that nobody hears and that remembers: for tests, and for a desk."""

import time
from collections import deque
from collections.abc import Sequence

from edgevoice.hardware import Clock, Prompt
from edgevoice.hardware.fake import REMEMBERED


class FakeSounder:
    """Is busy for ``seconds_each`` of its clock a prompt."""

    def __init__(self, clock: Clock = time.monotonic, seconds_each: float = 0.0) -> None:
        self._clock, self._seconds_each = clock, seconds_each
        self._busy_until_s = clock()
        self._said: deque[tuple[Prompt, ...]] = deque(maxlen=REMEMBERED)
        self.closed = False

    def say(self, prompts: Sequence[Prompt]) -> None:
        """Start; it replaces what is being said."""
        said = tuple(Prompt(prompt) for prompt in prompts)
        if said:
            self._said.append(said)
        self._busy_until_s = self._clock() + self._seconds_each * len(said)

    @property
    def busy(self) -> bool:
        """Whether it would be heard at this moment."""
        return self._clock() < self._busy_until_s

    @property
    def said(self) -> list[Prompt]:
        """The last prompts, in order."""
        return [prompt for prompts in self._said for prompt in prompts]

    def close(self) -> None:
        """Fall silent; safe to call twice."""
        self._busy_until_s = self._clock()
        self.closed = True
