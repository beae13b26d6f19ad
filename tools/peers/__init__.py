"""The systems that can be evaluated, edgevoice and those it is measured against, behind one protocol.

Each is a file of this folder and imports what it needs only when it is loaded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import ModelError
from edgevoice.listening.capture import Samples

Vector = NDArray[np.float32]
EmbedClip = Callable[[Samples], Vector]
"""(n,) int16 at 16 kHz -> (d,) float32 of any length; EdgevoiceError or ValueError where the clip has no embedding."""

PairwiseLLR = Callable[[Vector], NDArray[np.floating]]
"""(n, d) float32 of unit length -> (n, n) symmetric, calibrated LLR (natural log) that two of them are one person."""


@dataclass(frozen=True)
class System:
    """A loaded system: size_bytes of the files it ships, ``version`` changes whenever its embeddings may."""

    name: str
    size_bytes: int
    version: str
    embed: EmbedClip
    llr: PairwiseLLR | None = None
    """None where the system gives cosines only."""


def _load(module: str) -> System:
    try:
        system: System = import_module(f"{__name__}.{module}").load()
    except ImportError as error:
        raise ModelError(f"{module} needs {error.name}, which is not installed; run: make setup-tools") from error
    return system


def edgevoice_embedder() -> System:
    """This project's model through its whole path on the device; ModelError where it is missing."""
    return _load("edgevoice")


SYSTEMS: Mapping[str, Callable[[], System]] = {
    "edgevoice": edgevoice_embedder,
    "campplus": partial(_load, "campplus"),
    "resemblyzer": partial(_load, "resemblyzer"),
    "mfcc-statistics": partial(_load, "mfcc_statistics"),
}
