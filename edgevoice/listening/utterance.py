"""Frames -> utterances: what somebody said between two pauses."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edgevoice.errors import SettingsError
from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS
from edgevoice.listening.activity import ODDS_BITS
from edgevoice.listening.features import Cepstra
from edgevoice.listening.frames import Frames
from edgevoice.listening.held import Held
from edgevoice.listening.levels import excess_q16
from edgevoice.listening.quality import Quality, assess
from edgevoice.listening.window import FRAMES_PER_SECOND

_SUREST = 70  # frames of an utterance that speak for it
_VOICE_ODDS = 3 << ODDS_BITS  # 95 %: what they must be in the mean; a bark is as sure as speech, but not for so long
_VOICE_ODDS_IN_NOISE = 4500  # 90 %: where the sound hardly stands out, so that it is no bark, and a voice is less sure
_STANDS_OUT = 3 << LOG2_BITS  # octaves of mean power over the noise (9 dB)
_SURE_ODDS = 4081  # 88 %: the odds sink slowly when speech ends, so a short pause is counted from the last sure frame
_WEAK_TAIL = 8  # frames: where speech that is not sure goes on for so long after it, from the last of those as well


@dataclass(frozen=True, eq=False)
class Utterance:
    """What somebody said between two pauses.

    frames: all that is known of it; start_s, end_s: seconds in the stream;
    final: False for what was said up to a short pause, where the same utterance may go on and is given once more.
    """

    frames: Frames
    start_s: float
    end_s: float
    final: bool = True

    def after(self, seconds: float) -> "Utterance":
        """The same in a stream that had gone on for so long when the ear began to count."""
        return replace(self, start_s=self.start_s + seconds, end_s=self.end_s + seconds)

    @cached_property
    def quality(self) -> Quality:
        """How good the sound was; reckoned when it is first asked for, as an embedding needs none of it."""
        return assess(self.frames)

    @property
    def mfcc(self) -> Cepstra:
        """(n, 40) int32, Q10, before cepstral mean removal."""
        return self.frames.mfcc


_Milliseconds = Annotated[int, Field(ge=0, le=60_000)]


@dataclass(frozen=True)
class UtteranceSettings:
    """In milliseconds.

    onset_ms of speech within onset_window_ms begin an utterance; early_pause_ms without frames that are surely speech
    let the door look at what was said so far, and so once more after a weak end of it; hangover_ms without speech end
    it; margin_ms are kept on both sides;
    shortest_ms of speech make it count, if it is a voice; longest_ms cut it.
    """

    onset_ms: Annotated[int, Field(ge=10, le=1_000)] = 120
    onset_window_ms: _Milliseconds = 200
    early_pause_ms: Annotated[int, Field(ge=100, le=3_000)] = 100
    hangover_ms: Annotated[int, Field(ge=50, le=3_000)] = 400
    margin_ms: _Milliseconds = 250
    shortest_ms: _Milliseconds = 600
    longest_ms: Annotated[int, Field(ge=1_000, le=60_000)] = 12_000

    def __post_init__(self) -> None:
        """Raises SettingsError where two values contradict each other."""
        for key, most in (("onset_ms", "onset_window_ms"), ("margin_ms", "hangover_ms")):
            if getattr(self, key) > getattr(self, most):
                raise SettingsError(
                    f"listening.utterance.{key} is {getattr(self, key)}; allowed is up to {most}, "
                    f"which is {getattr(self, most)}"
                )
        if self.shortest_ms >= self.longest_ms:  # every utterance would be cut before it counts
            raise SettingsError(
                f"listening.utterance.shortest_ms is {self.shortest_ms}; allowed is less than longest_ms, "
                f"which is {self.longest_ms}"
            )


class UtteranceGate:
    """Waits for enough speech, gathers until the pause, gives the utterance.

    Works on runs of frames, never frame by frame; the outcome does not depend on how the stream is cut into blocks.
    """

    def __init__(self, settings: UtteranceSettings, early: bool = False) -> None:
        """``early``: whether to give what was said up to each short pause too, as an utterance that is not final."""

        def frames(milliseconds: int) -> int:
            return milliseconds * FRAMES_PER_SECOND // 1000

        self._onset_frames = frames(settings.onset_ms)
        self._onset_window = frames(settings.onset_window_ms)
        self._hangover = frames(settings.hangover_ms)
        self._early_pause = frames(settings.early_pause_ms) if early else None
        self._margin = frames(settings.margin_ms)
        self._shortest = frames(settings.shortest_ms)
        self._longest = frames(settings.longest_ms)
        self._gathered = Held()  # what may still belong to an utterance
        self._first = 0  # number in the stream of the first held frame
        self._seen = 0  # number in the stream of the first frame not yet looked at for a short pause
        self._onset: int | None = None  # index in the held frames where the present utterance was noticed

    @property
    def speaking(self) -> bool:
        """Whether an utterance has begun and not ended."""
        return self._onset is not None

    @property
    def _held(self) -> Frames:
        return self._gathered.frames

    def gather(self, frames: Frames) -> list[Utterance]:
        """The utterances that end, or pause, within these frames."""
        self._gathered.add(frames)
        given: list[Utterance] = []
        while self._begin():
            ends = self._find_end()
            given += self._give_early(ends[0] if ends else len(self._held))
            if ends is None:
                break
            given += self._give(ends[1])
            if ends[0] == self._longest:
                self._onset = 0  # the same sentence goes on
        return given

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

    def _silent(self, spoken: NDArray[np.bool_]) -> Integers:
        """(held,) -> (held,) frames since the last one that is spoken, or since the onset."""
        position = np.arange(len(spoken))
        last = np.maximum.accumulate(np.where(spoken, position, 0))
        silent: Integers = position - np.maximum(last, self._onset or 0)
        return silent

    def _find_end(self) -> tuple[int, int] | None:
        """Frame at which the pause or the longest length is reached, and the one after the utterance's last."""
        paused = np.flatnonzero(self._silent(self._held.speech == 1)[: self._longest] >= self._hangover)
        if len(paused):
            at = int(paused[0])
            return at, at - self._hangover + 1 + self._margin
        return (self._longest, self._longest) if len(self._held) >= self._longest else None

    def _give_early(self, until: int) -> list[Utterance]:
        """What was said up to each short pause reached before this frame, among those not yet looked at."""
        if self._early_pause is None:
            return []
        unsure, silent = (
            self._silent(heard)[:until] for heard in (self._held.odds >= _SURE_ODDS, self._held.speech == 1)
        )
        weak_tail = (silent == self._early_pause) & (unsure - silent >= _WEAK_TAIL)
        reached = np.flatnonzero((unsure == self._early_pause) | weak_tail)
        new = reached[reached >= self._seen - self._first]
        self._seen = self._first + until
        return [utterance for at in new.tolist() for utterance in self._utterance(at + 1, False)]

    def _give(self, stop: int) -> list[Utterance]:
        given = self._utterance(stop, True)
        self._forget(stop)
        self._onset = None
        return given

    def _utterance(self, stop: int, final: bool) -> list[Utterance]:
        """The held frames before this one, if they are enough speech and a voice."""
        frames, start = self._held[:stop], self._first
        if int(frames.speech.sum()) < self._shortest or not is_voice(frames):
            return []
        return [Utterance(frames, start / FRAMES_PER_SECOND, (start + stop) / FRAMES_PER_SECOND, final)]

    def _forget(self, count: int) -> None:
        if count > 0:
            self._gathered.drop(count)
            self._first += count


def is_voice(frames: Frames) -> bool:
    """Whether the surest frames of an utterance are sure enough of speech, for how far it stands out of the noise."""
    stands_out = excess_q16(frames.snr + frames.noise, frames.noise) >= _STANDS_OUT
    wanted = _VOICE_ODDS if stands_out else _VOICE_ODDS_IN_NOISE
    return int(np.sort(frames.odds)[-_SUREST:].sum()) >= wanted * _SUREST
