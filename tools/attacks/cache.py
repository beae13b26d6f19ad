"""Fingerprints kept in a file, so that a table is made again, or a stopped run resumed, without hearing all anew."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from edgevoice.recognition.constellation import Peaks
from edgevoice.recognition.landmarks import Landmarks, of_peaks
from tools.made_of import source_hash, whole

Kept = tuple[Landmarks, tuple[float, ...]]
"""A fingerprint, and figures that belong to it."""


def source() -> str:
    """Changes with any line of edgevoice, of the attacks, or of the rooms and noise that they use."""
    return source_hash(Path(__file__).parent, Path(__file__).parents[1] / "measure" / "conditions.py")


def write_kept(path: Path, kept: Mapping[str, Sequence[Kept]]) -> None:
    """Name -> what is kept under it; whole or not at all."""
    arrays = {}
    for name, some in kept.items():
        for number, (marks, figures) in enumerate(some):
            peaks = np.stack([marks.peaks.frames, marks.peaks.bins, marks.peaks.ranks])
            arrays[f"{name}|{number}|peaks"] = peaks.astype(np.int32)
            arrays[f"{name}|{number}|figures"] = np.array([marks.length, *figures], dtype=np.float64)
        arrays[f"{name}||count"] = np.array(len(some))
    with whole(path) as part:
        np.savez_compressed(part, allow_pickle=False, **arrays)


def read_kept(path: Path) -> dict[str, list[Kept]]:
    """What ``write_kept`` has written."""
    with np.load(path) as file:
        arrays = dict(file)
    names = [key.removesuffix("||count") for key in arrays if key.endswith("||count")]
    return {name: [_kept(arrays, f"{name}|{each}|") for each in range(int(arrays[f"{name}||count"]))] for name in names}


def _kept(arrays: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]], prefix: str) -> Kept:
    length, *figures = arrays[f"{prefix}figures"].tolist()
    frames, bins, ranks = (row.astype(np.int32) for row in arrays[f"{prefix}peaks"])
    return of_peaks(Peaks(frames, bins, ranks), int(length)), tuple(figures)
