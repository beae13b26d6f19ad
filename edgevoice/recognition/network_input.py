"""MFCC -> what a network is fed: INT8 levels of the front end that it was trained on, in windows of its length."""

from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from edgevoice.errors import ModelError
from edgevoice.listening.features import Cepstra, remove_cepstral_mean
from edgevoice.listening.listen import FRONT_END
from edgevoice.tflite import Int8

FRAME_RATE_DIVISOR = 2  # input frames per frame vector
LARGEST_LEVEL = 127  # -128 is not used: the levels are symmetric about 0

Scale = Annotated[FiniteFloat, Field(gt=0)]


def refuse_other_front_end(path: Path, front_end: str) -> None:
    """ModelError where the model at ``path`` was trained on another front end than this edgevoice has."""
    if front_end != FRONT_END:
        raise ModelError(
            f"{path} was trained on front end {front_end!r}; this edgevoice has {FRONT_END!r}; "
            "install the model of this release"
        )


def normalise(mfcc: Cepstra, levels_per_unit: NDArray[np.float32]) -> Int8:
    """(n, 40) MFCC Q10 -> (n, 40) network input: cepstral mean off, each coefficient scaled to INT8 and limited."""
    centred = remove_cepstral_mean(mfcc)
    levels: Int8 = np.clip(np.rint(centred * levels_per_unit), -LARGEST_LEVEL, LARGEST_LEVEL).astype(np.int8)
    return levels


def windows(levels: Int8, context: int, outputs: int) -> Int8:
    """(n, 40) -> (m, context + 2 outputs, 40): overlapping windows that give ceil(n / 2) frame vectors between them.

    The utterance goes round in a circle, so its first and last frames have a voice for context and a short utterance
    fills a window; vectors beyond ceil(n / 2) are for the caller to drop.
    """
    count = -(-len(levels) // (FRAME_RATE_DIVISOR * outputs))
    hop = FRAME_RATE_DIVISOR * outputs
    positions = np.arange(count)[:, None] * hop + np.arange(context + hop) - context // 2
    return np.take(levels, positions, axis=0, mode="wrap")
