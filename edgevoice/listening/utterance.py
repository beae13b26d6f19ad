"""Frames -> utterances: what somebody said between two pauses."""

from dataclasses import dataclass

import numpy as np

from edgevoice.listening.features import Cepstra
from edgevoice.listening.frames import Frames
from edgevoice.listening.quality import Quality, assess
from edgevoice.listening.voice import statistics, voice_odds
from edgevoice.listening.window import FRAMES_PER_SECOND


@dataclass(frozen=True, eq=False)
class Utterance:
    """What somebody said between two pauses.

    mfcc: (frames, 40) int32, Q10, before cepstral mean removal; start_s, end_s: seconds in the stream.
    """

    mfcc: Cepstra
    start_s: float
    end_s: float
    quality: Quality


@dataclass(frozen=True)
class UtteranceSettings:
    """In milliseconds.

    onset_ms of speech within onset_window_ms begin an utterance; hangover_ms without speech end it, or only
    settled_hangover_ms once it holds settled_ms of speech, more than a whole sentence at a door; margin_ms are kept on
    both sides; shortest_ms of speech make it count, if it is a voice; longest_ms cut it.
    """

    onset_ms: int = 120
    onset_window_ms: int = 200
    hangover_ms: int = 400
    settled_ms: int = 3_000
    settled_hangover_ms: int = 220
    margin_ms: int = 100
    shortest_ms: int = 600
    longest_ms: int = 12_000


class UtteranceGate:
    """Waits for enough speech, gathers until the pause, gives the utterance.

    Works on runs of frames, never frame by frame; the outcome does not depend on how the stream is cut into blocks.
    """

    def __init__(self, settings: UtteranceSettings) -> None:
        def frames(milliseconds: int) -> int:
            return milliseconds * FRAMES_PER_SECOND // 1000

        self._onset_frames = frames(settings.onset_ms)
        self._onset_window = frames(settings.onset_window_ms)
        self._hangover = frames(settings.hangover_ms)
        self._settled = frames(settings.settled_ms)
        self._settled_hangover = min(frames(settings.settled_hangover_ms), self._hangover)
        self._margin = frames(settings.margin_ms)
        self._shortest = frames(settings.shortest_ms)
        self._longest = frames(settings.longest_ms)
        self._held = Frames.none()  # what may still belong to an utterance
        self._first = 0  # number in the stream of the first held frame
        self._onset: int | None = None  # index in the held frames where the present utterance was noticed

    @property
    def speaking(self) -> bool:
        """Whether an utterance has begun and not ended."""
        return self._onset is not None

    def gather(self, frames: Frames) -> list[Utterance]:
        """The utterances that end within these frames."""
        self._held = self._held + frames
        ended: list[Utterance] = []
        while self._begin():
            stop = self._find_end()
            if stop is None:
                break
            ended += self._give(stop)
        return ended

    def finish(self) -> list[Utterance]:
        """The utterance that the end of the stream cuts off, if there is one."""
        return self._give(len(self._held)) if self.speaking else []

    def _begin(self) -> bool:
        """Find the onset, forget what lies before it, and say whether an utterance is under way."""
        if self._onset is not None:
            return True
        before = self._onset_window - 1 + self._margin
        heard = np.cumsum(self._held.speech)
        heard[self._onset_window :] -= heard[: -self._onset_window].copy()
        if not (heard >= self._onset_frames).any():
            self._forget(len(self._held) - before)
            return False
        onset = int(np.argmax(heard >= self._onset_frames))
        self._forget(onset - before)
        self._onset = min(onset, before)
        return True

    def _find_end(self) -> int | None:
        """Index after the last frame of the utterance, once its pause or its longest length is reached."""
        position = np.arange(len(self._held))
        last = np.maximum.accumulate(np.where(self._held.speech == 1, position, 0))
        last = np.maximum(last, self._onset or 0)
        settled = np.cumsum(self._held.speech) >= self._settled
        paused = position - last >= np.where(settled, self._settled_hangover, self._hangover)
        if paused.any() and int(np.argmax(paused)) < self._longest:
            return int(last[np.argmax(paused)]) + 1 + self._margin
        return self._longest if len(self._held) >= self._longest else None

    def _give(self, stop: int) -> list[Utterance]:
        frames, start = self._held[:stop], self._first
        self._forget(stop)
        self._onset = None
        if int(frames.speech.sum()) < self._shortest or not self._is_voice(frames):
            return []
        quality = assess(frames)
        return [Utterance(frames.mfcc, start / FRAMES_PER_SECOND, (start + stop) / FRAMES_PER_SECOND, quality)]

    def _is_voice(self, frames: Frames) -> bool:
        found = statistics(frames.mfcc, frames.speech, frames.periodicity, frames.pitch_lag)
        return voice_odds(found) >= 0

    def _forget(self, count: int) -> None:
        if count > 0:
            self._held = self._held[count:]
            self._first += count
