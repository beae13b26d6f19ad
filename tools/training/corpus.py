"""The prepared and taught shards in memory, and batches drawn from them."""

# Frames are counted at two rates: MFCC frames at 100 a second, the teacher's and the student's frame vectors at 50.

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgevoice.listening.features import COEFFICIENTS, MFCC_BITS
from edgevoice.recognition.embed import normalise
from tools.prepare import STORED_SHIFT
from tools.training.whitening import Labelled, whitening

Features = NDArray[np.int16]
Floats = NDArray[np.float32]
_CLIPS_OF_ONE = 3  # fewer say nothing of how a person varies
_PEOPLE = 50  # fewer say nothing of people
_SHRINKAGE = 0.6


@dataclass(frozen=True, eq=False)
class Corpus:
    """Clips (n) of MFCC, Q6, one after the other in ``features``; what the teacher says of each voice.

    start, length: (n,) frames; voice: (n,) index into ``taught`` (voices, 192); noisy: (n,) whether disturbed;
    speaker: (voices,) name and number of the copy (``@0``: unchanged), "" where unknown; frames: the teacher's frame
    vectors of all voices, INT8 principal components; frames_start, frames_length: (voices,) where each voice's are.
    """

    features: Features
    start: NDArray[np.int64]
    length: NDArray[np.int64]
    voice: NDArray[np.int64]
    noisy: NDArray[np.bool_]
    taught: Floats
    speaker: NDArray[np.str_]
    frames: NDArray[np.int8]
    frames_start: NDArray[np.int64]
    frames_length: NDArray[np.int64]

    def clip(self, number: int) -> NDArray[np.int32]:
        """(frames, 40) int32 MFCC, Q10, as the device has it before cepstral mean removal."""
        begin = self.start[number]
        return self.features[begin : begin + self.length[number]].astype(np.int32) << STORED_SHIFT


def load_corpus(output: Path, whitened: bool = True) -> Corpus:
    """Read every shard that is both prepared and taught.

    The teacher's embeddings are centred on their mean and, unless told otherwise, whitened within the speakers who are
    known, so that the student need not learn what tells one's clips apart.
    """
    features, length, voice, noisy, taught, speaker, frames, frames_length = [], [], [], [], [], [], [], []
    voices = 0
    for path in sorted((output / "taught").glob("????.npz")):
        with np.load(output / "prepared" / path.name) as shard:
            features.append(shard["features"])
            length.append(shard["feature_length"])
            source = shard["source"]
            speaker.append(shard["speaker"])
        with np.load(path) as shard:
            taught.append(shard["embeddings"])
            frames.append(shard["frames"])
            frames_length.append(shard["frame_length"])
        voice.append(source + voices)
        noisy.append(np.r_[False, source[1:] == source[:-1]][: len(source)])
        voices += len(taught[-1])
    embeddings, speakers = np.concatenate(taught), np.concatenate(speaker)
    centred = embeddings - embeddings.mean(axis=0)
    return Corpus(
        features=np.concatenate(features),
        start=starts(np.concatenate(length)),
        length=np.concatenate(length),
        voice=np.concatenate(voice),
        noisy=np.concatenate(noisy),
        taught=steady(centred, speakers) if whitened else centred,
        speaker=speakers,
        frames=np.concatenate(frames),
        frames_start=starts(np.concatenate(frames_length)),
        frames_length=np.concatenate(frames_length),
    )


def steady(embeddings: Floats, speaker: NDArray[np.str_]) -> Floats:
    """(voices, 192) whitened within speakers."""
    known = in_own_voice(speaker, _CLIPS_OF_ONE)
    if len(np.unique(speaker[known])) < _PEOPLE:
        return embeddings
    transform = whitening(Labelled(embeddings[known], speaker[known]), _SHRINKAGE)
    whitened = embeddings @ (transform * len(transform) / np.trace(transform))
    return np.asarray(whitened, dtype=np.float32)


def in_own_voice(speaker: NDArray[np.str_], clips: int) -> NDArray[np.bool_]:
    """Which are of a known speaker with so many clips, unchanged: each changed copy is a voice of its own."""
    own = np.char.endswith(speaker, "@0")
    names, counts = np.unique(speaker[own], return_counts=True)
    return np.asarray(own & np.isin(speaker, names[counts >= clips]))


def starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of several pieces begins when they lie one after the other."""
    return np.concatenate([[0], np.cumsum(lengths)[:-1]])


@dataclass(frozen=True, eq=False)
class Batch:
    """crops: (count, frames, 40) int8 network input; voices: (count,) index into ``Corpus.taught``;
    frames: (count, output frames, 128) the teacher's frame vectors at the middle of each output's context."""

    crops: NDArray[np.int8]
    voices: NDArray[np.int64]
    frames: NDArray[np.int8]


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
        self._disturbed = np.cumsum(corpus.length * corpus.noisy)

    def draw(self, count: int, frames: int) -> Batch:
        """Crops of so many frames, the network's context of ``context`` frames included."""
        noisy = self._rng.random(count) < self._noisy_share
        clips = np.where(noisy, self._draw_clips(self._disturbed, count), self._draw_clips(self._clean, count))
        begins = [self._draw_begin(int(clip), frames) for clip in clips]
        return Batch(
            np.stack([self.crop(int(clip), begin, frames) for clip, begin in zip(clips, begins, strict=True)]),
            self._corpus.voice[clips],
            np.stack(
                [self._taught_frames(int(clip), begin, frames) for clip, begin in zip(clips, begins, strict=True)]
            ),
        )

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


def coefficient_scale(corpus: Corpus, clips: int = 500) -> Floats:
    """(40,) levels of INT8 per unit of Q10 MFCC, so that four standard deviations fill the range."""
    rng = np.random.default_rng(0)
    sample = [
        corpus.clip(int(i)) for i in rng.choice(len(corpus.length), min(clips, len(corpus.length)), replace=False)
    ]
    deviation = np.concatenate([(c - c.mean(axis=0)) for c in sample]).std(axis=0)
    assert deviation.shape == (COEFFICIENTS,), MFCC_BITS
    return np.asarray(32.0 / deviation, dtype=np.float32)
