"""Text -> speech of somebody who does not exist, by Kokoro-82M as ONNX; tools.synthetic.voices says where to get it."""

from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from edgevoice.errors import ModelError
from edgevoice.listening.capture import SAMPLE_RATE
from tools.synthetic.take import Sound

Voice = NDArray[np.float32]
"""A voice (510, 1, 256): one style vector for each length of a sentence in phonemes."""


class Engine(Protocol):
    """The part of kokoro_onnx.Kokoro that is used here."""

    def create(self, text: str, voice: Voice, speed: float, lang: str) -> tuple[NDArray[np.float32], int]: ...


def load_engine(model: Path, voices: Path, seed: int) -> Engine:
    """Kokoro on one thread, its own noise seeded; raises ModelError when kokoro-onnx is not installed."""
    try:
        onnxruntime, kokoro = import_module("onnxruntime"), import_module("kokoro_onnx")
    except ImportError as error:
        raise ModelError(f"speech needs kokoro-onnx, and {error}; install it with pip install kokoro-onnx") from error
    onnxruntime.set_seed(seed)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    engine: Engine = kokoro.Kokoro.from_session(session, str(voices))
    return engine


def load_voices(path: Path) -> dict[str, Voice]:
    """Read voices.npz; raises ModelError when an array does not have the shape of a voice."""
    with np.load(path) as archive:
        voices = {name: archive[name].astype(np.float32) for name in archive.files}
    for name, voice in voices.items():
        if voice.shape[1:] != (1, 256):
            raise ModelError(f"{path}: voice {name} is {voice.shape}, wanted (n, 1, 256); reshape it to (-1, 1, 256)")
    return voices


def speak(engine: Engine, voice: Voice, text: str, speed: float, language: str) -> Sound:
    """One sentence (n,) at 16 kHz, full scale 1.0."""
    sound, rate = engine.create(text, voice, speed, language)
    return np.asarray(soxr.resample(sound.astype(np.float64), rate, SAMPLE_RATE))
