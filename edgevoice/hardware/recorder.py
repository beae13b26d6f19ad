"""The recorder: a small process that has the capture side of PortAudio to itself, and hands on what it hears.

Where a device goes at a bad moment PortAudio's C code never comes back, or aborts its process (its issues 1037 and
278, https://github.com/PortAudio/portaudio: 19.6.0, which Debian 12 and 13 have, among others). A process of its own
can be ended whatever it is in the middle of, and nothing is lost but sound. It imports neither NumPy nor anything else
that is big.

    python -m edgevoice.hardware.recorder FD     what the microphone's driver starts

FD is one end of a socket pair. Of the messages (multiprocessing.connection) all but sound are JSON:

    to the driver     {"devices": [...], "default": its index or null}, or {"error": "..."} and the end
    from the driver   what PyAudio.open is to be called with, or null: end
    to the driver     {"opened": true}, or {"refused": [what was raised]} and from the driver as before
    to the driver     FRAMES, then interleaved int16 frames: at each callback, until there is anything from the driver
"""

import contextlib
import json
import os
import signal
import struct
import sys
import threading
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection

from edgevoice.errors import MicrophoneError
from edgevoice.hardware.portaudio import CONTINUE, InputStream, PortAudio, load_pyaudio

FRAMES = struct.Struct("<II")
"""How many frames follow; PortAudio's status flags."""

ANSWER_SECONDS = 15.0  # a Pi Zero starts Python in about a second; not measured on one
END_SECONDS = 1.0
"""For PortAudio to start or to open a device; to close it. Where it takes longer it hangs, and its process is ended."""

_LOOK_SECONDS = 0.1  # so soon it is noticed that PortAudio has given the device up


class Recorder:
    """PortAudio on one side, the driver on the other."""

    def __init__(self, driver: Connection) -> None:
        self._driver = driver
        self._told = threading.Event()  # sound, which comes in PortAudio's thread, after the answer that it is open

    def run(self) -> None:
        """Until driver or device have gone; raises EOFError or OSError where it is the driver, at a bad moment."""
        try:
            with _within(ANSWER_SECONDS):
                audio = load_pyaudio()
        except MicrophoneError as error:
            self._tell({"error": str(error)})
            return
        self._tell(_devices(audio))
        stream = self._open(audio)
        while stream is not None and stream.is_active() and not self._driver.poll(_LOOK_SECONDS):
            pass
        with _within(END_SECONDS):
            if stream is not None:
                stream.close()
            audio.terminate()

    def _open(self, audio: PortAudio) -> InputStream | None:
        """What the driver wants opened, as soon as that can be; None: nothing."""
        while (asked := json.loads(self._driver.recv_bytes())) is not None:
            try:
                with _within(ANSWER_SECONDS):
                    stream = audio.open(**asked, stream_callback=self._hear)
            except (OSError, ValueError) as error:
                self._tell({"refused": error.args})
                continue
            self._tell({"opened": True})
            self._told.set()
            return stream
        return None

    def _hear(self, frames: bytes | None, count: int, _times: Mapping[str, float], flags: int) -> tuple[None, int]:
        """PortAudio's thread. While the driver is late this waits, and PortAudio counts what is lost meanwhile."""
        if self._told.is_set():
            with contextlib.suppress(OSError):  # the driver has gone, as the main thread notices
                self._driver.send_bytes(FRAMES.pack(count, flags) + (frames or b""))
        return None, CONTINUE

    def _tell(self, content: Mapping[str, object]) -> None:
        self._driver.send_bytes(json.dumps(content, default=str).encode())


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """The kernel ends the process if this takes longer, also while nobody is left who would."""
    signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM, which nothing here handles
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _devices(audio: PortAudio) -> dict[str, object]:
    try:
        default = audio.get_default_input_device_info()["index"]
    except OSError:
        default = None
    count = audio.get_device_count()
    return {"devices": [audio.get_device_info_by_index(index) for index in range(count)], "default": default}


def main() -> None:
    """Record for the driver at the other end of the socket that is named."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the driver; its end ends us too
    with contextlib.suppress(EOFError, OSError):
        Recorder(Connection(int(sys.argv[1]))).run()
    os._exit(0)  # whatever PortAudio's threads are doing


if __name__ == "__main__":
    main()
