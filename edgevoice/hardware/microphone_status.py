"""How the microphone is, for whoever wants to know."""

from dataclasses import dataclass
from enum import Enum

from edgevoice.hardware.portaudio import DEVICE_UNAVAILABLE


class MicrophoneState(Enum):
    """How the microphone is."""

    CLOSED = "closed"
    STARTING = "starting"  # open, but every sample so far was zero
    HEARING = "hearing"
    MISSING = "missing"
    BUSY = "busy"
    UNPLUGGED = "unplugged"
    SILENT = "silent"


@dataclass(frozen=True)
class MicrophoneStatus:
    """State, device name, its rate in Hz (0: not open), what is wrong and what to do, and what was lost since the
    start: blocks dropped because the loop was late, overruns inside PortAudio; ``losses.py`` tells of them."""

    state: MicrophoneState
    device: str
    rate: int
    message: str
    dropped_blocks: int
    overruns: int

    @property
    def healthy(self) -> bool:
        """Whether sound arrives, or may arrive at any moment."""
        return self.state in (MicrophoneState.STARTING, MicrophoneState.HEARING)


def diagnose(device: str, error: OSError) -> tuple[MicrophoneState, str]:
    """What PortAudio's refusal means and what to do."""
    if DEVICE_UNAVAILABLE in error.args:
        return MicrophoneState.BUSY, (
            f"Microphone {device!r} is busy: another program holds it ({error}). Find it with 'fuser -v /dev/snd/*' "
            "and end it, or share the device through PulseAudio or PipeWire."
        )
    return MicrophoneState.MISSING, (
        f"Microphone {device!r} cannot be opened: {error}. Check with 'arecord -l' that it is there and that this user "
        "is in the group 'audio'."
    )
