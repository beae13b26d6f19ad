"""A PyAudio to be found instead of the real one, in the recorder's process: its troubles are those of C code.

TROUBLE in the environment: "import" there is none; "start" ends the process; "open" and "close" never come back.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping

TROUBLE = os.environ["TROUBLE"]
if TROUBLE == "import":
    raise ImportError("libportaudio.so.2: cannot open shared object file")


def _hang() -> None:
    while True:
        time.sleep(1)


class PyAudio:
    def __init__(self) -> None:
        if TROUBLE == "start":
            os.abort()

    def get_device_count(self) -> int:
        return 1

    def get_device_info_by_index(self, device_index: int) -> Mapping[str, str | int | float]:
        return {"index": device_index, "name": "shadow", "maxInputChannels": 1, "defaultSampleRate": 16_000.0}

    def get_default_input_device_info(self) -> Mapping[str, str | int | float]:
        return self.get_device_info_by_index(0)

    def open(
        self, *, frames_per_buffer: int, stream_callback: Callable[..., tuple[None, int]], **_asked: int
    ) -> "Stream":
        if TROUBLE == "open":
            _hang()
        return Stream(frames_per_buffer, stream_callback)

    def terminate(self) -> None:
        pass


class Stream:
    def __init__(self, count: int, callback: Callable[..., tuple[None, int]]) -> None:
        self._count, self._callback = count, callback
        threading.Thread(target=self._call, daemon=True).start()

    def is_active(self) -> bool:
        return True

    def close(self) -> None:
        if TROUBLE == "close":
            _hang()

    def _call(self) -> None:
        while True:
            self._callback(b"\1\0\2\0" * (self._count // 2), self._count, {}, 0)
            time.sleep(0.01)
