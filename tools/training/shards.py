"""Shards, ``NNNN.npz``: what ``tools.prepare`` leaves of a hundred clips, and beside it what the teacher says of them.

speech (n,) int16 of all voices, one after the other, and speech_length (voices,); features (frames, 40) int16, MFCC Q6
of each voice and its copies, feature_length and source (clips,): which voice each is of; speaker (voices,); front_end;
voices: what tells this speech from any other, which also stands beside what the teacher says of it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgevoice.listening.capture import Samples
from edgevoice.listening.features import COEFFICIENTS, Cepstra
from edgevoice.listening.listen import FRONT_END

STORED_SHIFT = 4  # MFCC Q10 -> Q6, which fits int16


def shards_in(folder: Path) -> list[Path]:
    """All shards of ``OUTPUT/prepared`` or ``OUTPUT/taught``, in order."""
    return sorted(folder.glob("????.npz"))


def speech_arrays(voices: Sequence[Samples]) -> dict[str, NDArray[Any]]:
    """The arrays of a shard that hold its speech."""
    speech = np.concatenate([np.zeros(0, np.int16), *voices])
    length = np.array([len(voice) for voice in voices], dtype=np.int64)
    digest = hashlib.sha256(speech.tobytes() + length.tobytes()).hexdigest()
    return {"speech": speech, "speech_length": length, "voices": np.array(digest)}


def voices_of(shard: Path) -> str:
    """Which speech a shard holds, or the teacher was asked about; "" where it does not tell."""
    with np.load(shard) as arrays:
        return str(arrays["voices"]) if "voices" in arrays else ""


def stored_features(mfcc: Sequence[Cepstra], source: Sequence[int] | NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """The arrays of a shard that the front end makes: of each clip (n, 40) MFCC Q10, and which voice it is of."""
    kept = [(each >> STORED_SHIFT).astype(np.int16) for each in mfcc]
    return {
        "features": np.concatenate([np.zeros((0, COEFFICIENTS), np.int16), *kept]),
        "feature_length": np.array([len(each) for each in kept], dtype=np.int64),
        "source": np.array(source, dtype=np.int64),
        "front_end": np.array(FRONT_END),
    }


def stored_mfcc(features: NDArray[np.int16]) -> Cepstra:
    """Q6 -> Q10, as the front end gave it but for the bits that were not kept."""
    return features.astype(np.int32) << STORED_SHIFT


def stored_speech(shard: Mapping[str, NDArray[Any]]) -> list[Samples]:
    """Of each voice of a shard, as it is read from its file."""
    # A file of several arrays reads one anew each time that it is asked for it.
    speech, length = shard["speech"], shard["speech_length"]
    ends = np.cumsum(length)
    return [speech[start:end] for start, end in zip(ends - length, ends, strict=True)]
