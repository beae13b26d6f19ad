"""Batches drawn from a corpus: crops of random voices, half of them spliced, and what the teacher says of each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgevoice.recognition.network_input import normalise
from tools.training.corpus import Corpus, Floats

_CUT_AT = (0.25, 0.75)  # of the crop: where another voice may take over


@dataclass(frozen=True, eq=False)
class Batch:
    """crops: (count, frames, 40) int8 network input; taught: (count, 192) what the teacher says of these crops;
    frames: (count, output frames, 128) the teacher's frame vectors at the middle of each output's context;
    voice: (count,) whose they are, index into the corpus's voices, -1: of two."""

    crops: NDArray[np.int8]
    taught: Floats
    frames: NDArray[np.int8]
    voice: NDArray[np.int64]


class Batches:
    """Random crops of random voices, normalised as on the device."""

    def __init__(
        self, corpus: Corpus, scale: Floats, noisy_share: float, seed: int | tuple[int, ...], context: int = 0
    ) -> None:
        self._corpus = corpus
        self._scale = scale
        self._noisy_share = noisy_share
        self._context = context
        self._rng = np.random.default_rng(seed)
        # By length: every second of sound is drawn equally often, not every clip.
        self._clean = np.cumsum(corpus.length * ~corpus.noisy)
        self._disturbed = np.cumsum(corpus.length * corpus.noisy) if corpus.noisy.any() else self._clean

    def draw(self, count: int, frames: int, spliced: float = 0.0) -> Batch:
        """Crops of so many frames, the network's context of ``context`` frames included; a share ``spliced`` of them
        goes on, from a random place, with another crop of the batch, so that one embedding tells of two voices."""
        noisy = self._rng.random(count) < self._noisy_share
        clips = np.where(noisy, self._draw_clips(self._disturbed, count), self._draw_clips(self._clean, count))
        begins = [self._draw_begin(int(clip), frames) for clip in clips]
        places = list(zip(clips.tolist(), begins, strict=True))
        crops = np.stack([self.crop(clip, begin, frames) for clip, begin in places])
        taught = np.stack([self._taught_frames(clip, begin, frames) for clip, begin in places])
        return self._spliced(crops, taught, self._corpus.voice[clips], spliced)

    def _spliced(
        self, crops: NDArray[np.int8], taught: NDArray[np.int8], voices: NDArray[np.int64], share_of_them: float
    ) -> Batch:
        corpus, count = self._corpus, len(crops)
        unheard = corpus.unheard[voices]
        whole_crops, whole_taught, whole_unheard, of_one = crops.copy(), taught.copy(), unheard.copy(), voices.copy()
        outputs = taught.shape[1]
        for place in self._rng.permutation(count)[: round(share_of_them * count)]:
            other, share = self._rng.integers(count), self._rng.uniform(*_CUT_AT)
            cut = round(share * outputs)
            crops[place, 2 * cut + self._context // 2 :] = whole_crops[other, 2 * cut + self._context // 2 :]
            taught[place, cut:] = whole_taught[other, cut:]
            unheard[place] = share * whole_unheard[place] + (1 - share) * whole_unheard[other]
            of_one[place] = -1
        return Batch(crops, corpus.head(taught) + unheard, taught, of_one)

    def _draw_clips(self, frames_up_to: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        return np.searchsorted(frames_up_to, self._rng.integers(frames_up_to[-1], size=count), side="right")

    def _draw_begin(self, clip: int, frames: int) -> int:
        length = int(self._corpus.length[clip])
        return int(self._rng.integers(length if length < frames else length - frames + 1))

    def crop(self, clip: int, begin: int, frames: int) -> NDArray[np.int8]:
        """(frames, 40) from ``begin`` on; round in a circle where the clip is shorter, as on the device."""
        mfcc = np.take(self._corpus.clip(clip), np.arange(begin, begin + frames), axis=0, mode="wrap")
        return normalise(mfcc, self._scale)

    def any_crop(self, clip: int, frames: int) -> NDArray[np.int8]:
        """(frames, 40) from anywhere in the clip."""
        return self.crop(clip, self._draw_begin(clip, frames), frames)

    def _taught_frames(self, clip: int, begin: int, frames: int) -> NDArray[np.int8]:
        voice = self._corpus.voice[clip]
        middles = begin + np.arange(self._context // 2, frames - self._context // 2, 2)
        wanted = np.minimum(middles % self._corpus.length[clip] // 2, self._corpus.frames_length[voice] - 1)
        taught: NDArray[np.int8] = self._corpus.frames[self._corpus.frames_start[voice] + wanted]
        return taught
