"""Composes the room: AudioBlock -> list[Utterance]."""

import time
from dataclasses import dataclass, field

import numpy as np

from edgevoice.fixedpoint.logarithm import LOG2_BITS
from edgevoice.listening import activity, shares
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.capture import AudioBlock
from edgevoice.listening.enhance import Enhancement, SubtractionSettings
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.network import load_network
from edgevoice.listening.noise_choice import TrackerName
from edgevoice.listening.spectrum import FULL_SCALE_POWER
from edgevoice.listening.utterance import Utterance, UtteranceGate, UtteranceSettings

FRONT_END = "edgevoice-front-end-4"
"""Version of everything that changes the numbers a model is fed; manifests and voiceprints name it."""


@dataclass(frozen=True)
class ListeningSettings:
    """What may be set without changing what a model is fed; in ``subtraction`` and the trackers, what may not (tools
    only). tracker: of the noise that is taken off; floor_tracker: of the one that speech is told from."""

    subtraction: Enhancement = field(default_factory=SubtractionSettings)
    tracker: TrackerName = "minimum"
    floor_tracker: TrackerName = "minima-controlled"
    activity: ActivitySettings = field(default_factory=ActivitySettings)
    utterance: UtteranceSettings = field(default_factory=UtteranceSettings)


@dataclass(frozen=True)
class Level:
    """What a meter shows: level and tracked noise in dBFS, while an utterance is under way the least of it, and whether
    one is."""

    level_dbfs: float
    noise_dbfs: float
    speaking: bool


class Listen:
    """The ear: keeps the state of one stream."""

    def __init__(self, settings: ListeningSettings | None = None, early: bool = False) -> None:
        """``early``: whether to give what was said up to each short pause too, as an utterance that is not final."""
        settings = settings or ListeningSettings()
        self._front_end = FrontEnd(settings.subtraction, settings.activity, settings.tracker, settings.floor_tracker)
        self._gate = UtteranceGate(settings.utterance, early)
        self.level = Level(-100.0, -100.0, False)
        self.frames = Frames.none()
        """What the last block came to, for somebody who looks."""
        self.cpu_seconds = 0.0
        """CPU spent since the stream began."""

    def hear(self, block: AudioBlock) -> list[Utterance]:
        """The utterances that end within this block, usually none. Block sizes may vary; the outcome does not."""
        started = time.process_time()
        frames = self.frames = self._front_end(block.samples)
        utterances = self._gate.gather(frames)
        if len(frames):
            noise_dbfs = _dbfs(frames.noise[-1])
            if self._gate.speaking and self.level.speaking:  # in a long sentence what is tracked rises with the voice
                noise_dbfs = min(noise_dbfs, self.level.noise_dbfs)
            self.level = Level(_dbfs(frames.snr[-1] + frames.noise[-1]), noise_dbfs, self._gate.speaking)
        self.cpu_seconds += time.process_time() - started
        return utterances

    def finish(self) -> list[Utterance]:
        """The utterance that the end of the stream cuts off, if any."""
        return self._gate.finish()


def _dbfs(log2_power_q16: np.int64) -> float:
    """log2 of the power of one frame's spectrum -> dB below a full-scale sine."""
    return float(10 * np.log10(2) * (int(log2_power_q16) / (1 << LOG2_BITS) - np.log2(FULL_SCALE_POWER)))


def check_networks() -> None:
    """ModelError where a network of the ear cannot be read: told before the door is served, not by the first voice."""
    for path in (activity.NUMBERS, shares.NUMBERS):
        load_network(path)
