"""One open capture stream: callback -> ring -> blocks at 16 kHz."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from edgevoice.hardware.portaudio import (
    CONTINUE,
    DEVICE_UNAVAILABLE,
    INPUT_OVERFLOW,
    INT16,
    Device,
    InputStream,
    PortAudio,
)
from edgevoice.hardware.resample import Resampler, downmix
from edgevoice.hardware.ring import Ring
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, AudioBlock


@dataclass(frozen=True)
class _Captured:
    """Interleaved int16 frames as the device gave them, and the number of its first frame since the stream began."""

    frames: bytes
    start_frame: int


class CaptureStream:
    """A stream of one device at 16 kHz mono if it can, else at its own rate and channels, resampled and mixed."""

    def __init__(self, audio: PortAudio, device: Device, ring_blocks: int, start_sample: int) -> None:
        """start_sample: what the first sample of this stream is called. Raises OSError as PortAudio does."""
        self.overruns = 0
        """Times PortAudio said that it lost sound before we could have it."""
        self.is_still = False
        """Whether each channel of what was taken last was one value, before the resampler, whose filter rises to it."""
        self._ring: Ring[_Captured] = Ring(ring_blocks)
        self._origin = start_sample
        self._captured_frames = 0
        self._stream, self.rate, self._channels = self._open(audio, device)
        self._begin_run(0)

    @property
    def dropped_blocks(self) -> int:
        """Blocks that the loop was too late to take."""
        return self._ring.dropped

    @property
    def is_active(self) -> bool:
        """Whether PortAudio still delivers; an unplugged device ends this, or simply falls silent."""
        try:
            return self._stream.is_active()
        except OSError:
            return False

    def take(self, timeout_s: float) -> AudioBlock | None:
        """The next block, its length as the resampler gives it (even 0); ``None``: nothing came within timeout_s."""
        captured = self._ring.take(timeout_s)
        if captured is None:
            return None
        if captured.start_frame != self._next_frame:
            self._begin_run(captured.start_frame)
        frames = np.frombuffer(captured.frames, np.int16).reshape(-1, self._channels)
        self._next_frame += len(frames)
        self.is_still = bool((frames == frames[:1]).all())
        samples = self._resample(downmix(frames.astype(np.float32)))
        block = AudioBlock(samples, self._next_sample)
        self._next_sample += len(samples)
        return block

    def close(self) -> None:
        """End a waiting ``take``, stop and release the device; never raises: it may be gone already."""
        self._ring.close()
        with suppress(OSError):
            self._stream.close()

    def _begin_run(self, frame: int) -> None:
        """Sound without a gap begins here; a filter that spans a gap would smear both sides."""
        self._resample = Resampler(self.rate)
        self._next_frame = frame
        self._next_sample = self._origin + round(frame * SAMPLE_RATE / self.rate)

    def _open(self, audio: PortAudio, device: Device) -> tuple[InputStream, int, int]:
        failure: Exception = OSError("it offers no format that we can record")
        for rate, channels in _formats(device):
            try:
                return self._open_as(audio, device, rate, channels), rate, channels
            except (OSError, ValueError) as error:
                failure = error
                if DEVICE_UNAVAILABLE in error.args:  # busy: no other format will help
                    break
        raise OSError(*failure.args) from failure

    def _open_as(self, audio: PortAudio, device: Device, rate: int, channels: int) -> InputStream:
        return audio.open(
            rate=rate,
            channels=channels,
            format=INT16,
            input=True,
            input_device_index=device.index,
            frames_per_buffer=rate * SAMPLES_PER_BLOCK // SAMPLE_RATE,
            stream_callback=self._receive,
        )

    def _receive(self, frames: bytes | None, count: int, _times: Mapping[str, float], flags: int) -> tuple[None, int]:
        """PortAudio's thread: only counts and stores."""
        self.overruns += bool(flags & INPUT_OVERFLOW)
        if frames:
            self._ring.put(_Captured(frames, self._captured_frames))
        self._captured_frames += count
        return None, CONTINUE


def _formats(device: Device) -> Iterator[tuple[int, int]]:
    """(rate, channels) from the best to the last resort; some devices know neither 16 kHz nor mono."""
    for channels in dict.fromkeys((1, min(2, device.channels), device.channels)):
        for rate in dict.fromkeys((SAMPLE_RATE, device.default_rate)):
            yield rate, channels
