"""The prepared and taught shards in memory, and batches drawn from them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgevoice.listening.features import COEFFICIENTS, MFCC_BITS
from edgevoice.recognition.embed import normalise
from tools.prepare import STORED_SHIFT

Features = NDArray[np.int16]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Corpus:
    """Clips (n) of MFCC, Q6, one after the other in ``features``; what the teacher says of each voice.

    start, length: (n,) frames; voice: (n,) index into ``taught`` (voices, 192); noisy: (n,) whether disturbed;
    speaker: (voices,) name and speed, "" where unknown.
    """

    features: Features
    start: NDArray[np.int64]
    length: NDArray[np.int64]
    voice: NDArray[np.int64]
    noisy: NDArray[np.bool_]
    taught: Floats
    speaker: NDArray[np.str_]

    def clip(self, number: int) -> NDArray[np.int32]:
        """(frames, 40) int32 MFCC, Q10, as the device has it before cepstral mean removal."""
        begin = self.start[number]
        return self.features[begin : begin + self.length[number]].astype(np.int32) << STORED_SHIFT


def load_corpus(output: Path) -> Corpus:
    """Read every shard that is both prepared and taught; the teacher's embeddings are centred on their mean."""
    features, length, voice, noisy, taught, speaker = [], [], [], [], [], []
    voices = 0
    for path in sorted((output / "taught").glob("????.npy")):
        embeddings = np.load(path)
        with np.load(output / "prepared" / f"{path.stem}.npz") as shard:
            features.append(shard["features"])
            length.append(shard["feature_length"])
            source = shard["source"]
            speaker.append(shard["speaker"])
        voice.append(source + voices)
        noisy.append(np.r_[False, source[1:] == source[:-1]][: len(source)])
        taught.append(embeddings)
        voices += len(embeddings)
    lengths = np.concatenate(length)
    centre = np.concatenate(taught).mean(axis=0)
    return Corpus(
        features=np.concatenate(features),
        start=np.concatenate([[0], np.cumsum(lengths)[:-1]]),
        length=lengths,
        voice=np.concatenate(voice),
        noisy=np.concatenate(noisy),
        taught=np.concatenate(taught) - centre,
        speaker=np.concatenate(speaker),
    )


class Batches:
    """Random crops of random voices, normalised as on the device."""

    def __init__(self, corpus: Corpus, scale: Floats, noisy_share: float, seed: int | tuple[int, ...]) -> None:
        self._corpus = corpus
        self._scale = scale
        self._noisy_share = noisy_share
        self._rng = np.random.default_rng(seed)
        # By length: every second of sound is drawn equally often, not every clip.
        self._clean = np.cumsum(corpus.length * ~corpus.noisy)
        self._disturbed = np.cumsum(corpus.length * corpus.noisy)

    def draw(self, count: int, frames: int) -> tuple[NDArray[np.int8], Floats]:
        """-> (count, frames, 40) int8 network input, (count, 192) centred teacher embeddings."""
        noisy = self._rng.random(count) < self._noisy_share
        clips = np.where(noisy, self._draw_clips(self._disturbed, count), self._draw_clips(self._clean, count))
        crops = np.stack([self.crop(int(clip), frames) for clip in clips])
        return crops, self._corpus.taught[self._corpus.voice[clips]]

    def _draw_clips(self, frames_up_to: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        return np.searchsorted(frames_up_to, self._rng.integers(frames_up_to[-1], size=count), side="right")

    def crop(self, clip: int, frames: int) -> NDArray[np.int8]:
        mfcc = self._corpus.clip(clip)
        if len(mfcc) < frames:  # go round in a circle, as the device does with short utterances
            mfcc = np.take(mfcc, np.arange(frames) + self._rng.integers(len(mfcc)), axis=0, mode="wrap")
        begin = self._rng.integers(len(mfcc) - frames + 1)
        return normalise(mfcc[begin : begin + frames], self._scale)


def coefficient_scale(corpus: Corpus, clips: int = 500) -> Floats:
    """(40,) levels of INT8 per unit of Q10 MFCC, so that four standard deviations fill the range."""
    rng = np.random.default_rng(0)
    sample = [
        corpus.clip(int(i)) for i in rng.choice(len(corpus.length), min(clips, len(corpus.length)), replace=False)
    ]
    deviation = np.concatenate([(c - c.mean(axis=0)) for c in sample]).std(axis=0)
    assert deviation.shape == (COEFFICIENTS,), MFCC_BITS
    return np.asarray(32.0 / deviation, dtype=np.float32)
