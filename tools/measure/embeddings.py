"""Clips -> embeddings of one system, and the scores of all pairs. What fails is counted and scored, never dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import AudioError, EdgevoiceError
from tools.made_of import made_of, source_hash, whole
from tools.measure.conditions import Conditions, heard_files, read_clip
from tools.measure.metrics import Values
from tools.measure.trials import Trials
from tools.peers import PairwiseScores, System, Vector

_CODE = Path(__file__).with_name("conditions.py"), Path(__file__).parents[1] / "peers"

FAILED_SCORE = -1.0
FAILED_LLR = -20.0
"""1 to 5e8 against. Not minus infinity, or one failed clip would make Cllr infinite."""


@dataclass(frozen=True, eq=False)
class Embedded:
    """vectors (clips, d) float32, of unit length unless the system ranks otherwise than by cosine, zero where the clip
    failed; failed: place of the clip -> reason."""

    vectors: Vector
    failed: dict[int, str]

    @staticmethod
    def joined(results: Sequence[Vector | str]) -> "Embedded":
        """A vector, or why there is none, of each clip in turn; AudioError where no clip has one."""
        failed = {place: result for place, result in enumerate(results) if isinstance(result, str)}
        good = [result for result in results if not isinstance(result, str)]
        if not good:
            raise AudioError(f"none of the {len(results)} clips has an embedding; the first: {failed.get(0)}")
        nothing = np.zeros_like(good[0])
        return Embedded(np.array([nothing if isinstance(result, str) else result for result in results]), failed)


def embed_all(
    system: System, root: Path, paths: Sequence[str], conditions: Conditions, cache: Path | None = None
) -> Embedded:
    """Every clip through one system; AudioError where all fail. ``cache``: folder that keeps the vectors."""
    about = paths, conditions, system.name, system.version, source_hash(*_CODE)
    key = made_of(heard_files(root, paths, conditions), *about)
    stored = cache / f"{system.name}-{key}.npz" if cache else None
    if stored and stored.exists():
        return read_embedded(stored)
    embedded = Embedded.joined([_embed(system, root, path, conditions) for path in paths])
    if stored:
        write_embedded(stored, embedded)
    return embedded


def tell_failures(system: str, embedded: Embedded, paths: Sequence[str]) -> None:
    """Name on standard error every clip that a system could not embed."""
    for place, reason in embedded.failed.items():
        click.echo(f"{system}: {paths[place]} failed and counts as refused: {reason}", err=True)


def pair_scores(system: System, embedded: Embedded, trials: Trials) -> Values:
    """(trials,) what the system itself ranks by: the cosine unless it says otherwise; lowest where a clip failed."""
    if system.rank is None:
        return pair_cosines(embedded, trials)
    square = _square(system.rank, embedded)
    return _of_pairs(square, embedded, trials, float(square.min()) - 1)


def pair_cosines(embedded: Embedded, trials: Trials) -> Values:
    """(trials,) cosine, -1 wherever one of the two clips failed."""
    return cosines(embedded, embedded, trials)


def cosines(one: Embedded, other: Embedded, trials: Trials) -> Values:
    """(trials,) of the first clip in ``one`` and the second in ``other``; -1 where either failed."""
    square = (one.vectors @ other.vectors.T).astype(np.float64)
    square[list(one.failed)] = FAILED_SCORE
    square[:, list(other.failed)] = FAILED_SCORE
    return np.asarray(square[trials.first, trials.second])


def pair_voices(system: System, embedded: Embedded, trials: Trials) -> Values | None:
    """(trials,) cosine of the voices alone, as ``pair_cosines``; None where there is nothing else in an embedding."""
    if system.voice is None:
        return None
    return _of_pairs(_square(system.voice, embedded), embedded, trials, FAILED_SCORE)


def pair_llrs(system: System, embedded: Embedded, trials: Trials) -> Values | None:
    """(trials,) calibrated LLR, ``FAILED_LLR`` wherever a clip failed; None where the system gives none."""
    if system.llr is None:
        return None
    return _of_pairs(_square(system.llr, embedded), embedded, trials, FAILED_LLR)


def _square(scores: PairwiseScores, embedded: Embedded) -> NDArray[np.floating]:
    """(clips, clips) scores of the clips that did not fail, 0 elsewhere."""
    good = [place for place in range(len(embedded.vectors)) if place not in embedded.failed]
    square = np.zeros((len(embedded.vectors), len(embedded.vectors)))
    square[np.ix_(good, good)] = scores(embedded.vectors[good])
    return square


def _of_pairs(square: NDArray[np.floating], embedded: Embedded, trials: Trials, refused: float) -> Values:
    scores = square.astype(np.float64)
    places = list(embedded.failed)
    scores[places], scores[:, places] = refused, refused
    return np.asarray(scores[trials.first, trials.second])


def _embed(system: System, root: Path, path: str, conditions: Conditions) -> Vector | str:
    """A vector, of unit length where the cosine ranks, or why there is none."""
    try:
        vector = system.embed(read_clip(root, path, conditions))
    except (EdgevoiceError, ValueError) as error:
        return str(error)
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0:
        return f"the embedding has length {length}"
    return np.asarray(vector / length if system.rank is None else vector, dtype=np.float32)


def read_embedded(path: Path) -> Embedded:
    """What ``write_embedded`` stored."""
    with np.load(path, allow_pickle=False) as stored:
        return Embedded(stored["vectors"], dict(zip(stored["place"].tolist(), stored["reason"].tolist(), strict=True)))


def write_embedded(path: Path, embedded: Embedded) -> None:
    """Store it whole or not at all."""
    places, reasons = list(embedded.failed), list(embedded.failed.values())
    with whole(path) as part:
        np.savez(part, vectors=embedded.vectors, place=np.array(places, np.int64), reason=np.array(reasons, np.str_))
