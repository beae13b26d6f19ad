"""The EER on the development speakers, to choose a checkpoint: never trained on."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock
from numpy.typing import NDArray

from edgevoice.errors import SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.features import Cepstra
from edgevoice.listening.listen import FRONT_END, ListeningSettings
from edgevoice.recognition.network_input import normalise
from tools.hear import front_end, spoken_parts
from tools.index import read_index
from tools.label import is_adult
from tools.made_of import made_of, whole
from tools.measure.metrics import eer
from tools.training.corpus import Floats
from tools.training.student import INPUT_UNIT
from tools.training.xvector import XVector, context_frames


class Development:
    """MFCC of the adults of each development set, made once; anew where they or the front end are others."""

    def __init__(self, root: Path, cache: Path) -> None:
        """SettingsError where no set has two adults, one of them with two clips."""
        listed, cache = _listed(root), cache.resolve()
        key = made_of([root / path for path, *_ in listed], listed, FRONT_END, ListeningSettings())
        with FileLock(f"{cache}.lock"):  # several processes train one network
            if _key_of(cache) != key:
                _make(root, listed, key, cache)
        with np.load(cache) as made:
            self.clips = np.split(made["mfcc"], np.cumsum(made["length"])[:-1])
            self.speaker: NDArray[np.str_] = made["speaker"]
            self.set: NDArray[np.str_] = made["set"]


def _listed(root: Path) -> list[tuple[str, str, str]]:
    """(path, speaker, set) of each clip."""
    clips = [
        (row["path"], row["speaker"], row["set"])
        for row in read_index(root)
        if row["split"] == "dev" and is_adult(row["label"])
    ]
    people = {name: Counter(speaker for _, speaker, its in clips if its == name) for _, _, name in clips}
    serves = {name for name, counts in people.items() if len(counts) > 1 and max(counts.values()) > 1}
    if not serves:
        raise SettingsError(
            f"{root / 'index.csv'}: {len(clips)} clips of adults in the split dev; wanted, to choose a network by, a "
            "set of two people, one of them with two clips: docs/your_own_recordings.md"
        )
    return [clip for clip in clips if clip[2] in serves]


def _key_of(cache: Path) -> str:
    if not cache.exists():
        return ""
    with np.load(cache) as made:
        return str(made["made_of"]) if "made_of" in made else ""


def _make(root: Path, listed: Sequence[tuple[str, str, str]], key: str, cache: Path) -> None:
    clips = []
    for path, *_ in listed:
        frames = front_end(read_sound(root / path))
        parts = spoken_parts(frames) or [(0, len(frames))]
        clips.append(np.concatenate([frames.mfcc[start:stop] for start, stop in parts]))
    lengths = [len(clip) for clip in clips]
    _, speakers, sets = zip(*listed, strict=True)
    with whole(cache) as part:
        np.savez(part, mfcc=np.concatenate(clips), length=lengths, speaker=speakers, set=sets, made_of=np.array(key))


@torch.inference_mode()
def embed(network: XVector, scale: Floats, mfcc: Cepstra) -> Floats:
    """(n, 40) MFCC, Q10, n >= 1 -> (192,) by the float network, not of unit length; in a circle, as on the device."""
    levels, context = normalise(mfcc, scale), context_frames(network.shape)
    levels = np.take(levels, np.arange(-context // 2, len(levels) + context // 2), axis=0, mode="wrap")
    device = next(network.parameters()).device
    embedding: Floats = network(torch.from_numpy(levels)[None].to(device).float() * INPUT_UNIT)[0].cpu().numpy()
    return embedding


def development_eer(network: XVector, scale: Floats, development: Development) -> dict[str, float]:
    """EER in per cent by set, float network, cosine."""
    vectors = np.array([embed(network, scale, clip) for clip in development.clips])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return {
        name: round(100 * pair_eer(vectors[development.set == name], development.speaker[development.set == name]), 2)
        for name in sorted(set(development.set.tolist()))
    }


def pair_eer(vectors: Floats, speaker: NDArray[np.str_]) -> float:
    """EER of all pairs of (n, d) vectors of unit length by cosine; (n,) whose they are."""
    first, second = np.triu_indices(len(vectors), 1)
    scores = (vectors @ vectors.T)[first, second]
    same = speaker[first] == speaker[second]
    return eer(scores[same], scores[~same])
