"""Enrolled by the teacher, verified by the student: the map between their spaces, and what it brings."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from edgevoice.errors import ModelError, SettingsError
from edgevoice.recognition.embed import XVector
from tools.measure.metrics import Indices, Mask, Values
from tools.peers import Vector
from tools.training.shards import shards_in, stored_mfcc

RIDGES = (0.0003, 0.001, 0.003, 0.01, 0.03)
"""Shares of the mean squared length of an input, tried on voices left out of the fit."""
SHORTEST_FRAMES = 200
_DRAWS = 4


@dataclass(frozen=True, eq=False)
class TeacherMap:
    """weights (193, d): from a teacher's embedding of unit length and a 1 to the space of ``model``, by name."""

    weights: Vector
    model: str

    def __call__(self, taught: Vector) -> Vector:
        """(n, 192) as the teacher gives them -> (n, d) float32 of unit length, comparable with the student's."""
        return unit(_with_one(taught) @ self.weights)

    def save(self, path: Path) -> None:
        """As an .npz file, in float16: less than 0.1 MB."""
        np.savez(path, weights=self.weights.astype(np.float16), model=np.array(self.model))

    @staticmethod
    def load(path: Path, model: str) -> "TeacherMap":
        """ModelError where there is none, or one for another model."""
        if not path.exists():
            raise ModelError(f"{path}: no map from the teacher's space; run: python -m tools.teacher_map")
        with np.load(path, allow_pickle=False) as stored:
            found = TeacherMap(stored["weights"].astype(np.float32), str(stored["model"]))
        if found.model != model:
            raise ModelError(f"{path}: leads to {found.model}, this model is {model}; run: python -m tools.teacher_map")
        return found


@dataclass(frozen=True, eq=False)
class Both:
    """The same clips by teacher (n, 192) and student (n, d)."""

    taught: Vector
    learned: Vector


def training_voices(output: Path, xvector: XVector, count: int) -> Both:
    """A random choice of the prepared and taught voices of a training run, undisturbed."""
    taught: list[Vector] = []
    learned: list[Vector] = []
    rng, shards = np.random.default_rng(0), shards_in(output / "taught")
    for path in tqdm(shards, unit="shard"):
        with np.load(path) as shard, np.load(output / "prepared" / path.name) as prepared:
            source, length = prepared["source"], prepared["feature_length"]
            clean = np.flatnonzero((np.diff(source, prepend=-1) != 0) & (length >= SHORTEST_FRAMES))
            chosen = rng.permutation(clean)[: -(-count // len(shards))]
            taught += list(shard["embeddings"][source[chosen]])
            begins, features = np.cumsum(length) - length, prepared["features"]
        for begin, frames in zip(begins[chosen], length[chosen], strict=True):
            learned.append(xvector.embed(stored_mfcc(features[begin : begin + frames])).vector)
    if len(taught) < 2:
        raise SettingsError(f"{output}: no taught voices; run tools.prepare and tools.teach, or name their --output")
    return Both(np.stack(taught), np.stack(learned))


def fit(voices: Both, model: str) -> TeacherMap:
    """Ridge regression; its strength is the one that leads nearest on a fifth of the voices, left out meanwhile."""
    left_out = max(1, len(voices.taught) // 5)
    near = {}
    for ridge in RIDGES:
        tried = TeacherMap(_solve(voices.taught[left_out:], voices.learned[left_out:], ridge), model)
        near[ridge] = float((tried(voices.taught[:left_out]) * unit(voices.learned[:left_out])).sum(axis=1).mean())
    best = max(near, key=lambda ridge: near[ridge])
    return TeacherMap(_solve(voices.taught, voices.learned, best), model)


@dataclass(frozen=True, eq=False)
class Trials:
    """(n,) scores, whether of one person, who was enrolled and who spoke."""

    scores: Values
    same: Mask
    enrolled: Indices
    spoke: Indices


def door_trials(prints: Vector, heard: Vector, speaker: NDArray[np.str_], clips: int) -> Trials:
    """Each person enrolled four times from so many clips of ``prints``, against every other clip of ``heard``.

    Both (n, d) of unit length, of the same n clips; the draws depend on nothing but the speakers, so that two kinds of
    ``prints`` meet the same trials.
    """
    rng, whose = np.random.default_rng(0), np.unique(speaker, return_inverse=True)[1]
    scores, same, enrolled, spoke = [], [], [], []
    for one in range(whose.max() + 1):
        own = np.flatnonzero(whose == one)
        if len(own) <= clips:
            continue
        for _ in range(_DRAWS):
            chosen = rng.permutation(own)[:clips]
            rest = np.setdiff1d(np.arange(len(whose)), chosen)
            scores.append(heard[rest] @ unit(prints[chosen].mean(axis=0)))
            same.append(whose[rest] == one)
            enrolled.append(np.full(len(rest), one))
            spoke.append(whose[rest])
    if not scores:
        raise SettingsError(f"nobody has more than {clips} clips")
    return Trials(*(np.concatenate(part) for part in (scores, same, enrolled, spoke)))


def unit(vectors: NDArray[np.floating]) -> Vector:
    """(..., d) -> of length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


def _with_one(taught: Vector) -> Vector:
    return np.concatenate([unit(taught), np.ones((len(taught), 1), np.float32)], axis=1)


def _solve(taught: Vector, learned: Vector, ridge: float) -> Vector:
    inputs, outputs = _with_one(taught).astype(np.float64), unit(learned).astype(np.float64)
    moments = inputs.T @ inputs
    moments += ridge * len(inputs) / inputs.shape[1] * np.eye(inputs.shape[1])
    return np.linalg.solve(moments, inputs.T @ outputs).astype(np.float32)
