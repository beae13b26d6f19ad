"""New takes: the same people say the same things again, live. What the guard refuses of that, it refuses wrongly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from tqdm import tqdm

from edgevoice.hardware.sound_file import read_sound
from edgevoice.recognition.landmarks import Landmarks, landmarks
from edgevoice.recognition.recordings import Library, keep
from edgevoice.recognition.replay import SAME_RECORDING, find
from tools.attacks import Attack
from tools.attacks.cache import Kept, read_kept, source, write_kept
from tools.attacks.coding import unchanged
from tools.attacks.voices import clips_of, heard
from tools.hear import front_end
from tools.made_of import made_of
from tools.measure.shares import Share

NOTHING = Attack("", unchanged)


@dataclass(frozen=True, eq=False)
class Take:
    """Who said it, the clip it is in, and its fingerprint."""

    person: str
    path: str
    marks: Landmarks


@dataclass(frozen=True)
class Refused:
    """attempts: new takes that were refused, of all; pairs: of two takes of one person that were compared."""

    attempts: Share
    pairs: int


def takes(
    root: Path, of_set: str, split: str, gated: bool, cache: Path | None = None, behind: Attack = NOTHING
) -> list[Take]:
    """Everything of a set, in its order; ``gated``: as utterances that the door judges, else every clip as a whole.

    ``cache``: folder that keeps the fingerprints; ``behind``: what sounds behind every clip.
    """
    whose = {path: person for person, paths in clips_of(root, of_set, split).items() for path in paths}
    key = made_of([root / path for path in whose], gated, behind.name, source())
    file = cache / f"takes-{of_set}-{split}{behind.name}-{key}.npz" if cache else None
    if file and file.exists():
        found = read_kept(file)
    else:
        found = {path: _listen(root / path, gated, behind) for path in tqdm(whose, unit="clip", desc=of_set)}
        if file:
            write_kept(file, found)
    return [Take(whose[path], path, marks) for path, some in found.items() for marks, _ in some]


def _listen(path: Path, gated: bool, behind: Attack) -> list[Kept]:
    samples = behind.change(read_sound(path), np.random.default_rng(crc32(path.name.encode())))
    sounds = [each.frames.spectrum for each in heard(samples)] if gated else [front_end(samples).spectrum]
    return [(landmarks(each), ()) for each in sounds]


def refused(said: Sequence[Take]) -> Refused:
    """One take after the other comes to a door that remembers all before, of everybody."""
    library, before, wrong, pairs = Library(threshold=SAME_RECORDING), dict[str, int](), 0, 0
    for take in said:
        own = [part for part in said if part.path == take.path]
        if take is own[0]:
            pairs += before.get(take.person, 0) * len(own)
            wrong += sum(find(library, part.marks) is not None for part in own)
            _remember(library, own)
            before[take.person] = before.get(take.person, 0) + len(own)
    return Refused(Share(wrong, len(said)), pairs)


def _remember(library: Library, own: Iterable[Take]) -> None:
    for part in own:
        library.add(keep(part.path, part.marks))
