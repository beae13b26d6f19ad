"""Settings of the microphone."""

from dataclasses import dataclass

from edgevoice.errors import SettingsError


@dataclass(frozen=True)
class MicrophoneSettings:
    """Which microphone, and how long its troubles are borne. Times in seconds."""

    device: str | int | None = None
    """Number, name or a part of the name; none: the system's default."""
    ring_seconds: float = 5.0
    """Sound kept while the loop is busy, 0.2..60; when more comes, the oldest blocks are dropped and counted."""
    stall_seconds: float = 3.0
    """A device that gives nothing for so long counts as unplugged, 0.5..60."""
    silence_seconds: float = 60.0
    """A device that gives nothing but digital zeros for so long, 0..86400, counts as silent and is opened anew; a
    service does not count as started before it has heard anything else. 0: zeros are sound; some microphones give them
    in a quiet room."""
    retry_seconds: float = 1.0
    """Wait before the first try to open it again, 0.01..60; doubles with every failure."""
    longest_retry_seconds: float = 30.0
    """The wait never grows beyond this, retry_seconds..3600."""

    def __post_init__(self) -> None:
        _within("device", self.device if isinstance(self.device, int) else 0, 0, 10_000)
        _within("ring_seconds", self.ring_seconds, 0.2, 60)
        _within("stall_seconds", self.stall_seconds, 0.5, 60)
        _within("silence_seconds", self.silence_seconds, 0, 86_400)
        _within("retry_seconds", self.retry_seconds, 0.01, 60)
        _within("longest_retry_seconds", self.longest_retry_seconds, self.retry_seconds, 3_600)


def _within(name: str, value: float, lowest: float, highest: float) -> None:
    if isinstance(value, bool) or not lowest <= value <= highest:
        raise SettingsError(f"microphone.{name} is {value!r}; allowed is {lowest} to {highest}.")
