"""What the door made of a replay, kept in a file, so that a table can be made again, or gone on with, at once."""

from pathlib import Path

import numpy as np

from edgevoice.recognition.constellation import Peaks
from edgevoice.recognition.landmarks import of_peaks
from tools.attacks.door import Look


def write_looks(path: Path, looks: dict[str, list[Look]]) -> None:
    """Attack -> its looks; whole or not at all."""
    arrays = {}
    for name, some in looks.items():
        for number, look in enumerate(some):
            peaks = look.marks.peaks
            arrays[f"{name}|{number}|peaks"] = np.stack([peaks.frames, peaks.bins, peaks.ranks]).astype(np.int32)
            arrays[f"{name}|{number}|look"] = np.array([look.marks.length, look.llr, look.threshold, look.final])
        arrays[f"{name}||count"] = np.array(len(some))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez_compressed(file, **arrays)
    part.replace(path)


def read_looks(path: Path) -> dict[str, list[Look]]:
    """What ``write_looks`` has written."""
    with np.load(path) as file:
        names = [key.removesuffix("||count") for key in file.files if key.endswith("||count")]
        return {name: [_look(file, name, number) for number in range(int(file[f"{name}||count"]))] for name in names}


def _look(file: "np.lib.npyio.NpzFile", name: str, number: int) -> Look:
    length, llr, threshold, final = file[f"{name}|{number}|look"].tolist()
    frames, bins, ranks = file[f"{name}|{number}|peaks"]
    return Look(of_peaks(Peaks(frames, bins, ranks), int(length)), llr, threshold, bool(final))
