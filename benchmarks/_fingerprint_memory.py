"""Holds the library in a file and tells the memory of this process, which does nothing else (Linux)."""

import os
import sys
from pathlib import Path

import numpy as np

from edgevoice.recognition.recordings import Library
from edgevoice.recognition.shelf import Recording


def resident_mb() -> float:
    """Memory of this process that is in RAM now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def read(path: Path) -> list[Recording]:
    """Arrays peaks (bytes of all), sizes and lengths -> recordings."""
    with np.load(path) as stored:
        peaks, sizes, lengths = stored["peaks"], stored["sizes"].tolist(), stored["lengths"].tolist()
    ends = np.cumsum(sizes).tolist()
    parts = zip(ends, sizes, lengths, strict=True)
    return [Recording("made", peaks[end - size : end].tobytes(), length) for end, size, length in parts]


if __name__ == "__main__":
    empty = resident_mb()
    library = Library(read(Path(sys.argv[1])))
    sys.stdout.write(f"resident with {len(library)} recordings: {resident_mb():.1f} MB, {empty:.1f} before them\n")
