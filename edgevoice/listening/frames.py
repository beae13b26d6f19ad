"""Samples -> Frames: what is known of each 10 ms of sound."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.activity import ActivitySettings, SpeechActivity, odds_wanted
from edgevoice.listening.capture import Samples
from edgevoice.listening.damage import count_clipped, count_dropped
from edgevoice.listening.enhance import Enhancement
from edgevoice.listening.features import BANDS, COEFFICIENTS, Bands, Cepstra, Cepstrum, LogMel
from edgevoice.listening.noise import Groups
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.spectrum import BINS, Spectrum
from edgevoice.listening.voicing import Voicing
from edgevoice.listening.window import HOP, Windows

LOUDEST_NOISE = 1 << 46
"""What noise counts with at most in a bin. The bins of one frame share the power of its samples; those of the tracked
noise may stem from different times, and without a limit a sound made for it could overflow their sum."""
_AT_ONCE = 200  # frames: fewer calls for long sound, no page faults, and no more memory on the way for a long block

# These keep nothing of the stream, so their tables are made once for every stream.
_spectrum, _log_mel, _cepstrum, _voicing = cache(Spectrum), cache(LogMel), cache(Cepstrum), cache(Voicing)

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # mallopt(3)
_LARGE_BLOCK = 50  # frames: a file as a whole, no microphone
_A_DOOR_KEEPS_MB = 2  # enough for blocks of 80 ms
_WHOLE_SOUNDS_KEEP_MB = 8  # for _AT_ONCE frames


@cache
def _keep_freed_memory(megabytes: int) -> None:
    """glibc keeps so much freed memory for the process; blocks of half of it and more go back to the system at once.

    Otherwise it may give the heap's end to the system and take it again page by page at every round, which costs up to
    half as much as all the rest; or, once one block of some MB was freed, keep twice as much as that. Other C libraries
    are left as they are.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_MMAP_THRESHOLD, megabytes << 19)
        mallopt(_M_TRIM_THRESHOLD, megabytes << 20)


@dataclass(frozen=True, eq=False)
class Frames:
    """n consecutive frames.

    mfcc: (n, 40) int32 Q10; before noise is taken off: spectrum: (n, 257) power of each bin, Q4, and
    bands: (n, 40) int32 log2 of each mel band, Q16;
    speech: (n,) 0 or 1; odds: (n,) natural-log odds of speech, Q11;
    periodicity: (n,) Q8, and pitch_lag: (n,) its lag in samples;
    snr: (n,) log2 of the level, which is the power of all bins from OFFSET_BINS on, over that of the noise floor, Q16;
    noise: (n,) log2 of the level of that floor, Q16;
    clipped: (n,) samples of each hop at full scale; dropped: (n,) samples of each hop within a dropout;
    offset: (n,) sum of the samples of each hop.
    """

    mfcc: Cepstra
    spectrum: Integers
    bands: Bands
    speech: Integers
    odds: Integers
    periodicity: Integers
    pitch_lag: Integers
    snr: Integers
    noise: Integers
    clipped: Integers
    dropped: Integers
    offset: Integers

    @staticmethod
    def none() -> "Frames":
        """No frames."""
        nothing = np.zeros(0, dtype=np.int64)
        mfcc, spectrum = np.zeros((0, COEFFICIENTS), dtype=np.int32), np.zeros((0, BINS), dtype=np.int64)
        bands = np.zeros((0, BANDS), dtype=np.int32)
        return Frames(mfcc, spectrum, bands, *[nothing] * (len(fields(Frames)) - 3))

    def __len__(self) -> int:
        return len(self.speech)

    def __getitem__(self, part: slice) -> "Frames":
        return Frames(*(getattr(self, field.name)[part] for field in fields(self)))

    def __add__(self, other: "Frames") -> "Frames":
        return Frames.join([self, other])

    @staticmethod
    def join(parts: Sequence["Frames"]) -> "Frames":
        """One or more runs of frames, one after the other."""
        parts = [part for part in parts if len(part)] or parts[:1]
        if len(parts) == 1:
            return parts[0]
        return Frames(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Frames)))


class FrontEnd:
    """Window, DFT, noise, subtraction, mel, log, DCT and speech activity over all frames of a block at once."""

    def __init__(
        self,
        enhancement: Enhancement,
        activity: ActivitySettings,
        tracker: TrackerName = "minimum",
        floor_tracker: TrackerName = "minima-controlled",
    ) -> None:
        """``tracker``: of the noise that is taken off; ``floor_tracker``: of the one that speech is told from, by which
        levels, SNR and pitch go."""
        _keep_freed_memory(_A_DOOR_KEEPS_MB)
        self._windows = Windows()
        self._spectrum = _spectrum()
        self._groups = Groups()
        self._noise, self._floor = TRACKERS[tracker](), TRACKERS[floor_tracker]()
        self._enhance = enhancement.enhancer()
        self._log_mel = _log_mel()
        self._cepstrum = _cepstrum()
        self._activity, self._odds_wanted = SpeechActivity(), odds_wanted(activity)
        self._voicing = _voicing()

    def __call__(self, samples: Samples) -> Frames:
        """(n,) int16 -> the frames that this block finishes, 0 or more."""
        windows = self._windows.cut(samples)
        if len(windows) > _LARGE_BLOCK:
            _keep_freed_memory(_WHOLE_SOUNDS_KEEP_MB)
        parts = [self._frames(windows[start : start + _AT_ONCE]) for start in range(0, len(windows), _AT_ONCE)]
        return Frames.join(parts) if parts else Frames.none()

    def _frames(self, windows: Samples) -> Frames:
        power = self._spectrum(windows)
        groups = self._groups.cut(power)
        clean = self._enhance(power, self._noise.learn(groups.means)[groups.place])
        floors = self._floor.learn(groups.means)
        (bands, level), (clean_bands, _), (floor_bands, floor_level) = self._levels(power, clean, floors, groups.place)
        periodicity, pitch_lag = self._voicing(power, floors[groups.place])
        odds = self._activity(bands, floor_bands, periodicity)
        hops = windows[:, :HOP]
        return Frames(
            mfcc=self._cepstrum(clean_bands),
            spectrum=power,
            bands=bands.astype(np.int32),
            speech=(odds >= self._odds_wanted).astype(np.int64),
            odds=odds,
            periodicity=periodicity,
            pitch_lag=pitch_lag,
            snr=level - floor_level,
            noise=floor_level,
            clipped=count_clipped(hops),
            dropped=count_dropped(hops),
            offset=hops.sum(axis=1, dtype=np.int64),
        )

    def _levels(
        self, power: Integers, clean: Integers, floors: Integers, place: Integers
    ) -> list[tuple[Integers, Integers]]:
        """LogMel of the power, of what is left of it, and of the floor of each frame, ``floors[place]``, in one go."""
        bands, level = self._log_mel(np.concatenate([power, clean, np.minimum(floors, LOUDEST_NOISE)]))
        frames = len(power)
        places = (slice(frames), slice(frames, 2 * frames), 2 * frames + place)
        return [(bands[each], level[each]) for each in places]
