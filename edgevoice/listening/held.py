"""Frames one after the other -> all of them as one run, with little copying and in blocks of few sizes.

A door does this for years: a new block of memory for every 10 ms, each a little longer than the last, leaves holes in
the heap that nothing fits into, and the process grows though it holds no more.
"""

from dataclasses import fields

import numpy as np

from edgevoice.listening.frames import Frames

_NAMES = tuple(field.name for field in fields(Frames))
_STEP = 256  # frames: 0.5 MB of spectra; rooms are a multiple of it
_SMALLEST = 64  # what is held in silence, with a block of 160 ms, fits


class Held:
    """Frames are added behind and dropped before. What was taken of ``frames`` stays as it is whatever comes later."""

    def __init__(self) -> None:
        self.frames = Frames.none()
        """All that are held."""
        self._room = Frames.none()  # begins with them, and has place for more behind

    def add(self, frames: Frames) -> None:
        """Hold these too. What comes behind others is copied, and only what lies behind everything that was ever taken
        is written."""
        if not len(self.frames):
            self.frames = self._room = frames
            return
        first, last = len(self.frames), len(self.frames) + len(frames)
        if last > len(self._room):
            self._move(self.frames, last, frames)
        for name in _NAMES:
            getattr(self._room, name)[first:last] = getattr(frames, name)
        self.frames = self._room[:last]

    def drop(self, count: int) -> None:
        """Hold the first ``count`` no more."""
        rest = self.frames[count:]
        self._move(rest, len(rest), rest)

    def _move(self, frames: Frames, wanted: int, like: Frames) -> None:
        """Into a room of their own with place for ``wanted``; the old one belongs to whoever has taken of it."""
        room = _SMALLEST if wanted <= _SMALLEST else -(-wanted // _STEP) * _STEP
        parts = [getattr(like, name) for name in _NAMES]
        self._room = Frames(*(np.empty((room, *part.shape[1:]), dtype=part.dtype) for part in parts))
        for name in _NAMES if len(frames) else ():
            getattr(self._room, name)[: len(frames)] = getattr(frames, name)
        self.frames = self._room[: len(frames)]
