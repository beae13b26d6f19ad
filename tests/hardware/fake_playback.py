"""A loudspeaker of the mind: takes what is played, keeps the rules of PortAudio, remembers."""

import threading
from collections.abc import Mapping

import numpy as np

from edgevoice.hardware.portaudio import INT16
from edgevoice.listening.capture import Samples


class FakeStream:
    """Plays at once, or waits at each write for ``go_on``."""

    def __init__(self, owner: "FakePlayback", rate: int, channels: int) -> None:
        self._owner, self.rate, self.channels = owner, rate, channels
        self.frames = b""
        self.is_open, self.ended = True, False

    def write(self, frames: bytes) -> None:
        assert self.is_open
        self._owner.go_on.wait(5.0)
        if self._owner.unplugged:
            raise OSError(-9999, "Unanticipated host error")
        self.frames += frames

    def stop_stream(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.is_open = False

    def samples(self) -> Samples:
        return np.frombuffer(self.frames, np.int16).reshape(-1, self.channels)[:, 0]


class FakePlayback:
    """Devices by name; ``knows``: the (rate, channels) that they can play."""

    def __init__(self, *names: str, knows: tuple[tuple[int, int], ...] = ((16_000, 1),)) -> None:
        self._names, self._knows = names, knows
        self.streams: list[FakeStream] = []
        self.played_on: list[int] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.unplugged = False
        self.terminated = 0

    def get_device_count(self) -> int:
        return len(self._names) + 1

    def get_device_info_by_index(self, device_index: int) -> Mapping[str, str | int | float]:
        """The first one is a microphone."""
        name = ("a microphone", *self._names)[device_index]
        outputs = 0 if device_index == 0 else 2
        return {"index": device_index, "name": name, "maxOutputChannels": outputs, "defaultSampleRate": 48_000.0}

    def get_default_output_device_info(self) -> Mapping[str, str | int | float]:
        if not self._names:
            raise OSError("No Default Output Device Available")
        return self.get_device_info_by_index(1)

    def terminate(self) -> None:
        self.terminated += 1

    def open(self, *, rate: int, channels: int, format: int, output: bool, output_device_index: int) -> FakeStream:
        assert format == INT16
        assert output
        if (rate, channels) not in self._knows:
            raise OSError(-9997, "Invalid sample rate")
        self.played_on.append(output_device_index)
        self.streams.append(FakeStream(self, rate, channels))
        return self.streams[-1]
