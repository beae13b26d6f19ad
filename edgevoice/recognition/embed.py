"""Utterance -> Embedding: the INT8 x-vector."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as validated

from edgevoice.errors import ModelError
from edgevoice.listening.features import COEFFICIENTS, Cepstra
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.calibration import Calibration
from edgevoice.recognition.doubt import Doubt
from edgevoice.recognition.network_input import (
    FRAME_RATE_DIVISOR,
    Scale,
    normalise,
    refuse_other_front_end,
    windows,
)
from edgevoice.tflite import Int8, Quantization, Signature, TFLiteModel, read_manifest

Vector = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Embedding:
    """A voice as a point: vector (d,) float32 of unit length, the doubt in its last component, and the name of the
    model that made it."""

    vector: Vector
    model: str


@validated(frozen=True, config=ConfigDict(extra="forbid"))
class XVectorManifest:
    """``xvector.json``: what the file beside it is, what it must be fed and what its scores mean.

    levels_per_unit: INT8 levels per unit of Q10 MFCC, by coefficient; context_frames: input frames that one frame
    vector sees, less one; calibration, doubt: absent until ``tools.calibrate`` has run.
    """

    name: str
    sha256: str
    front_end: str
    levels_per_unit: Annotated[tuple[Scale, ...], Field(min_length=COEFFICIENTS, max_length=COEFFICIENTS)]
    context_frames: Annotated[int, Field(ge=0, multiple_of=2)]
    signatures: dict[str, Signature]
    training: dict[str, object]
    licence: str
    calibration: Calibration | None = None
    doubt: Doubt | None = None


class XVector:
    """Frame vectors from overlapping windows, statistics over all of them in exact integers, one dense layer."""

    def __init__(self, path: Path) -> None:
        """``path``: the ``.tflite`` file. ModelError: missing, damaged, foreign, or made for another front end."""
        self.manifest = read_manifest(path.with_suffix(".json"), TypeAdapter(XVectorManifest))
        refuse_other_front_end(path, self.manifest.front_end)
        if set(self.manifest.signatures) != {"frames", "segment"}:
            raise ModelError(f"{path.with_suffix('.json')}: signatures 'frames' and 'segment' wanted: not an x-vector")
        self._model = TFLiteModel(path, self.manifest.sha256, self.manifest.signatures)
        self._frames = self.manifest.signatures["frames"]
        wanted = self.manifest.context_frames + FRAME_RATE_DIVISOR * self._frames.output.shape[1]
        if self._frames.input.shape[1] != wanted:
            raise ModelError(
                f"{path.with_suffix('.json')}: windows of {self._frames.input.shape[1]} frames; context_frames asks "
                f"for {wanted}; reinstall the models"
            )
        self._segment = self.manifest.signatures["segment"]
        self._levels = np.array(self.manifest.levels_per_unit, dtype=np.float32)

    def embed(self, mfcc: Cepstra) -> Embedding:
        """(n, 40) MFCC Q10 of one utterance, n >= 1 -> unit-length embedding."""
        return self.place(self.pooled(mfcc), len(mfcc))

    def place(self, pooled: Vector, frames: int) -> Embedding:
        """(2p,) statistics of the frame vectors of so many MFCC frames -> unit-length embedding."""
        vector, doubt = self._project(pooled), self.manifest.doubt
        return Embedding(
            doubt.beside(vector, frames / FRAMES_PER_SECOND) if doubt else unit(vector), self.manifest.name
        )

    def voice(self, mfcc: Cepstra) -> Vector:
        """(n, 40) MFCC Q10, n >= 1 -> (d,) of unit length: the voice without the doubt."""
        return unit(self.project(mfcc))

    def project(self, mfcc: Cepstra) -> Vector:
        """(n, 40) MFCC Q10, n >= 1 -> (d,) the voice as the last layer gives it, of any length."""
        return self._project(self.pooled(mfcc))

    def _project(self, pooled: Vector) -> Vector:
        coded = self._model.run("segment", encode(pooled[None], self._segment.input.quantization))[0]
        quantization = self._segment.output.quantization
        return np.asarray((coded.astype(np.float32) - quantization.zero_point) * np.float32(quantization.scale))

    def pooled(self, mfcc: Cepstra) -> Vector:
        """(n, 40) MFCC Q10, n >= 1 -> (2p,) mean and deviation of the frame vectors, which the last layer sees."""
        levels = normalise(mfcc, self._levels)
        outputs = self._frames.output.shape[1]
        cuts = windows(levels, self.manifest.context_frames, outputs)
        vectors = np.concatenate([self._model.run("frames", cut[None])[0] for cut in cuts])
        return pool(vectors[: -(-len(levels) // FRAME_RATE_DIVISOR)], self._frames.output.quantization)


def unit(vector: Vector) -> Vector:
    """(d,) -> the same direction, of length 1; all zero stays so."""
    return vector / np.float32(max(float(np.linalg.norm(vector)), 1e-9))


def pool(vectors: Int8, quantization: Quantization) -> Vector:
    """(n, p) INT8 frame vectors -> (2p,) mean and standard deviation over time; the sums are exact integers."""
    stored = vectors.astype(np.float64) - quantization.zero_point
    count = len(stored)
    total, squares = stored.sum(axis=0), np.einsum("ij,ij->j", stored, stored)
    mean = total / count
    # n * sum(x^2) - sum(x)^2 is an exact integer, below 2**53 for two hours of sound: no cancellation.
    deviation = np.sqrt(count * squares - total * total) / count
    return np.concatenate([mean, deviation]).astype(np.float32) * np.float32(quantization.scale)


def encode(values: Vector, quantization: Quantization) -> Int8:
    """Real values -> INT8 of the given scale, limited to its range."""
    coded: Int8 = np.clip(np.rint(values / quantization.scale) + quantization.zero_point, -128, 127).astype(np.int8)
    return coded
