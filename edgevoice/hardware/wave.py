"""Sound files as the microphone: WAV, FLAC, Opus and whatever else libsndfile reads."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgevoice.hardware import Clock
from edgevoice.hardware.sound_file import cut, open_sound, pieces
from edgevoice.listening.capture import SAMPLE_RATE, AudioBlock, Samples


@dataclass(frozen=True)
class Played:
    """A file, and the sample of the stream that it began at."""

    path: Path
    start_sample: int


class WaveMicrophone:
    """One file after the other, each followed by a little digital silence so that its last utterance ends.

    A block never holds sound of two files; ``file_at`` finds the file of any sample played so far.
    """

    def __init__(
        self,
        paths: Sequence[Path | str],
        realtime: bool = True,
        pause_seconds: float = 1.0,
        clock: Clock = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """realtime: a block is given when a microphone would have it, else as fast as it goes.

        pause_seconds: digital silence after each file, >= 0. Raises AudioError for a file that cannot be opened, before
        anything is played.
        """
        self._paths = [Path(path) for path in paths]
        for path in self._paths:
            open_sound(path).close()
        self._realtime, self._clock, self._sleep = realtime, clock, sleep
        self._pause = max(0, round(pause_seconds * SAMPLE_RATE))
        self._next_sample = 0
        self._started: float | None = None
        self._closed = False
        self.played: list[Played] = []

    def blocks(self) -> Iterator[AudioBlock]:
        """Blocks of at most 80 ms; raises AudioError where a file turns out to be damaged. Plays once."""
        for samples in self._samples():
            if self._closed:
                return
            yield self._block(samples)

    def file_at(self, sample: int) -> Played | None:
        """The file that holds this sample of the stream, or was the last before it; ``None`` before the first."""
        before = [played for played in self.played if played.start_sample <= sample]
        return before[-1] if before else None

    def close(self) -> None:
        """End the iteration at the next block; safe to call twice."""
        self._closed = True

    @property
    def healthy(self) -> bool:
        """A file may hold silence."""
        return True

    def _samples(self) -> Iterator[Samples]:
        for path in self._paths:
            self.played.append(Played(path, self._next_sample))
            yield from pieces(path)
            yield from cut(np.zeros(self._pause, np.int16))

    def _block(self, samples: Samples) -> AudioBlock:
        block = AudioBlock(samples, self._next_sample)
        self._next_sample += len(samples)
        self._keep_time()
        return block

    def _keep_time(self) -> None:
        """Wait until a microphone would have captured everything given so far."""
        if not self._realtime:
            return
        self._started = self._clock() if self._started is None else self._started
        ahead = self._started + self._next_sample / SAMPLE_RATE - self._clock()
        if ahead > 0:
            self._sleep(ahead)
