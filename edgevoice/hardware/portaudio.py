"""PortAudio as the microphone driver needs it: devices, streams, and quiet. The only file that imports PyAudio."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from edgevoice.errors import MicrophoneError

# From portaudio.h (v19); part of its binary interface, so they can be known without PyAudio.
INT16 = 8
CONTINUE = 0
INPUT_OVERFLOW = 2
DEVICE_UNAVAILABLE = -9985

_stderr = threading.RLock()  # two at once could leave it closed for good

Callback = Callable[[bytes | None, int, Mapping[str, float], int], tuple[None, int]]
"""(frames, frame count, times, status flags) -> (no output, CONTINUE); called in PortAudio's own thread."""


class InputStream(Protocol):
    """An open capture stream."""

    def is_active(self) -> bool: ...
    def close(self) -> None: ...


class PortAudio(Protocol):
    """What we use of ``pyaudio.PyAudio``; PortAudio looks for devices once, when the first one is made."""

    def get_device_count(self) -> int: ...
    def get_device_info_by_index(self, device_index: int) -> Mapping[str, str | int | float]: ...
    def get_default_input_device_info(self) -> Mapping[str, str | int | float]: ...
    def terminate(self) -> None: ...
    def open(
        self,
        *,
        rate: int,
        channels: int,
        format: int,
        input: bool,
        input_device_index: int,
        frames_per_buffer: int,
        stream_callback: Callback,
    ) -> InputStream: ...


SoundSystem = Callable[[], PortAudio]
"""Makes a PortAudio that sees the devices present now."""


@dataclass(frozen=True)
class Device:
    """A capture device: its number and name, channels it can record, the rate it prefers in Hz."""

    index: int
    name: str
    channels: int
    default_rate: int
    is_default: bool


def load_pyaudio() -> PortAudio:
    """Start PortAudio through PyAudio; raises MicrophoneError where it is not installed or does not start."""
    try:
        pyaudio = import_module("pyaudio")
    except ImportError as error:
        raise MicrophoneError(
            f"No microphone can be used: PyAudio is missing ({error}); wanted PyAudio >= 0.2.14. Install it with "
            "'apt install portaudio19-dev' and 'pip install edgevoice[microphone]'."
        ) from error
    try:
        with quiet_stderr():
            return cast(PortAudio, pyaudio.PyAudio())
    except OSError as error:
        raise MicrophoneError(
            f"No microphone can be used: PortAudio did not start ({error}). Run 'arecord -l' to see what ALSA finds."
        ) from error


def devices_of(audio: PortAudio) -> list[Device]:
    """The capture devices that this PortAudio sees."""
    try:
        default = int(audio.get_default_input_device_info()["index"])
    except OSError:
        default = -1
    found = [audio.get_device_info_by_index(index) for index in range(audio.get_device_count())]
    return [_device(info, default) for info in found if int(info["maxInputChannels"]) > 0]


def choose(devices: list[Device], wanted: str | int | None) -> Device:
    """The device with this number, this name or this part of a name; ``None``: the default one, else the first.

    Raises MicrophoneError when there is none or the name fits several.
    """
    if wanted is None:
        fitting = sorted(devices, key=lambda device: not device.is_default)[:1]
    elif isinstance(wanted, int):
        fitting = [device for device in devices if device.index == wanted]
    else:
        fitting = [device for device in devices if device.name == wanted][:1] or [
            device for device in devices if wanted.casefold() in device.name.casefold()
        ]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(f"{device.index}: {device.name}" for device in devices) or "no capture device at all"
    trouble = "fits more than one device" if fitting else "was not found"
    raise MicrophoneError(
        f"Microphone {describe(wanted)} {trouble}: there is {names}. "
        "Plug it in, or set microphone.device to one of these numbers or to a part of one name."
    )


def describe(wanted: str | int | None) -> str:
    """A device setting in words."""
    return "(default)" if wanted is None else repr(wanted)


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send the process's file descriptor 2 nowhere: ALSA and JACK write page after page there from C.

    What other threads write to standard error meanwhile is lost too, so it is held only while PortAudio starts or opens
    a stream (about 0.1 s); errors come back as exceptions, not through stderr.
    """
    with _stderr:
        try:
            kept = os.dup(2)
        except OSError:  # no stderr: nothing to keep quiet
            yield
            return
        try:
            with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 -- a device, not a path of ours
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _device(info: Mapping[str, str | int | float], default: int) -> Device:
    index = int(info["index"])
    channels, rate = int(info["maxInputChannels"]), int(info["defaultSampleRate"])
    return Device(index, str(info["name"]), channels, rate, index == default)
