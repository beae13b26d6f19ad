"""Frames -> Prosody: pitch, loudness, rate and pauses of an utterance, in integers.

Nothing here depends on how loud the sound came in: levels count against the utterance's own median.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import LOG2_BITS, log2_q16
from edgevoice.listening.frames import Frames
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.pitch import PITCH_BITS, follow_pitch

LEVEL_BITS = 8
"""Levels are log2 of power in Q8: 256 are 3.01 dB."""
_SHARE_BITS = 8
_QUIETEST = 8 << LOG2_BITS  # octaves of power below the loudest frames, 24 dB: what still counts as sounding
_OVER_NOISE = 1 << LOG2_BITS  # 3 dB
_FEWEST = 10  # frames; with fewer every frame counts
_VOICED = 100  # Q8
_LEAP = 51  # Q8 octaves: more from frame to frame is an error of the tracker, not a voice
_DIP = 1 << LEVEL_BITS  # 3 dB between two syllables at least
_LOW, _MIDDLE, _HIGH = slice(2, 32), slice(32, 96), slice(96, 240)  # bins: 62-969, 1000-2969, 3000-7469 Hz


Percentiles = tuple[int, ...]


@dataclass(frozen=True)
class Prosody:
    """How an utterance was said, in integers; shares Q8, pitch in 1/256 octave, levels in 1/256 of 3.01 dB.

    pitch: log2 of Hz, percentiles 10, 25, 50, 75, 90 of the voiced frames; sure: periodicity, percentiles 25, 50, 75;
    level: against the median of the sounding frames, percentiles 10, 25, 75, 90, 98; middle, high: power of 1-3 and of
    3-7.5 kHz against that below 1 kHz, percentiles 25, 50, 75; pitch_step, level_step: mean change from frame to frame,
    in sixteenths of the unit; pitch_fall: median of the first third less that of the last; voiced: share of the
    sounding frames; syllables: peaks of the level in a second, Q8; voiced_run: mean frames in a row; pauses: share of
    the frames between the first and the last sounding one; sounding: frames.
    """

    pitch: Percentiles
    sure: Percentiles
    level: Percentiles
    middle: Percentiles
    high: Percentiles
    pitch_step: int
    pitch_fall: int
    level_step: int
    voiced: int
    syllables: int
    voiced_run: int
    pauses: int
    sounding: int

    def figures(self) -> Integers:
        """(27,) all of them, in this order."""
        parts = [getattr(self, each.name) for each in fields(self)]
        return np.array([figure for part in parts for figure in np.atleast_1d(part)], dtype=np.int64)

    @property
    def pitch_hz(self) -> float:
        """The median pitch."""
        return float(2.0 ** (self.pitch[2] / (1 << PITCH_BITS)))

    @property
    def pitch_range_semitones(self) -> float:
        """From the 10th to the 90th percentile."""
        return 12 * (self.pitch[-1] - self.pitch[0]) / (1 << PITCH_BITS)

    @property
    def level_range_db(self) -> float:
        """From the 10th to the 98th percentile."""
        return float(10 * np.log10(2) * (self.level[-1] - self.level[0]) / (1 << LEVEL_BITS))

    @property
    def syllables_per_second(self) -> float:
        """Peaks of the level."""
        return self.syllables / (1 << _SHARE_BITS)

    @property
    def voiced_s(self) -> float:
        """Seconds that surely are a voice's."""
        return self.sounding * self.voiced / (1 << _SHARE_BITS) / FRAMES_PER_SECOND

    @property
    def pause_share(self) -> float:
        """0..1."""
        return self.pauses / (1 << _SHARE_BITS)


def measure_prosody(frames: Frames) -> Prosody:
    """How an utterance of n >= 1 frames was said."""
    level = frames.snr + frames.noise
    sounds = sounding(frames)
    pitch, sure = follow_pitch(frames.spectrum)
    voiced = sounds & (sure >= _percentiles(sure[sounds], 50)[0])  # the surer half, whatever the noise takes off
    surely = sounds & (sure >= _VOICED)
    loud = (level - _percentiles(level[sounds], 50)[0]) >> (LOG2_BITS - LEVEL_BITS)
    middle, high = _balance(frames.spectrum)
    first, last = np.flatnonzero(sounds)[[0, -1]]
    return Prosody(
        pitch=_percentiles(pitch[voiced], 10, 25, 50, 75, 90),
        sure=_percentiles(sure[sounds], 25, 50, 75),
        level=_percentiles(loud[sounds], 10, 25, 75, 90, 98),
        middle=_percentiles(middle[sounds], 25, 50, 75),
        high=_percentiles(high[sounds], 25, 50, 75),
        pitch_step=_mean_step(pitch, voiced, _LEAP),
        pitch_fall=_fall(pitch[voiced]),
        level_step=_mean_step(loud, sounds, 1 << 62),
        voiced=_share(int(surely.sum()), int(sounds.sum())),
        syllables=_share(_peaks(loud, sounds) * FRAMES_PER_SECOND, int(sounds.sum())),
        voiced_run=int(surely.sum()) // max(_runs(surely), 1),
        pauses=_share(int((~sounds[first : last + 1]).sum()), int(last - first + 1)),
        sounding=int(sounds.sum()),
    )


def sounding(frames: Frames) -> NDArray[np.bool_]:
    """(n,) which frames are near the loudest ones and over the noise; all, where too few are.

    Not ``speech``: the speech network does not take every scream for speech.
    """
    level = frames.snr + frames.noise
    loudest = _percentiles(level, 95)[0]
    found: NDArray[np.bool_] = (level >= loudest - _QUIETEST) & (frames.snr >= _OVER_NOISE)
    return found if int(found.sum()) >= min(_FEWEST, len(found)) else np.ones(len(found), dtype=np.bool_)


def _percentiles(values: Integers, *wanted: int) -> Percentiles:
    """Those of the values themselves, nearest rank; 0 for none."""
    if not len(values):
        return (0,) * len(wanted)
    ranked = np.sort(values)
    # Not of a generator: Python makes such a tuple longer and cuts it, and keeps up to 2,000 of every length it frees.
    return tuple(ranked[[(len(ranked) - 1) * percent // 100 for percent in wanted]].tolist())


def _mean_step(values: Integers, counted: NDArray[np.bool_], largest: int) -> int:
    """Mean absolute change between neighbours that both count, leaps left out, in sixteenths of the values' unit."""
    steps = np.abs(np.diff(values))[counted[1:] & counted[:-1]]
    steps = steps[steps <= largest]
    return int(steps.sum()) * 16 // max(len(steps), 1)


def _fall(pitch: Integers) -> int:
    third = max(len(pitch) // 3, 1)
    return _percentiles(pitch[:third], 50)[0] - _percentiles(pitch[-third:], 50)[0]


def _balance(power: Integers) -> tuple[Integers, Integers]:
    low, middle, high = (log2_q16(power[:, band].sum(axis=1)) for band in (_LOW, _MIDDLE, _HIGH))
    return (middle - low) >> (LOG2_BITS - LEVEL_BITS), (high - low) >> (LOG2_BITS - LEVEL_BITS)


def _share(part: int, whole: int) -> int:
    return (part << _SHARE_BITS) // max(whole, 1)


def _runs(marked: NDArray[np.bool_]) -> int:
    return int((np.diff(np.concatenate([[0], marked.astype(np.int8)])) == 1).sum())


def _peaks(level: Integers, counted: NDArray[np.bool_]) -> int:
    """Peaks of the level over five frames that a dip of 3 dB sets apart, among the frames that count."""
    smooth = np.convolve(np.where(counted, level, level.min()), np.ones(5, dtype=np.int64), "same") // 5
    found, rising = 0, True
    turn = int(smooth[0])
    for value in smooth.tolist():
        if rising:
            turn = max(turn, value)
            if value <= turn - _DIP:
                found, rising, turn = found + 1, False, value
        else:
            turn = min(turn, value)
            if value >= turn + _DIP:
                rising, turn = True, value
    return found + rising * (turn > int(smooth[0]))
