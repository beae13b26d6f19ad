"""Clips of the shipped visit, as the microphone would give them."""

import soundfile

from edgevoice.listening.capture import Samples
from edgevoice.visit import FOLDER


def clip(name: str) -> Samples:
    """(n,) int16 at 16 kHz."""
    samples, rate = soundfile.read(FOLDER / name, dtype="int16")
    assert rate == 16000
    return samples
