"""Chroma, chords, tempo, beats, and what can be pulled apart, by librosa."""

from dataclasses import dataclass

import librosa
import numpy as np
from numpy.typing import NDArray

from edgevoice.listening.capture import SAMPLE_RATE
from tools.explore.clips import Sound

WINDOW, HOP = 4096, 512  # samples: 256 ms every 32 ms, so that neighbouring notes fall apart
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
CHORD_S = 0.5
LEAST_LIKENESS = 0.75
"""Cosine of chroma and template below which there is "no chord": three equal notes of twelve against flat chroma give
0.5, one lone note gives 0.58."""
REPETITION_S = 2.0
"""What repeats is looked for at least so far away."""
TEMPOGRAM_S = 8.0

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Chord:
    """start_s, end_s; name: as in ``A:min``, or ``-`` for none; likeness: cosine to its template, 0..1."""

    start_s: float
    end_s: float
    name: str
    likeness: float


@dataclass(frozen=True, eq=False)
class Rhythm:
    """strength: (n,) onset strength every 32 ms; tempogram: (lags, n); tempo_bpm; beats_s."""

    strength: Matrix
    tempogram: Matrix
    tempo_bpm: float
    beats_s: Matrix


@dataclass(frozen=True, eq=False)
class Parts:
    """Two sounds that add up to about the whole: their waves (n,) and the share of the energy in the first, 0..1."""

    first: Sound
    second: Sound
    share: float


def chroma(harmonic: Sound) -> Matrix:
    """(12, n) share of each note, the strongest 1.0."""
    # tuning is not estimated: in a moment of speech or silence there is nothing to estimate it from
    notes = librosa.feature.chroma_stft(y=harmonic, sr=SAMPLE_RATE, n_fft=WINDOW, hop_length=HOP, tuning=0.0)
    return np.asarray(notes)


def chords(notes: Matrix) -> list[Chord]:
    """The likeliest of 24 triads in each half second; neighbours of one name are joined."""
    names, templates = _templates()
    step = max(1, round(CHORD_S * SAMPLE_RATE / HOP))
    found: list[Chord] = []
    for start in range(0, notes.shape[1], step):
        mean = notes[:, start : start + step].mean(axis=1)
        likeness = templates @ mean / max(float(np.linalg.norm(mean)), 1e-9)
        best = int(likeness.argmax())
        name = names[best] if likeness[best] >= LEAST_LIKENESS else "-"
        begin_s, end_s = start * HOP / SAMPLE_RATE, min(start + step, notes.shape[1]) * HOP / SAMPLE_RATE
        if found and found[-1].name == name:
            begin_s = found.pop().start_s
        found.append(Chord(begin_s, end_s, name, float(likeness[best])))
    return found


def rhythm(wave: Sound) -> Rhythm:
    """Tempo and beats after D. Ellis (2007), the tempogram after P. Grosche, M. Mueller and F. Kurth (2010)."""
    strength = librosa.onset.onset_strength(y=wave, sr=SAMPLE_RATE, hop_length=HOP)
    tempo, beats = librosa.beat.beat_track(onset_envelope=strength, sr=SAMPLE_RATE, hop_length=HOP, units="time")
    frames = min(round(TEMPOGRAM_S * SAMPLE_RATE / HOP), len(strength))
    gram = librosa.feature.tempogram(onset_envelope=strength, sr=SAMPLE_RATE, hop_length=HOP, win_length=max(frames, 4))
    return Rhythm(strength, gram, float(np.ravel(tempo)[0]), np.asarray(beats))


def harmonic_percussive(wave: Sound) -> Parts:
    """By median filters along time and along frequency (D. FitzGerald, 2010)."""
    return _parts(*librosa.effects.hpss(wave))


def voice_accompaniment(wave: Sound) -> Parts | None:
    """What does not repeat, and what does: REPET-SIM (Z. Rafii and B. Pardo, 2012) by nearest-neighbour filtering.

    None where the clip is shorter than two repetitions. Margins as in librosa's own example.
    """
    if len(wave) < 2 * REPETITION_S * SAMPLE_RATE:
        return None
    spectrum = librosa.stft(wave, n_fft=2048, hop_length=HOP)
    magnitude = np.abs(spectrum)
    width = librosa.time_to_frames(REPETITION_S, sr=SAMPLE_RATE, hop_length=HOP)
    # Two frames of digital silence have no angle between them.
    alike = librosa.decompose.nn_filter(magnitude + 1e-9, aggregate=np.median, metric="cosine", width=int(width))
    repeated = np.minimum(magnitude, alike)
    single = np.maximum(magnitude - repeated, 0)
    behind = librosa.util.softmask(repeated, 2 * single, power=2)
    front = librosa.util.softmask(single, 10 * repeated, power=2)
    waves = [librosa.istft(mask * spectrum, hop_length=HOP, length=len(wave)) for mask in (front, behind)]
    return _parts(*waves)


def _parts(first: Sound, second: Sound) -> Parts:
    energy = [float(np.square(part, dtype=np.float64).sum()) for part in (first, second)]
    return Parts(first, second, energy[0] / max(sum(energy), 1e-12))


def _templates() -> tuple[list[str], Matrix]:
    """24 names, and (24, 12) unit vectors with the three notes of each major and minor triad."""
    names, rows = [], []
    for kind, third in (("maj", 4), ("min", 3)):
        for root, note in enumerate(NOTES):
            names.append(f"{note}:{kind}")
            rows.append(np.isin(np.arange(12), [root, (root + third) % 12, (root + 7) % 12]) / np.sqrt(3))
    return names, np.array(rows)
