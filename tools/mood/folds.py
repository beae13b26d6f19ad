"""People dealt into folds: each fold is judged by a network that never heard its people."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from edgevoice.recognition.emotion import encode
from edgevoice.tflite import TFLiteModel
from tools.made_of import kept, made_of
from tools.mood.clips import Clip, deal_folds, sex_by_pitch
from tools.mood.examples import Examples
from tools.mood.file import ENTRY, convert
from tools.mood.network import Head, Lesson, learn
from tools.training.int8 import describe

_ORDER = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
_CALIBRATING = 300  # examples that set the ranges of the INT8 tensors


@dataclass(frozen=True, eq=False)
class Lessons:
    """Everything to learn from: (copies, n, d) inputs, (n,) labels, people, folds and sex."""

    inputs: NDArray[np.float32]
    label: NDArray[np.int64]
    person: NDArray[np.int64]
    fold: NDArray[np.int64]
    sex: NDArray[np.float32]
    names: tuple[str, ...]


def lessons(clips: Sequence[Clip], copies: Sequence[Examples], folds: int) -> Lessons:
    """Clips and what the device makes of them and their copies."""
    found = {clip.emotion for clip in clips}
    names = tuple(sorted(found, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)))
    speaker = np.array([clip.speaker for clip in clips])
    pitch = copies[0].pitch_hz
    return Lessons(
        np.stack([copy.inputs for copy in copies]),
        np.array([names.index(clip.emotion) for clip in clips]),
        np.unique(speaker, return_inverse=True)[1],
        deal_folds(speaker, pitch, folds),
        sex_by_pitch(speaker, pitch),
        names,
    )


def learn_without(given: Lessons, fold: int | None, lesson: Lesson) -> tuple[Head, bytes]:
    """A network that has not heard the people of one fold, and its INT8 file."""
    heard = given.fold != (-1 if fold is None else fold)
    known = given.inputs[:, heard]
    head = learn(known, given.label[heard], given.sex[heard], len(given.names), lesson)
    every = known.reshape(-1, known.shape[-1])
    drawn = np.random.default_rng(0).choice(len(every), min(_CALIBRATING, len(every)), replace=False)
    return head, convert(head, every[drawn])


def answers_of(content: bytes, head: Head, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, d) -> (n, labels) by the INT8 file, as the device runs it."""
    entry = describe(content, [ENTRY])[ENTRY]
    with tempfile.NamedTemporaryFile(suffix=".tflite") as file:
        Path(file.name).write_bytes(content)
        model = TFLiteModel(Path(file.name), hashlib.sha256(content).hexdigest(), {ENTRY: entry})
    coded = encode(inputs, head.scaling.centre, head.scaling.levels_per_unit)
    stored = np.array([model.run(ENTRY, row[None])[0] for row in coded], dtype=np.float64)
    return (stored - entry.output.quantization.zero_point) * entry.output.quantization.scale


def across_folds(given: Lessons, lesson: Lesson, cache: Path | None = None) -> NDArray[np.float64]:
    """(n, labels) answers to each clip by the network that has not heard its speaker; ``cache``: folder that keeps
    them."""
    of = given.inputs, given.label, given.sex, given.fold
    key = made_of((), [hashlib.sha256(each.tobytes()).hexdigest() for each in of], lesson)

    def make() -> NDArray[np.float64]:
        answers = np.zeros((len(given.label), len(given.names)))
        for fold in tqdm(np.unique(given.fold), unit="fold"):
            head, content = learn_without(given, int(fold), lesson)
            answers[given.fold == fold] = answers_of(content, head, given.inputs[0][given.fold == fold])
        return answers

    return kept(cache / f"folds-{key}.npy" if cache else None, make)
