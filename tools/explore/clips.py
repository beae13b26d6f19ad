"""Files and folders -> clips as the device would hear them: 16 kHz mono int16."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import AudioError
from edgevoice.hardware.sound_file import open_sound, read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.index import SOUND_FILES, sound_files
from tools.measure.conditions import middle

SHORTEST_S = 0.3
"""Less sound than this has no rhythm, no chord and hardly a window."""

Sound = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Clip:
    """samples: (n,) int16 at 16 kHz; note: what the file was, and what was done to it."""

    name: str
    samples: Samples
    note: str

    @property
    def wave(self) -> Sound:
        """(n,) float32, full scale 1.0."""
        return (self.samples / 32768).astype(np.float32)

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True)
class Refused:
    """A file that is on the page by name only."""

    name: str
    reason: str


def find(places: Iterable[Path]) -> dict[str, Path]:
    """Name -> file, in order; of a folder everything under it that is named like a sound. AudioError for nothing."""
    found: dict[str, Path] = {}
    for place in places:
        if not place.is_dir():
            found[str(place)] = place
            continue
        inside = sound_files(place)
        if not inside:
            wanted = ", ".join(sorted(SOUND_FILES))
            raise AudioError(f"{place}: found no sound in this folder; wanted files named {wanted}")
        named = {str(path.relative_to(place)): path for path in inside}
        if taken := named.keys() & found.keys():  # in another folder too: each is told by its whole path
            named = {str(path) if name in taken else name: path for name, path in named.items()}
        found |= named
    return found


def read(name: str, path: Path, longest_s: float) -> Clip:
    """The middle of a sound where it is longer than longest_s; AudioError where it cannot be read or is too short."""
    samples = read_sound(path)
    seconds = len(samples) / SAMPLE_RATE
    if seconds < SHORTEST_S:
        raise AudioError(f"{path} is too short: found {seconds:.2f} s of sound, wanted {SHORTEST_S} s at least")
    return Clip(name, middle(samples, longest_s), _note(path, seconds, longest_s))


def _note(path: Path, seconds: float, longest_s: float) -> str:
    with open_sound(path) as file:
        told = f"{file.format} {file.subtype}, {file.samplerate} Hz, {file.channels} channel{'s'[: file.channels - 1]}"
        changed = file.samplerate != SAMPLE_RATE or file.channels > 1
    told += f"; {seconds:.2f} s"
    if changed:
        told += "; made 16 kHz mono, as the device hears it"
    return told + (f"; the middle {longest_s:g} s are shown" if seconds > longest_s else "")
