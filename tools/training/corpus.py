"""The prepared and taught shards as one.

Frames are counted at two rates: MFCC frames at 100 a second, the teacher's and the student's frame vectors at 50.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import SettingsError
from edgevoice.listening.features import COEFFICIENTS, Cepstra
from edgevoice.listening.listen import FRONT_END
from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.training.frame_targets import FrameBasis
from tools.training.joined import joined
from tools.training.shards import shards_in, stored_mfcc, voices_of
from tools.training.teacher_head import TeacherHead
from tools.training.whitening import Labelled, whitening

Features = NDArray[np.int16]
Floats = NDArray[np.float32]
_CLIPS_OF_ONE = 3  # fewer say nothing of how a person varies
_PEOPLE = 50  # fewer say nothing of people
_SHRINKAGE = 0.6
_SCALED_BY = 500  # clips


@dataclass(frozen=True, eq=False)
class Corpus:
    """Clips (n) of MFCC, Q6, one after the other in ``features``; what the teacher says of each voice.

    start, length: (n,) frames; voice: (n,) index into ``taught`` (voices, 192); noisy: (n,) whether disturbed;
    unheard: (voices, 192) what of it the frames as they are stored do not tell; speaker: (voices,) name and number of
    the copy (``@0``: unchanged), "" where unknown; frames: the teacher's frame vectors of all voices, INT8 principal
    components; frames_start, frames_length: (voices,) where each voice's are; head: what the teacher makes of them.
    """

    features: Features
    start: NDArray[np.int64]
    length: NDArray[np.int64]
    voice: NDArray[np.int64]
    noisy: NDArray[np.bool_]
    taught: Floats
    unheard: Floats
    speaker: NDArray[np.str_]
    frames: NDArray[np.int8]
    frames_start: NDArray[np.int64]
    frames_length: NDArray[np.int64]
    head: TeacherHead

    @property
    def hours(self) -> float:
        """Length of all clips."""
        return len(self.features) / (3600 * FRAMES_PER_SECOND)

    def clip(self, number: int) -> Cepstra:
        """(frames, 40) int32 MFCC, Q10, as the device has it before cepstral mean removal."""
        begin = self.start[number]
        return stored_mfcc(self.features[begin : begin + self.length[number]])


def load_corpus(output: Path, whitened: bool = True) -> Corpus:
    """Read every shard that is both prepared and taught; SettingsError where another front end made its features.

    The teacher's embeddings are centred on their mean and, unless told otherwise, whitened within the speakers who are
    known, so that the student need not learn what tells one's clips apart.
    """
    taught = shards_in(output / "taught")
    if not taught:
        raise SettingsError(
            f"{output / 'taught'}: found no shard to learn from; run tools.prepare and tools.teach first"
        )
    prepared = [output / "prepared" / path.name for path in taught]
    refuse_other_front_end(prepared)
    _refuse_other_voices(prepared, taught)
    length, sources, speakers = (_each(prepared, name) for name in ("feature_length", "source", "speaker"))
    embeddings, frames_length = (_each(taught, name) for name in ("embeddings", "frame_length"))
    voices_before = starts(np.array([len(each) for each in embeddings]))
    said, speaker = np.concatenate(embeddings), np.concatenate(speakers)
    mean, transform = _turn(said, speaker, whitened)
    corpus = Corpus(
        features=joined("features", prepared, length),
        start=starts(np.concatenate(length)),
        length=np.concatenate(length),
        voice=np.concatenate([source + before for source, before in zip(sources, voices_before, strict=True)]),
        noisy=np.concatenate([np.r_[False, source[1:] == source[:-1]][: len(source)] for source in sources]),
        taught=(said - mean) @ transform,
        unheard=np.zeros_like(said),
        speaker=speaker,
        frames=joined("frames", taught, frames_length),
        frames_start=starts(np.concatenate(frames_length)),
        frames_length=np.concatenate(frames_length),
        head=TeacherHead.load(output / "teacher_head.npz", FrameBasis.load(output / "frame_basis.npz")).turned(
            mean, transform
        ),
    )
    return replace(corpus, unheard=corpus.taught - said_of_frames(corpus))


def refuse_other_front_end(shards: list[Path]) -> None:
    """SettingsError, which names the first shard of features that today's front end did not make."""
    for path in shards:
        with np.load(path) as shard:
            found = str(shard["front_end"]) if "front_end" in shard else "one that it does not name"
        if found != FRONT_END:
            raise SettingsError(
                f"{path} has features of another front end: found {found!r}, {FRONT_END!r} wanted; make them anew from "
                "the speech that it keeps: python -m tools.rehear"
            )


def _refuse_other_voices(prepared: list[Path], taught: list[Path]) -> None:
    for voices, said in zip(prepared, taught, strict=True):
        if voices_of(voices) != voices_of(said):
            raise SettingsError(f"{said}: is of other voices than {voices} holds now; run tools.teach again")


def turned_teacher(output: Path) -> tuple[Floats, Floats]:
    """(192,) mean and (192, 192) transform: the corpus teaches (x - mean) @ transform where the teacher says x."""
    taught = shards_in(output / "taught")
    speakers = _each([output / "prepared" / path.name for path in taught], "speaker")
    return _turn(np.concatenate(_each(taught, "embeddings")), np.concatenate(speakers), whitened=True)


def _turn(said: Floats, speaker: NDArray[np.str_], whitened: bool) -> tuple[Floats, Floats]:
    mean = said.mean(axis=0)
    return mean, steady(said - mean, speaker) if whitened else np.eye(len(mean), dtype=np.float32)


def said_of_frames(corpus: Corpus) -> Floats:
    """(voices, 192): what the head says of all frames of each voice."""
    return np.stack(
        [
            corpus.head(corpus.frames[None, start : start + length])[0]
            for start, length in zip(corpus.frames_start, corpus.frames_length, strict=True)
        ]
    )


def _each(shards: list[Path], name: str) -> list[NDArray[Any]]:
    return [np.load(path)[name] for path in shards]


def steady(embeddings: Floats, speaker: NDArray[np.str_]) -> Floats:
    """(voices, 192) -> (192, 192) that whitens them within speakers, and leaves their size on the whole as it is."""
    known = in_own_voice(speaker, _CLIPS_OF_ONE)
    if len(np.unique(speaker[known])) < _PEOPLE:
        return np.eye(embeddings.shape[1], dtype=np.float32)
    transform = whitening(Labelled(embeddings[known], speaker[known]), _SHRINKAGE)
    return np.asarray(transform * len(transform) / np.trace(transform), dtype=np.float32)


def in_own_voice(speaker: NDArray[np.str_], clips: int) -> NDArray[np.bool_]:
    """Which are of a known speaker with so many clips, unchanged: each changed copy is a voice of its own."""
    own = np.char.endswith(speaker, "@0")
    names, counts = np.unique(speaker[own], return_counts=True)
    return np.asarray(own & np.isin(speaker, names[counts >= clips]))


def made_up(speaker: NDArray[np.str_]) -> NDArray[np.bool_]:
    """(voices,) which are of synthesisers, which lie closer together than people."""
    return begins(speaker, ("kokoro:", "flite:", "pico:", "festival:", "rhvoice:"))


def begins(speaker: NDArray[np.str_], names: tuple[str, ...]) -> NDArray[np.bool_]:
    """(voices,) whose names begin with one of these."""
    return np.array([name.startswith(names) for name in speaker.tolist()], dtype=np.bool_)


def people(corpus: Corpus) -> tuple[Floats, NDArray[np.int64]]:
    """(people, 192) the mean of what the teacher says of each known person's own voice; (voices,) whose each voice is,
    -1: nobody known, or not their own."""
    own = in_own_voice(corpus.speaker, 1)
    names, number = np.unique(corpus.speaker[own], return_inverse=True)
    sums = np.zeros((len(names), corpus.taught.shape[1]), dtype=np.float32)
    np.add.at(sums, number, corpus.taught[own])
    clips = np.bincount(number, minlength=len(names)).astype(np.float32)
    whose = np.full(len(corpus.speaker), -1, dtype=np.int64)
    whose[own] = number
    return sums / clips[:, None], whose


def starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of several pieces begins when they lie one after the other."""
    return np.concatenate([[0], np.cumsum(lengths)[:-1]])


def coefficient_scale(corpus: Corpus) -> Floats:
    """(40,) levels of INT8 per unit of Q10 MFCC, so that four standard deviations fill the range."""
    count = len(corpus.length)
    drawn = np.random.default_rng(0).choice(count, min(_SCALED_BY, count), replace=False)
    sample = [corpus.clip(int(clip)) for clip in drawn]
    deviation = np.concatenate([mfcc - mfcc.mean(axis=0) for mfcc in sample]).std(axis=0)
    assert deviation.shape == (COEFFICIENTS,)
    return np.asarray(32.0 / deviation, dtype=np.float32)
