"""The microphone of the device: a PortAudio capture stream that survives whatever happens to it."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from edgevoice.errors import MicrophoneError
from edgevoice.hardware.losses import Losses
from edgevoice.hardware.microphone_settings import MicrophoneSettings
from edgevoice.hardware.microphone_status import MicrophoneState, MicrophoneStatus, diagnose
from edgevoice.hardware.portaudio import (
    PortAudio,
    SoundSystem,
    choose,
    describe,
    devices_of,
)
from edgevoice.hardware.recorder_process import RecorderProcess
from edgevoice.hardware.ring import Ring
from edgevoice.hardware.stream import CaptureStream
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, AudioBlock

__all__ = ["MicrophoneSettings", "MicrophoneState", "MicrophoneStatus", "PyAudioMicrophone"]

_log = logging.getLogger(__name__)

_TICK_SECONDS = SAMPLES_PER_BLOCK / SAMPLE_RATE  # so long nothing is waited for before a block without sound is given
_NOTHING = np.zeros(0, np.int16)


class PyAudioMicrophone:
    """A capture device; ``blocks`` goes on through every trouble, ``status`` and ``report`` tell of it.

    ``open`` fails at once, for a person who waits for an answer; ``blocks`` retries, for a door that serves for years.
    start_sample follows the clock: what was dropped or missed while the device was away leaves a gap in it.
    """

    def __init__(
        self,
        settings: MicrophoneSettings,
        report: Callable[[MicrophoneStatus], None] = lambda status: None,
        sound_system: SoundSystem = RecorderProcess,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """report: called from the thread that runs ``blocks``, at each change of state, and where sound was lost."""
        self._settings, self._report, self._sound_system, self._clock = settings, report, sound_system, clock
        self._device = describe(settings.device)
        self._state, self._message = MicrophoneState.CLOSED, ""
        self._audio: PortAudio | None = None
        self._stream: CaptureStream | None = None
        self._dropped_before = self._overruns_before = 0
        self._losses = Losses()
        self._first_opened: float | None = None
        self._next_sample = self._still = 0
        self._heard = False
        self._muted = ""  # what was told of its silence, until it is heard again, whatever happens in between
        self._closing: Ring[None] = Ring(1)
        self._closed = False
        self._releasing = threading.RLock()

    @property
    def status(self) -> MicrophoneStatus:
        """How it is now."""
        stream = self._stream
        dropped = self._dropped_before + (stream.dropped_blocks if stream else 0)
        overruns = self._overruns_before + (stream.overruns if stream else 0)
        rate = stream.rate if stream else 0
        return MicrophoneStatus(self._state, self._device, rate, self._message, dropped, overruns)

    @property
    def healthy(self) -> bool:
        """Whether sound was heard, and none has been missing since; one value is, where ``silence_seconds`` is 0."""
        return self._heard and self.status.healthy

    def open(self) -> None:
        """Open the device now, if it is not open; raises MicrophoneError when it is missing, busy or closed."""
        if self._stream is not None:
            return
        if self._closed:
            raise MicrophoneError(f"Microphone {self._device} was closed; make a new one to hear again.")
        try:
            self._audio = self._sound_system()
            device = choose(devices_of(self._audio), self._settings.device)
            self._device = device.name
            blocks = math.ceil(self._settings.ring_seconds * SAMPLE_RATE / SAMPLES_PER_BLOCK)
            self._stream = CaptureStream(self._audio, device, blocks, self._sample_now())
        except MicrophoneError as error:
            raise self._fail(MicrophoneState.MISSING, str(error)) from error
        except OSError as error:
            raise self._fail(*diagnose(self._device, error)) from error
        self._still = 0
        self._tell(MicrophoneState.SILENT if self._muted else MicrophoneState.STARTING, self._muted)

    def blocks(self) -> Iterator[AudioBlock]:
        """Blocks of about 80 ms until ``close``; a device in trouble is reported and tried again, ever more slowly.

        Where none comes in time one without a sample is given, so that whoever takes them can see to everything else.
        """
        wait = self._settings.retry_seconds
        while not self._closed:
            try:
                self.open()
                for block in self._hear():
                    if len(block.samples):
                        wait = self._settings.retry_seconds
                    yield block
            except MicrophoneError:
                if self._state == MicrophoneState.SILENT:  # the silence itself was the wait
                    continue
                yield from self._pause(wait)
                wait = min(2 * wait, self._settings.longest_retry_seconds)
        self._release()  # if it was closed in the middle of being opened

    def close(self) -> None:
        """Release the device and end ``blocks``, from any thread; safe to call twice."""
        self._closed = True
        self._closing.close()
        self._release()
        self._tell(MicrophoneState.CLOSED)

    def _pause(self, seconds: float) -> Iterator[AudioBlock]:
        """Blocks without sound while the device is away; that it is a gap, their place in the stream says."""
        for _ in range(math.ceil(seconds / _TICK_SECONDS)):
            self._closing.take(min(_TICK_SECONDS, seconds))
            if self._closed:
                return
            self._next_sample = self._sample_now()
            yield self._nothing()

    def _hear(self) -> Iterator[AudioBlock]:
        """Blocks while all is well; raises MicrophoneError at the first trouble."""
        last_heard = self._clock()
        while (stream := self._stream) is not None:
            block = stream.take(_TICK_SECONDS)
            if self._closed:
                return
            if block is None:
                self._watch_stall(stream, self._clock() - last_heard)
                yield self._nothing()
            else:
                last_heard = self._clock()
                self._next_sample = block.start_sample + len(block.samples)
                self._watch_silence(block, stream.is_still)
                self._watch_losses()
                yield block

    def _nothing(self) -> AudioBlock:
        return AudioBlock(_NOTHING, self._next_sample)

    def _watch_stall(self, stream: CaptureStream, waited: float) -> None:
        if not self._closed and (not stream.is_active or waited >= self._settings.stall_seconds):
            message = f"Microphone {self._device!r} went away: no sound for {waited:.1f} s; plug it in again."
            raise self._fail(MicrophoneState.UNPLUGGED, message)

    def _watch_silence(self, block: AudioBlock, is_still: bool) -> None:
        limit = self._settings.silence_seconds
        if not is_still or not limit:
            self._heard, self._still, self._muted = True, 0, ""
            self._tell(MicrophoneState.HEARING)
            return
        self._still += len(block.samples)
        if self._still >= limit * SAMPLE_RATE:
            self._muted = (
                f"Microphone {self._device!r} is silent: {self._still / SAMPLE_RATE:.0f} s of digital silence (every "
                f"sample is {block.samples[0]}), where even a quiet room gives noise; unmute it (alsamixer), check its "
                "switch and cable."
            )
            raise self._fail(MicrophoneState.SILENT, self._muted)

    def _watch_losses(self) -> None:
        status = self.status
        lost = self._losses.news(status, self._clock()) if status.healthy else ""
        if lost:
            _log.warning(
                "microphone %r: %s: nobody was heard then, as the machine was too busy. See with 'top' what else runs "
                "on it, and end that; too weak a supply slows it down too.",
                status.device,
                lost,
            )
            self._report(replace(status, message=lost))

    def _sample_now(self) -> int:
        """What the clock calls the next sample, never less than what was given."""
        now = self._clock()
        self._first_opened = now if self._first_opened is None else self._first_opened
        return max(self._next_sample, round((now - self._first_opened) * SAMPLE_RATE))

    def _fail(self, state: MicrophoneState, message: str) -> MicrophoneError:
        self._release()
        self._tell(state, message)
        return MicrophoneError(message)

    def _tell(self, state: MicrophoneState, message: str = "") -> None:
        changed, self._state, self._message = state != self._state, state, message
        if changed:
            self._report(self.status)

    def _release(self) -> None:
        with self._releasing:  # who closes it second comes back when it is closed
            stream, self._stream = self._stream, None
            audio, self._audio = self._audio, None
            if stream is not None:
                stream.close()
                self._dropped_before += stream.dropped_blocks
                self._overruns_before += stream.overruns
            if audio is not None:
                audio.terminate()
