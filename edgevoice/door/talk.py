"""Whether the device can be heard now: then it hears nobody, as it would take its own voice for somebody's."""

from edgevoice.door.act import Act
from edgevoice.door.move import Mover
from edgevoice.door.states import Event
from edgevoice.hardware import Clock

SOUNDER = "sounder"
LONGEST_TALK_SECONDS = 20.0


class Talk:
    """Asks the sounder; one that says for longer than any prompt that it is busy is not believed."""

    def __init__(self, act: Act, mover: Mover, clock: Clock) -> None:
        self._act, self._mover, self._clock = act, mover, clock
        self._since: float | None = None

    def goes_on(self) -> bool:
        """Whether it can be heard; never raises. A sounder that fails is lost until it answers again."""
        try:
            busy, now_s = self._act.talks, self._clock()
        except Exception as error:  # whatever a driver raises
            self._mover.once_lost(SOUNDER, error)
            return False
        if SOUNDER in self._mover.machine.lost:
            self._mover.happened(Event.BACK, SOUNDER)
        if not busy:
            self._since = None
            return False
        self._since = now_s if self._since is None else self._since
        return now_s - self._since < LONGEST_TALK_SECONDS
