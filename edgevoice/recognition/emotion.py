"""Utterance -> Mood: the statistics of the x-vector's frames and the prosody, through a small INT8 network.

How somebody sounds is not how somebody feels: acted speech taught it, people who only hear the voice agree on less
than half of such clips, and nothing that moves the lock may ask it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import ConfigDict, Field, FiniteFloat, TypeAdapter
from pydantic.dataclasses import dataclass as validated

from edgevoice.errors import ModelError
from edgevoice.listening.frames import Frames
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.recognition.network_input import LARGEST_LEVEL, Scale, refuse_other_front_end
from edgevoice.recognition.prosody import Prosody, measure_prosody
from edgevoice.tflite import Int8, Signature, TFLiteModel, read_manifest

UNSURE = "unsure"
"""The label where no emotion is likely enough."""
AROUSED = frozenset({"happy", "angry", "fearful", "surprised"})
CALM = frozenset({"neutral", "calm", "sad", "disgust"})
PLEASANT = frozenset({"happy", "calm"})
UNPLEASANT = frozenset({"sad", "angry", "fearful", "disgust"})
STRONG = frozenset({"angry", "fearful", "happy", "sad", "disgust", "surprised"})
"""Moods in which a voice is not as it was enrolled."""

Share = Annotated[FiniteFloat, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Mood:
    """An emotion and how sure the model is of each; never moves the lock.

    label: the most probable one, or "unsure"; probabilities: of each, they add up to 1;
    prosody: what was measured beside it.
    """

    label: str
    probabilities: dict[str, float]
    prosody: Prosody | None = None

    @property
    def arousal(self) -> float:
        """-1..1: how much likelier an aroused emotion is (happy, angry, fearful, surprised) than one of the others."""
        return self._sum(AROUSED) - self._sum(CALM)

    @property
    def valence(self) -> float:
        """-1..1: how much likelier a pleasant emotion is (happy, calm) than an unpleasant one; two are neither."""
        return self._sum(PLEASANT) - self._sum(UNPLEASANT)

    def _sum(self, labels: frozenset[str]) -> float:
        return sum(share for label, share in self.probabilities.items() if label in labels)


@validated(frozen=True, config=ConfigDict(extra="forbid"))
class EmotionManifest:
    """``emotion.json``: what the file beside it is, what it must be fed and what its answers mean.

    xvector: the model whose frame statistics it is fed; centre, levels_per_unit: of each input, statistics first and
    then the prosody's figures; temperature: what the answers are divided by before they become probabilities, so that
    they are calibrated; unsure_below: a largest probability under it is no answer.
    """

    name: str
    sha256: str
    front_end: str
    xvector: str
    labels: Annotated[tuple[str, ...], Field(min_length=2)]
    centre: tuple[FiniteFloat, ...]
    levels_per_unit: tuple[Scale, ...]
    temperature: Scale
    unsure_below: Share
    signatures: dict[str, Signature]
    training: dict[str, object]
    licence: str


class Emotion:
    """Tells the mood of an utterance; not safe for threads, as the x-vector is not."""

    def __init__(self, path: Path, xvector: XVector) -> None:
        """``path``: the ``.tflite`` file; ``xvector``: the model that hears for it.

        ModelError: missing, damaged, foreign, or made for another front end or x-vector.
        """
        self.manifest = read_manifest(path.with_suffix(".json"), TypeAdapter(EmotionManifest))
        self._check(path, xvector.manifest.name)
        self._xvector = xvector
        self._model = TFLiteModel(path, self.manifest.sha256, self.manifest.signatures)
        self._centre = np.array(self.manifest.centre, dtype=np.float32)
        self._levels = np.array(self.manifest.levels_per_unit, dtype=np.float32)

    def _check(self, path: Path, xvector: str) -> None:
        found = self.manifest
        refuse_other_front_end(path, found.front_end)
        for what, theirs, ours in (
            ("x-vector", found.xvector, xvector),
            ("entry point", ", ".join(found.signatures), "mood"),
        ):
            if theirs != ours:
                raise ModelError(
                    f"{path} was made for the {what} {theirs!r}, this edgevoice has {ours!r}: install the models of "
                    "one release, or train it anew (python -m tools.train_emotion)"
                )
        shapes = found.signatures["mood"]
        wanted = (1, len(found.centre)), (1, len(found.levels_per_unit)), (1, len(found.labels))
        if (shapes.input.shape, shapes.input.shape, shapes.output.shape) != wanted:
            raise ModelError(f"{path.with_suffix('.json')}: inputs and labels do not fit the network; reinstall it")

    def feel(self, frames: Frames) -> Mood:
        """The mood of one utterance of n >= 1 frames."""
        prosody = measure_prosody(frames)
        found = inputs(self._xvector.pooled(frames.mfcc), prosody)
        if found.shape != self._centre.shape:
            raise ModelError(
                f"{self.manifest.name} wants {len(self._centre)} figures, {len(found)} found: train it anew"
            )
        stored = self._model.run("mood", encode(found, self._centre, self._levels)[None])[0]
        answer = self.manifest.signatures["mood"].output.quantization
        shares = probabilities(
            (stored.astype(np.float64) - answer.zero_point) * answer.scale, self.manifest.temperature
        )
        named = dict(zip(self.manifest.labels, shares.tolist(), strict=True))
        likeliest = max(named, key=lambda label: named[label])
        label = likeliest if named[likeliest] >= self.manifest.unsure_below else UNSURE
        return Mood(label, named, prosody)


def inputs(pooled: Vector, prosody: Prosody) -> Vector:
    """(2p,) statistics of the x-vector's frames and the prosody -> (2p + 27,) what the network looks at."""
    return np.concatenate([pooled, prosody.figures().astype(np.float32)])


def encode(values: Vector, centre: Vector, levels_per_unit: Vector) -> Int8:
    """(..., d) -> (..., d): each figure less its centre, scaled to INT8 and limited."""
    levels = np.rint((values - centre) * levels_per_unit)
    coded: Int8 = np.clip(levels, -LARGEST_LEVEL, LARGEST_LEVEL).astype(np.int8)
    return coded


def probabilities(answers: np.ndarray[tuple[int, ...], np.dtype[np.float64]], temperature: float) -> Vector:
    """(..., labels) -> (..., labels) that add up to 1: softmax at a temperature (C. Guo et al., 2017)."""
    scaled = answers / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: Vector = (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares
