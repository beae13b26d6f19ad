"""The driver's side of the recorder: what looks like PortAudio, and is one in a process of its own."""

import contextlib
import json
import shlex
import subprocess
import threading
from collections.abc import Mapping
from multiprocessing import Pipe
from typing import Any

from edgevoice.errors import MicrophoneError
from edgevoice.hardware import child
from edgevoice.hardware.portaudio import Callback, Device, SoundSystem, devices_of
from edgevoice.hardware.recorder import ANSWER_SECONDS, END_SECONDS, FRAMES


class RecorderProcess:
    """PortAudio with the devices that are present now, of which one is opened at most; ``terminate`` always ends it."""

    def __init__(self, answer_seconds: float = ANSWER_SECONDS) -> None:
        """Raises MicrophoneError where PortAudio does not start, or says nothing for answer_seconds."""
        self._answer_seconds = answer_seconds
        self._recorder, theirs = Pipe()
        self._asking = threading.Lock()  # who waits for an answer is not to have the pipe closed under it
        command = child.command("edgevoice.hardware.recorder", str(theirs.fileno()))
        with theirs:
            try:
                # stderr: ALSA, JACK and PortAudio write to it, page after page, and without end where a device went.
                self._process = subprocess.Popen(
                    command,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError as error:
                self._recorder.close()
                raise MicrophoneError(f"No microphone can be used: its recorder does not start ({error}).") from error
        self._stream: RecordedStream | None = None
        try:
            self._found = self._answer()
        except OSError as error:
            self.terminate()
            raise MicrophoneError(
                f"No microphone can be used: the recorder {error}. See why with: {shlex.join([*command[:-1], '1'])}"
            ) from error
        if "error" in self._found:
            self.terminate()
            raise MicrophoneError(self._found["error"])

    @property
    def process(self) -> int:
        """The process id of the recorder."""
        return self._process.pid

    def get_device_count(self) -> int:
        """Those that only play are counted too."""
        return len(self._found["devices"])

    def get_device_info_by_index(self, device_index: int) -> Mapping[str, str | int | float]:
        """As PyAudio gives it."""
        info: Mapping[str, str | int | float] = self._found["devices"][device_index]
        return info

    def get_default_input_device_info(self) -> Mapping[str, str | int | float]:
        """As PyAudio gives it; raises OSError where there is none."""
        if self._found["default"] is None:
            raise OSError("no default input device is available")
        return self.get_device_info_by_index(self._found["default"])

    def open(self, *, stream_callback: Callback, **asked: int) -> "RecordedStream":
        """Record, as PyAudio does. Raises OSError: what PortAudio said, or that the recorder has gone."""
        with self._asking:
            self._ask(asked)
            answer = self._answer()
        if "refused" in answer:
            raise OSError(*answer["refused"])
        self._stream = RecordedStream(self, stream_callback)
        return self._stream

    def terminate(self) -> None:
        """End the recorder; never raises, safe to call twice."""
        with contextlib.suppress(OSError):
            self._ask(None)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._stream is not None:
            self._stream.join()
        with self._asking:
            self._recorder.close()

    def hear(self) -> tuple[bytes, int, int]:
        """(frames, their number, status flags) of one callback; raises EOFError or OSError at the end."""
        message = self._recorder.recv_bytes()
        count, flags = FRAMES.unpack_from(message)
        return message[FRAMES.size :], count, flags

    def _ask(self, what: Mapping[str, int] | None) -> None:
        self._recorder.send_bytes(json.dumps(what).encode())

    def _answer(self) -> Any:
        """What it says to what it was asked; raises OSError where that is nothing."""
        if not self._recorder.poll(self._answer_seconds):
            self._process.kill()  # nor would it answer the next time
            raise OSError(f"said nothing within {self._answer_seconds:g} s")
        try:
            return json.loads(self._recorder.recv_bytes())
        except EOFError as error:
            raise OSError("ended without a word") from error


class RecordedStream:
    """The open stream; a thread hands on what the recorder hears."""

    def __init__(self, recorder: RecorderProcess, callback: Callback) -> None:
        self._recorder, self._callback = recorder, callback
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def is_active(self) -> bool:
        """Whether the recorder lives; where its device has gone it ends, or falls silent."""
        return self._thread.is_alive()

    def close(self) -> None:
        """End the recorder, as there is nothing else that it could do."""
        self._recorder.terminate()

    def join(self) -> None:
        """Wait for what was heard before the recorder ended."""
        self._thread.join()

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                frames, count, flags = self._recorder.hear()
                self._callback(frames, count, {}, flags)


def list_devices(sound_system: SoundSystem = RecorderProcess) -> list[Device]:
    """Every device that can record, in PortAudio's order; raises MicrophoneError where PortAudio does not start."""
    audio = sound_system()
    try:
        return devices_of(audio)
    finally:
        audio.terminate()
