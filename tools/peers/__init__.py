"""The systems that can be evaluated, edgevoice and those it is measured against, behind one protocol.

Each is a file of this folder and imports what it needs only when it is loaded. Two are of the field's textbook and
must be trained first, on the sound that ours is trained on: ``python -m tools.train_peers``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import ModelError
from edgevoice.listening.capture import Samples

Vector = NDArray[np.float32]
EmbedClip = Callable[[Samples], Vector]
"""(n,) int16 at 16 kHz -> (d,) float32 of any length; EdgevoiceError or ValueError where the clip has no embedding."""

PairwiseScores = Callable[[Vector], NDArray[np.floating]]
"""(n, d) float32 -> (n, n) symmetric, a score of each two; higher: one person."""

REPOSITORY = Path(__file__).parents[2]
MODELS = REPOSITORY / "models"
TRAINED = REPOSITORY / "build" / "peers"
"""Where ``tools.train_peers`` puts its models unless told otherwise."""


@dataclass(frozen=True)
class System:
    """A loaded system: size_bytes of the files it ships, ``version`` changes whenever its embeddings may."""

    name: str
    size_bytes: int
    version: str
    embed: EmbedClip
    llr: PairwiseScores | None = None
    """Calibrated LLR (natural log); None where the system gives none."""
    rank: PairwiseScores | None = None
    """What ranks clips where that is not the cosine; the vectors then keep their length."""
    voice: PairwiseScores | None = None
    """The cosine of the voices alone, where an embedding tells more: like against like beside the other systems."""


LoadSystem = Callable[[], System]


def _load(module: str, *arguments: Path | str) -> System:
    try:
        system: System = import_module(f"{__name__}.{module}").load(*arguments)
    except ImportError as error:
        raise ModelError(f"{module} needs {error.name}, which is not installed; run: make setup-tools") from error
    return system


def edgevoice_embedder() -> System:
    """This project's model through its whole path on the device; ModelError where it is missing."""
    return _load("edgevoice")


def our_models(folder: Path = MODELS) -> dict[str, Path]:
    """Name -> each x-vector of a folder: ``xvector.tflite`` is edgevoice, ``xvector-tiny.tflite`` edgevoice-tiny."""
    named = {
        path.stem.removeprefix("xvector").removeprefix("-"): path for path in sorted(folder.glob("xvector*.tflite"))
    }
    return {"-".join(filter(None, ("edgevoice", name))): path for name, path in named.items()}


def systems(trained: Path = TRAINED, models: Path = MODELS) -> Mapping[str, LoadSystem]:
    """All of them by name, ours first; ``trained``: folder of ``tools.train_peers``, ``models``: of our x-vectors."""
    ours = {name: partial(_load, "edgevoice", path, name) for name, path in our_models(models).items()}
    return {
        "edgevoice": edgevoice_embedder,
        **ours,
        "campplus": partial(_load, "campplus"),
        "resemblyzer": partial(_load, "resemblyzer"),
        "voicefilter-lite": partial(_load, "voicefilter_lite"),
        "ivector-plda": partial(_load, "ivector_plda", trained),
        "gmm-ubm": partial(_load, "gmm_ubm", trained),
        "mfcc-statistics": partial(_load, "mfcc_statistics"),
    }


SYSTEMS: Mapping[str, LoadSystem] = systems()


def load_systems(names: Sequence[str], trained: Path = TRAINED) -> list[System]:
    """The named systems, or all that are installed, saying which are not; ModelError where none is left."""
    loaded, known = [], systems(trained)
    for name in names or known:
        try:
            loaded.append(known[name]())
        except ModelError as error:
            if names:
                raise
            click.echo(f"{name} is left out: {error}", err=True)
    if not loaded:
        raise ModelError("no system to compare: each is missing something, see above; run: make setup-tools")
    return loaded
