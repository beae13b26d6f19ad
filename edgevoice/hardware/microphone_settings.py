"""Settings of the microphone."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from edgevoice.errors import SettingsError


@dataclass(frozen=True)
class MicrophoneSettings:
    """Which microphone, and how long its troubles are borne. Times in seconds."""

    device: str | Annotated[int, Field(ge=0, le=10_000)] | None = None
    """Number, name or a part of the name; none: the system's default."""
    ring_seconds: Annotated[float, Field(ge=0.2, le=60)] = 5.0
    """Sound kept while the loop is busy, 0.2..60; when more comes, the oldest blocks are dropped and counted."""
    stall_seconds: Annotated[float, Field(ge=0.5, le=60)] = 3.0
    """A device that gives nothing for so long counts as unplugged, 0.5..60."""
    silence_seconds: Annotated[float, Field(ge=0, le=86_400)] = 60.0
    """A device whose samples are all the same (zeros, or a data line that is stuck) for so long, 0..86400, counts as
    silent and is opened anew; a service does not count as started before it has heard anything else. 0: that is sound;
    some microphones give zeros in a quiet room."""
    retry_seconds: Annotated[float, Field(ge=0.01, le=60)] = 1.0
    """Wait before the first try to open it again, 0.01..60; doubles with every failure."""
    longest_retry_seconds: Annotated[float, Field(le=3_600)] = 30.0
    """The wait never grows beyond this, retry_seconds..3600."""

    def __post_init__(self) -> None:
        """Raises SettingsError where the longest wait would be shorter than the first."""
        if self.longest_retry_seconds < self.retry_seconds:
            raise SettingsError(
                f"microphone.longest_retry_seconds is {self.longest_retry_seconds}; allowed is retry_seconds, which is"
                f" {self.retry_seconds}, to 3600"
            )
