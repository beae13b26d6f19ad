"""What the door is made of, as small protocols; the drivers stand beside this file.

No call leaves a door open: there is ``Lock.open_for(seconds)`` and no ``Lock.open()``.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Protocol

from edgevoice.listening.capture import AudioBlock


class Light(Enum):
    """What the lights can say, one at a time."""

    OFF = "off"
    LISTENING = "listening"  # blue, dim: the device is awake
    OPEN = "open"  # green
    REFUSED = "refused"  # red
    LOCKED_OUT = "locked out"  # red, slow blink
    FAULT = "fault"  # red and blue


class Microphone(Protocol):
    """A source of 16 kHz mono int16 sound."""

    def blocks(self) -> Iterator[AudioBlock]:
        """Yield blocks in order until the source ends (a file) or is closed (a device)."""
        ...

    def close(self) -> None:
        """Release the source; safe to call twice."""
        ...

    @property
    def healthy(self) -> bool:
        """Whether what ``blocks`` gives is sound: a muted or dead device gives zeros for ever."""
        ...


class Lock(Protocol):
    """A relay that releases the door for a bounded time and shuts itself."""

    def open_for(self, seconds: float) -> None:
        """Release the door for ``seconds`` (0 < seconds <= 30); a second call restarts the pulse."""
        ...

    def shut(self) -> None:
        """Secure the door now; never raises because it is already shut."""
        ...

    def close(self) -> None:
        """Shut, and give the relay back for good; safe to call twice."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether the relay is energised at this moment."""
        ...


class Lights(Protocol):
    """Three LEDs or one RGB LED."""

    def show(self, light: Light) -> None:
        """Show one state; it replaces the one before."""
        ...

    def close(self) -> None:
        """Go dark, and give the pins back for good; safe to call twice."""
        ...


class Watchdog(Protocol):
    """Whoever restarts a door that has died."""

    def ready(self) -> None:
        """The door serves; told once."""
        ...

    def alive(self) -> None:
        """A frame was really read and the pipeline really returned; the first time the door is also ready."""
        ...

    def stopping(self) -> None:
        """The door is shut and ends."""
        ...

    def status(self, text: str) -> None:
        """How the door stands, in one line for a person."""
        ...
