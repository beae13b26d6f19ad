"""Utterances in noise with the power of speech and of noise in each frame: what the network of blind SNR learns from.

Speech of ``speech/train``, ``speech/synthetic`` and ``speech/unlabelled`` with little noise of its own, through a
random filter, now and then in a room, whose echo is speech too; the tuning half of the noise (tools/ear/truth.py) as it
is, at other speeds, through random filters, backwards, two at once; rows of single sounds (tools/ear/events.py); and
made noise. Nothing of ``speech/dev`` or of the measuring half is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.features import OFFSET_BINS
from edgevoice.listening.frames import Frames
from edgevoice.listening.spectrum import DFT
from edgevoice.listening.window import HOP, WINDOW
from tools.ear.events import Events, row_of_events
from tools.ear.made_noise import MADE
from tools.ear.mixtures import LEAD, Mixture, Wave, mix, noise_kinds, own_range_db, quiet_clips, rms, to_samples
from tools.ear.truth import is_measuring
from tools.hear import front_end
from tools.index import read_index

MADE_NOISE = "made"
CLIPS, DRAWN = 500, 3000
EVENTS = "events"
_VARIED_OF = ("train", "synthetic", "unlabelled")
VISIT_VOICES = {f"kokoro:{name}" for name in ("bf_emma", "am_michael", "af_heart", "am_eric", "af_kore", "bm_lewis")}
_OWN_RANGE_DB, _SHORTEST, _LONGEST = 40.0, 3 * SAMPLE_RATE // 2, 6 * SAMPLE_RATE
_EVENTS_SHARE, _MADE_SHARE, _CHANGED_SHARE, _TWO_SHARE = 0.25, 0.15, 0.5, 0.2
_EVENTS_BENT, _EVENTS_IN_A_ROOM, _EVENTS_OVER_NOISE = 0.6, 0.3, 0.15
_SPEEDS = (0.7, 1.4)
_BEND_DB, _SPEECH_BEND_DB = 9.0, 4.0
_ROOM_SHARE, _FADES_60_DB_S, _DIRECT_DB = 0.25, (0.15, 0.6), (0.0, 12.0)
_SNR_DB = (-5.0, 36.0)
_EARLY_SHARE = 0.25  # of sounds that begin less than two seconds before the speech, as a file may
_GAIN_DB = (-15.0, 3.0)
_MICROPHONE_RMS = (0.1, 8.0)
_OFFSET_SHARE, _OFFSET = 0.15, 3000.0  # of microphones off centre, by so much at most
_HANN = np.cos(np.pi * (np.arange(WINDOW) - WINDOW / 2) / WINDOW) ** 2


@dataclass(frozen=True, eq=False)
class Lesson:
    """frames: of the whole mixture; speech, noise: (n,) true power of each frame; first, last: frames about the
    speech as ``noise_trackers.spoken`` finds them; kind: of noise."""

    frames: Frames
    speech: Wave
    noise: Wave
    first: int
    last: int
    kind: str


def quietest_clips(data: Path) -> list[Samples]:
    """Those of ``speech/train`` with the least noise of their own: of few people, as it turns out."""
    return quiet_clips(data, "train", CLIPS, seed=4, drawn=DRAWN)


def varied_clips(data: Path) -> list[Samples]:
    """The first and the next 6 s of clips of many people, real and synthetic ones (but the visit's), wherever they have
    hardly more noise of their own."""
    found = []
    for row in read_index(data):
        if row["kind"] == "speech" and row["split"] in _VARIED_OF and row["speaker"] not in VISIT_VOICES:
            clip = read_sound(data / row["path"])
            parts = [clip[start : start + _LONGEST] for start in (0, _LONGEST)]
            found += [part for part in parts if len(part) >= _SHORTEST and own_range_db(part) >= _OWN_RANGE_DB]
    return found


def read_noise(data: Path) -> dict[str, list[Samples]]:
    """Kind -> the files of the tuning half."""
    kinds = {kind: [f for f in files if not is_measuring(str(f))] for kind, files in noise_kinds(data).items()}
    return {kind: [read_sound(path) for path in files] for kind, files in kinds.items() if files}


def lessons(
    clips: list[Samples], noise: dict[str, list[Samples]], events: Events, count: int, seed: int
) -> Iterator[Lesson]:
    """So many mixtures of these clips, the kinds of noise in turn."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        kind, sound = _draw(noise, events, list(noise)[number % len(noise)], rng)
        speech = _said(clips[rng.integers(len(clips))], rng)
        mixture = mix(speech, sound, kind, float(rng.uniform(*_SNR_DB)), rng)
        yield heard(_at_a_microphone(mixture, rng))


def _draw(noise: dict[str, list[Samples]], events: Events, kind: str, rng: np.random.Generator) -> tuple[str, Samples]:
    """A file of this kind, or what becomes of it; or a row of events, or made noise; and what kind it is."""
    if rng.random() < _EVENTS_SHARE:
        return EVENTS, to_samples(_row(noise, events, rng) * 2000)
    if rng.random() < _MADE_SHARE:
        return MADE_NOISE, to_samples(2000 * _unit(MADE[rng.integers(len(MADE))](8 * SAMPLE_RATE, rng)))
    sound = noise[kind][rng.integers(len(noise[kind]))]
    if rng.random() > _CHANGED_SHARE:
        return kind, sound
    wave = _unit(_changed(sound, rng))
    if rng.random() < _TWO_SHARE:
        wave = wave + _under(wave, noise, rng) * 10 ** (rng.uniform(-15, 5) / 20)
    return kind, to_samples(wave * 2000)


def _row(noise: dict[str, list[Samples]], events: Events, rng: np.random.Generator) -> Wave:
    """A row of events, often through a filter, in a room, or over another noise; rms 1."""
    wave = row_of_events(events, rng)
    if rng.random() < _EVENTS_BENT:
        wave = _bent(wave, _BEND_DB, rng)
    if rng.random() < _EVENTS_IN_A_ROOM:
        wave = wave + _echo(wave, rng)
    if rng.random() < _EVENTS_OVER_NOISE:
        wave = _unit(wave) + _under(wave, noise, rng) * 10 ** (rng.uniform(-25, -5) / 20)
    return _unit(wave)


def _under(wave: Wave, noise: dict[str, list[Samples]], rng: np.random.Generator) -> Wave:
    """Any other noise, changed, as long as the wave; rms 1."""
    files = [file for of_kind in noise.values() for file in of_kind]
    return np.resize(_unit(_changed(files[rng.integers(len(files))], rng)), len(wave))


def _changed(sound: Samples, rng: np.random.Generator) -> Wave:
    """At another speed, through a random filter, now and then backwards."""
    wave = soxr.resample(sound.astype(np.float64), SAMPLE_RATE * rng.uniform(*_SPEEDS), SAMPLE_RATE)
    wave = _bent(wave, _BEND_DB, rng)
    return wave[::-1] if rng.random() < 0.2 else wave


def _bent(wave: Wave, decibels: float, rng: np.random.Generator) -> Wave:
    spectrum = np.fft.rfft(wave)
    shape = np.interp(np.linspace(0, 7, len(spectrum)), np.arange(8), rng.uniform(-decibels, decibels, 8))
    return np.asarray(np.fft.irfft(spectrum * 10 ** (shape / 20), len(wave)))


def _said(clip: Samples, rng: np.random.Generator) -> Samples:
    """The clip through a random filter in half of the draws, and in a room in a quarter."""
    wave = clip.astype(np.float64)
    if rng.random() < 0.5:
        wave = _bent(wave, _SPEECH_BEND_DB, rng)
    if rng.random() < _ROOM_SHARE:
        wave = wave + _echo(wave, rng)
    return to_samples(wave * min(1.0, 30_000 / max(float(np.abs(wave).max()), 1.0)))


def _echo(wave: Wave, rng: np.random.Generator) -> Wave:
    """Of a made room: noise that fades away, in all so many dB under the direct sound."""
    time = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    fading = rng.standard_normal(len(time)) * 10 ** (-3 * time / rng.uniform(*_FADES_60_DB_S))
    size = len(wave) + len(time)
    echo = np.fft.irfft(np.fft.rfft(wave, size) * np.fft.rfft(fading, size), size)[: len(wave)]
    return np.asarray(_unit(echo) * rms(wave) * 10 ** (-rng.uniform(*_DIRECT_DB) / 20))


def _unit(wave: Wave) -> Wave:
    return wave / rms(wave)


def _at_a_microphone(mixture: Mixture, rng: np.random.Generator) -> Mixture:
    """At a random level, often over the noise of a microphone, which may be off centre, in a quarter from later on."""
    gain = 10 ** (rng.uniform(*_GAIN_DB) / 20)
    noise = mixture.noise * gain
    if rng.random() < 0.5:
        noise += rng.standard_normal(len(noise)) * np.exp(rng.uniform(*np.log(_MICROPHONE_RMS)))
    if rng.random() < _OFFSET_SHARE:
        noise += rng.uniform(-_OFFSET, _OFFSET)
    start = int(rng.integers(LEAD)) if rng.random() < _EARLY_SHARE else 0
    return Mixture(mixture.kind, mixture.speech[start:] * gain, noise[start:])


def heard(mixture: Mixture) -> Lesson:
    """What the device makes of it, and the truth."""
    speech, noise = _frame_power(mixture.speech), _frame_power(mixture.noise)
    loud = np.flatnonzero(speech > speech[speech > 0].mean() / 10**1.5)
    first, last = max(int(loud[0]) - 25, 0), min(int(loud[-1]) + 25, len(speech))
    return Lesson(front_end(mixture.heard), speech, noise, first, last, mixture.kind)


def _frame_power(wave: Wave) -> Wave:
    """(n,) -> (frames,) what a frame's level counts: the power of all bins from OFFSET_BINS on."""
    windows = np.lib.stride_tricks.sliding_window_view(wave, WINDOW)[::HOP]
    spectrum = np.fft.rfft(windows * _HANN, DFT, axis=1)[:, OFFSET_BINS:]
    return np.asarray((spectrum.real**2 + spectrum.imag**2).sum(axis=1))
