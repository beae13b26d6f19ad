"""Clips -> what the network is fed, as the device would hear them, clean and as other people in other rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.hardware.sound_file import read_sound
from edgevoice.identify import hear_all
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.frames import Frames
from edgevoice.listening.quality import assess
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.emotion import inputs
from edgevoice.recognition.prosody import Prosody, measure_prosody
from tools.hear import front_end
from tools.index import sound_files
from tools.made_of import made_of, source_hash, whole
from tools.mood.clips import Clip
from tools.training.augment import Surroundings, change_speed, disturb
from tools.training.throat import change_throat, draw_throat

FIGURES = len(Prosody((0,) * 5, (0,) * 3, (0,) * 5, (0,) * 3, (0,) * 3, *[0] * 8).figures())
_SPEEDS = (0.88, 1.14)
_THROATS, _WIDEST = 0.4, 1.2
_NOISE_DB = (8.0, 30.0)
_ROOMS = 0.6
_FOLDERS = ("rooms", "noise")
_TRAINING = Path(__file__).parents[1] / "training"
_CODE = Path(__file__), _TRAINING / "augment.py", _TRAINING / "throat.py"

Table = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Examples:
    """inputs: (clips, d) float32; embedding: (clips, 193) of unit length; said: (clips, 2) seconds of speech and SNR in
    dB; heard: (clips,) whether the ear found an utterance."""

    inputs: Table
    embedding: Table
    said: Table
    heard: NDArray[np.bool_]

    @property
    def pitch_hz(self) -> NDArray[np.float64]:
        """(clips,) the median pitch of each."""
        return np.asarray(2.0 ** (self.inputs[:, len(self.inputs[0]) - FIGURES + 2].astype(np.float64) / 256))


@cache
def surroundings(sounds: Path | None) -> Surroundings:
    """Rooms and noises under a folder; without one, coloured noise and statistical rooms."""
    rooms, noises = ([], []) if sounds is None else (sound_files(sounds / folder) for folder in _FOLDERS)
    return Surroundings.read(rooms, noises, _NOISE_DB)


def gather(
    clips: Sequence[Clip], root: Path, model: XVector, copy: int, sounds: Path | None, keep: Path | None
) -> Examples:
    """All clips as they are (copy 0) or changed, drawn from the copy's number; ``sounds``: folder with rooms/ and
    noise/; ``keep``: folder that keeps the outcome."""
    around = [file for folder in _FOLDERS for file in sound_files(sounds / folder)] if sounds and copy else []
    key = made_of([*(root / clip.path for clip in clips), *around], model.manifest.name, source_hash(*_CODE))
    stored = keep / f"mood-{key}-{copy}.npz" if keep else None
    if stored and stored.exists():
        with np.load(stored) as kept:
            return Examples(**kept)
    rng = np.random.default_rng(copy)
    rows = [
        _example(read_sound(root / clip.path), model, surroundings(sounds) if copy else None, rng)
        for clip in tqdm(clips, unit="clip")
    ]
    examples = Examples(*(np.array(column) for column in zip(*rows, strict=True)))
    if stored:
        with whole(stored) as part:
            np.savez(part, **vars(examples))
    return examples


def _example(
    samples: Samples, model: XVector, around: Surroundings | None, rng: np.random.Generator
) -> tuple[Table, Table, tuple[float, float], bool]:
    frames, heard = hear(changed(samples, around, rng) if around else samples)
    pooled, quality = model.pooled(frames.mfcc), assess(frames)
    vector = model.place(pooled, len(frames.mfcc)).vector
    return inputs(pooled, measure_prosody(frames)), vector, (quality.net_speech_s, quality.snr_db), heard


def changed(samples: Samples, around: Surroundings, rng: np.random.Generator) -> Samples:
    """Somebody else, mostly somewhere else; the speed stays near enough that calm speech stays calm."""
    slowest, fastest = np.log(_SPEEDS)
    samples = change_speed(samples, float(np.exp(rng.uniform(slowest, fastest))))
    if rng.random() < _THROATS:
        samples = change_throat(samples, draw_throat(rng, _WIDEST))
    return disturb(samples, around, rng) if rng.random() < _ROOMS else samples


def hear(samples: Samples) -> tuple[Frames, bool]:
    """The frames of a clip's utterances, joined, and True; of all of it, and False, where the ear finds none."""
    heard = hear_all(app.ear(Settings()), samples)
    if heard:
        return Frames.join([utterance.frames for utterance in heard]), True
    padded = np.concatenate([samples, np.zeros(max(0, SAMPLE_RATE // 3 - len(samples)), np.int16)])
    return front_end(padded), False
