"""The level of a switch whose contacts bounce -> the level that it settles at. Pure; every time comes in."""

SETTLE_SECONDS = 0.02
"""How long a level must stay to count; switches bounce for up to about 10 ms."""


class Debounce:
    """A change counts once the level has stayed for ``settle_s``, and dates from when it came about."""

    def __init__(self, level: bool, at_s: float, settle_s: float = SETTLE_SECONDS) -> None:
        """``level``: what it is at the first look; that counts at once."""
        self.level = level
        """The settled level."""
        self._seen, self._since_s, self._settle_s = level, at_s, settle_s

    def see(self, level: bool, at_s: float) -> list[tuple[float, bool]]:
        """What is seen at ``at_s``, at or after the last look -> the changes that have settled: since when, to what."""
        settled = []
        if self._seen is not self.level and at_s - self._since_s >= self._settle_s:
            self.level = self._seen
            settled.append((self._since_s, self.level))
        if level is not self._seen:
            self._seen, self._since_s = level, at_s
        return settled
