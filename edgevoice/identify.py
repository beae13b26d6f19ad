"""Sound that is there as a whole: its utterances, its evidence, its embedding; moves no lock."""

import numpy as np

from edgevoice.errors import AudioError
from edgevoice.hardware.resample import HIGHEST_RATE, LOWEST_RATE, Resampler
from edgevoice.listening.capture import SAMPLE_RATE, AudioBlock, Samples
from edgevoice.listening.features import Cepstra
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.listen import Listen, ListeningSettings
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.prosody import measure_prosody
from edgevoice.recognition.recognise import Evidence, Recogniser

SHORTEST_CLIP_S = 0.3
"""Of sound in which no utterance is found, to be embedded nevertheless; less says nothing of a voice."""

PAUSE = 14 * SAMPLE_RATE // 25
"""Digital silence after a clip, in samples: its last utterance then ends by the same rule as at the door, unless a
longer pause than the default is set, when the end of the clip ends it."""

_AT_ONCE = 10 * SAMPLE_RATE  # samples: large blocks cost less, and the outcome does not depend on them


class Identifier:
    """What ``edgevoice.load`` gives: who speaks, in any sound."""

    def __init__(self, settings: ListeningSettings, recogniser: Recogniser) -> None:
        self._settings, self._recogniser = settings, recogniser

    def identify(self, samples: Samples, sample_rate: int) -> list[Evidence]:
        """(n,) int16 mono at ``sample_rate`` Hz -> the evidence of each utterance, in their order.

        AudioError: another type or shape, or a rate that no microphone has.
        """
        ear = Listen(self._settings)
        utterances = hear_all(ear, to_16_khz(samples, sample_rate))
        seconds = len(samples) / sample_rate + PAUSE / SAMPLE_RATE
        share = 1000 * ear.cpu_seconds / seconds  # ms of the front end for each second of sound
        return [self._recogniser.recognise(each, share * (each.end_s - each.start_s)) for each in utterances]


def hear_all(ear: Listen, samples: Samples) -> list[Utterance]:
    """Every utterance in (n,) samples at 16 kHz, as a microphone would hear them before a pause."""
    return _hear(ear, np.concatenate([samples, np.zeros(PAUSE, np.int16)]))


def hear_clip(samples: Samples, settings: ListeningSettings) -> Cepstra:
    """(n,) samples of one clip at 16 kHz -> (frames, 40): its utterances joined, or all of it where there is none.

    No pause is put behind it: a clip may end within a word, and silence that nobody recorded says nothing of a voice.
    AudioError where it has no utterance and is shorter than SHORTEST_CLIP_S.
    """
    if utterances := _hear(Listen(settings), samples):
        return np.concatenate([utterance.mfcc for utterance in utterances])
    if len(samples) < SHORTEST_CLIP_S * SAMPLE_RATE:
        raise AudioError(f"no utterance in {len(samples) / SAMPLE_RATE:.2f} s, {SHORTEST_CLIP_S} s wanted")
    return _all_frames(samples, settings).mfcc


def hear_voices(samples: Samples, settings: ListeningSettings) -> list[Utterance]:
    """(n,) samples at 16 kHz -> its utterances; all of it as one where there is none but a voice for SHORTEST_CLIP_S,
    as the ear does not take every scream for speech."""
    if utterances := hear_all(Listen(settings), samples):
        return utterances
    frames = _all_frames(samples, settings)
    if not len(frames) or measure_prosody(frames).voiced_s < SHORTEST_CLIP_S:
        return []
    return [Utterance(frames, 0.0, len(samples) / SAMPLE_RATE)]


def _hear(ear: Listen, samples: Samples) -> list[Utterance]:
    """The end of the sound ends its last utterance."""
    utterances = []
    for start in range(0, len(samples), _AT_ONCE):
        utterances += ear.hear(AudioBlock(samples[start : start + _AT_ONCE], start))
    return utterances + ear.finish()


def _all_frames(samples: Samples, settings: ListeningSettings) -> Frames:
    """Speech or not."""
    return FrontEnd(settings.subtraction, settings.activity)(samples)


def to_16_khz(samples: Samples, sample_rate: int) -> Samples:
    """(n,) int16 at any rate that a microphone may have -> (m,) at 16 kHz."""
    if samples.dtype != np.int16 or samples.ndim != 1:
        raise AudioError(f"samples are {samples.dtype} in shape {samples.shape}; wanted int16 mono in shape (n,)")
    if sample_rate == SAMPLE_RATE:
        return samples
    if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
        raise AudioError(f"the sample rate is {sample_rate} Hz; wanted {LOWEST_RATE} to {HIGHEST_RATE} Hz")
    return Resampler(sample_rate)(samples.astype(np.float32), last=True)
