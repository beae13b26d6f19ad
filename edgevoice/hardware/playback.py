"""Sound out of a loudspeaker, through PortAudio: 16 kHz mono in, whatever the device knows out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np

from edgevoice.errors import HardwareError, MicrophoneError
from edgevoice.hardware.portaudio import INT16, load_pyaudio, quiet_stderr
from edgevoice.hardware.resample import at_rate
from edgevoice.listening.capture import SAMPLE_RATE, Samples

CHUNK_SECONDS = 0.05  # after which something else may be said instead


class OutputStream(Protocol):
    """An open playback stream; ``write`` waits until the device has room."""

    def write(self, frames: bytes) -> None: ...
    def stop_stream(self) -> None: ...
    def close(self) -> None: ...


class Playback(Protocol):
    """What we use of ``pyaudio.PyAudio`` to play."""

    def get_device_count(self) -> int: ...
    def get_device_info_by_index(self, device_index: int) -> Mapping[str, str | int | float]: ...
    def get_default_output_device_info(self) -> Mapping[str, str | int | float]: ...
    def terminate(self) -> None: ...
    def open(
        self, *, rate: int, channels: int, format: int, output: bool, output_device_index: int
    ) -> OutputStream: ...


SoundSystem = Callable[[], Playback]
"""Makes a PortAudio that sees the devices present now."""


@dataclass(frozen=True)
class Loudspeaker:
    """A playback device: its number, name, and the rate it prefers in Hz."""

    index: int
    name: str
    default_rate: int


def start_playback() -> Playback:
    """PortAudio; HardwareError where it is not installed or does not start."""
    try:
        return cast(Playback, load_pyaudio())
    except MicrophoneError as error:
        raise HardwareError(f"Nothing can be played: {error}") from error


def loudspeaker(audio: Playback, wanted: str | None) -> Loudspeaker:
    """The playback device with this name or the only one with this part of a name; ``None``: the default one.

    Raises HardwareError when there is none, or several.
    """
    infos = [audio.get_device_info_by_index(index) for index in range(audio.get_device_count())]
    playing = [info for info in infos if int(info["maxOutputChannels"]) > 0]
    if wanted is None:
        try:
            fitting = [audio.get_default_output_device_info()]
        except OSError:
            fitting = playing[:1]
    else:
        fitting = [info for info in playing if info["name"] == wanted][:1] or [
            info for info in playing if wanted.casefold() in str(info["name"]).casefold()
        ]
    if len(fitting) == 1:
        return Loudspeaker(int(fitting[0]["index"]), str(fitting[0]["name"]), int(fitting[0]["defaultSampleRate"]))
    names = ", ".join(str(info["name"]) for info in playing) or "no playback device at all"
    trouble = "fits more than one device" if fitting else "was not found"
    raise HardwareError(
        f"Loudspeaker {'(default)' if wanted is None else repr(wanted)} {trouble}: there is {names}. "
        "Plug it in, or set sounder.device to a part of one name."
    )


def play(audio: Playback, device: Loudspeaker, samples: Samples, go_on: Callable[[], bool]) -> None:
    """Play (n,) int16 at 16 kHz to its end, or until ``go_on`` says no (asked every 50 ms). Raises HardwareError."""
    try:
        stream, rate, channels = _open(audio, device)
    except OSError as error:
        raise HardwareError(f"{device.name} plays nothing: {error}. Is another program using it?") from error
    try:
        frames = np.repeat(at_rate(samples, rate), channels)
        step = int(rate * CHUNK_SECONDS) * channels
        for start in range(0, len(frames), step):
            if not go_on():
                return
            stream.write(frames[start : start + step].tobytes())
        stream.stop_stream()  # waits for what the device still holds
    except OSError as error:
        raise HardwareError(f"{device.name} fell silent: {error}. Was it unplugged?") from error
    finally:
        stream.close()


def _open(audio: Playback, device: Loudspeaker) -> tuple[OutputStream, int, int]:
    failure: Exception = OSError("it offers no format that we can play")
    for rate, channels in _formats(device):
        try:
            with quiet_stderr():
                stream = audio.open(
                    rate=rate, channels=channels, format=INT16, output=True, output_device_index=device.index
                )
        except (OSError, ValueError) as error:
            failure = error
        else:
            return stream, rate, channels
    raise OSError(*failure.args) from failure


def _formats(device: Loudspeaker) -> Iterator[tuple[int, int]]:
    """(rate, channels) from the best to the last resort."""
    for channels in (1, 2):
        for rate in dict.fromkeys((SAMPLE_RATE, device.default_rate)):
            yield rate, channels
