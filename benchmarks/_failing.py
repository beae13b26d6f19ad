"""Parts of a door that fail when told to: drivers, the event log, what is kept, a second factor."""

from collections.abc import Callable, Mapping, Sequence

from edgevoice.hardware import Light, Press, Prompt
from edgevoice.hardware.fake import FakeLights, FakeLock, ManualClock
from edgevoice.listening.features import Cepstra
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.state import State as Kept

PIN = "2112"  # everybody's
PARTS = ("lock", "lights", "sounder", "button", "log", "disk", "outside", "digits")


class BrokenError(Exception):
    """What a driver raises that was told to."""


class Luck:
    """Whether a part works: it fails as often in a row as it was told to."""

    def __init__(self) -> None:
        self.failures = 0

    def try_it(self, what: str) -> None:
        if self.failures:
            self.failures -= 1
            raise BrokenError(what)


class FlakyLock(FakeLock):
    """Opens, and then may say that it failed."""

    def __init__(self, clock: ManualClock, luck: Luck) -> None:
        super().__init__(clock)
        self._luck = luck

    def open_for(self, seconds: float) -> None:
        super().open_for(seconds)
        self._luck.try_it("the relay")


class FlakyLights(FakeLights):
    def __init__(self, clock: ManualClock, luck: Luck) -> None:
        super().__init__(clock)
        self._luck = luck

    def show(self, light: Light) -> None:
        self._luck.try_it("the lights")
        super().show(light)


class FlakySounder:
    """Says nothing; fails and is busy as it was told."""

    def __init__(self, luck: Luck) -> None:
        self._luck = luck
        self.is_busy = False

    def say(self, prompts: Sequence[Prompt]) -> None:
        self._luck.try_it("the sounder")

    @property
    def busy(self) -> bool:
        self._luck.try_it("the sounder")
        return self.is_busy

    def close(self) -> None:
        return None


class FlakyButton:
    """Gives the presses that were put into it."""

    def __init__(self, luck: Luck) -> None:
        self._luck = luck
        self.presses: list[Press] = []

    def take(self) -> list[Press]:
        self._luck.try_it("the button")
        taken, self.presses = self.presses, []
        return taken

    def close(self) -> None:
        return None


class Known:
    """Everybody has the same PIN; the time that scrypt takes is not waited for."""

    def __init__(self, luck: Luck, people: Callable[[], list[str]]) -> None:
        self._luck, self._people = luck, people

    def owners(self) -> list[str]:
        return self._people()

    def fits(self, name: str, pin: str) -> bool:
        self._luck.try_it("the disk")
        return name in self._people() and pin == PIN


class Listens:
    """Hears the digits right, or not, as it was told; fails as it was told."""

    def __init__(self, luck: Luck) -> None:
        self._luck = luck
        self.right = True

    def accepts(self, mfcc: Cepstra, digits: str) -> bool:
        self._luck.try_it("the model of digits")
        return self.right


class FlakyEvents(Events):
    def __init__(self, database: Database, luck: Luck) -> None:
        super().__init__(database, keep=1000)
        self._luck = luck

    def write(
        self, kind: str, reason: str, speaker: str | None = None, figures: Mapping[str, float] | None = None
    ) -> int:
        self._luck.try_it("the audit log")
        return super().write(kind, reason, speaker, figures)


class FlakyState(Kept):
    def __init__(self, database: Database, luck: Luck) -> None:
        super().__init__(database)
        self._luck = luck

    def put(self, name: str, figures: Mapping[str, float]) -> None:
        self._luck.try_it("the disk")
        super().put(name, figures)
