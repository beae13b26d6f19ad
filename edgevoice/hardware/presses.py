"""A button going down and up -> presses: short, held, stuck. Pure; every time comes in as an argument."""

from edgevoice.hardware import Press


class Presses:
    """Tells one button's presses apart.

    A button that is down at the first look was not seen going down: its release tells nothing, and it is never held.
    """

    def __init__(self, hold_seconds: float, stuck_seconds: float) -> None:
        """``hold_seconds`` < ``stuck_seconds``, both counted from going down."""
        self._hold_seconds, self._stuck_seconds = hold_seconds, stuck_seconds
        self._is_down: bool | None = None
        self._since_s = 0.0
        self._told: set[Press] = set()

    def see(self, is_down: bool, at_s: float) -> list[Press]:
        """The button is down or up since ``at_s`` (never before the last look); what that tells."""
        told = self.until(at_s)
        if is_down is not self._is_down:
            if not is_down and self._is_down and not self._told:
                told.append(Press.SHORT)
            self._told = {Press.HELD} if is_down and self._is_down is None else set()
            self._is_down, self._since_s = is_down, at_s
        return told

    def until(self, now_s: float) -> list[Press]:
        """What has become true by ``now_s`` because the button is still down."""
        if not self._is_down:
            return []
        limits = {Press.HELD: self._hold_seconds, Press.STUCK: self._stuck_seconds}
        due = [each for each, limit in limits.items() if now_s - self._since_s >= limit and each not in self._told]
        self._told.update(due)
        return due
