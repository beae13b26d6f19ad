"""The pictures of the musical side of a clip."""

import librosa
import numpy as np
from matplotlib.figure import Figure

from edgevoice.listening.capture import SAMPLE_RATE
from tools.explore.draw import BLUE, RED, image, line, note, seconds, sheet
from tools.explore.music import HOP, NOTES, Parts
from tools.explore.study import Study

_DYNAMIC_DB = 70.0
_SLOWEST_BPM, _FASTEST_BPM = 30, 300


def draw_chords(found: Study) -> Figure:
    """Chroma, and a bar of chord names under it."""
    figure, axes = sheet([2.2, 0.5])
    length = found.chroma.shape[1] * HOP / SAMPLE_RATE
    image(axes[0], found.chroma, (0, length, -0.5, 11.5), ("note", "share of strongest"), (0, 1), "magma")
    axes[0].set_yticks(range(12), NOTES)
    widest = found.clip.seconds / 30
    for chord in found.chords:
        found_one = chord.name != "-"
        wide = chord.end_s - chord.start_s
        colour = BLUE if found_one else "#dddddd"
        axes[1].barh(0, wide, left=chord.start_s, height=1, color=colour, alpha=0.35, edgecolor="white", linewidth=1)
        if found_one and wide >= widest / 2:
            name = chord.name.replace(":maj", "").replace(":min", "m")
            axes[1].text((chord.start_s + chord.end_s) / 2, 0, name, ha="center", va="center", fontsize=7)
    axes[1].set_yticks([])
    axes[1].set_ylabel("chord", fontsize=9)
    seconds(axes, found.clip.seconds)
    return figure


def draw_rhythm(found: Study) -> Figure:
    """Onset strength with beats, and the tempogram on a tempo axis."""
    figure, axes = sheet([1.1, 2.0])
    pulse = found.rhythm
    times = np.arange(len(pulse.strength)) * HOP / SAMPLE_RATE
    line(axes[0], times, pulse.strength, "onset strength\n(dB, mean rise)")
    axes[0].vlines(pulse.beats_s, 0, max(float(pulse.strength.max()), 1e-3), color=RED, linewidth=0.7, alpha=0.7)
    tempi = librosa.tempo_frequencies(len(pulse.tempogram), sr=SAMPLE_RATE, hop_length=HOP)
    chosen = (tempi >= _SLOWEST_BPM) & (tempi <= _FASTEST_BPM)
    if chosen.sum() < 2:
        note(axes[1], "the clip is too short to hold two beats")
    else:
        # Lags are equally far apart, tempi are not: drawn over the lag, named by the tempo.
        lags = np.flatnonzero(chosen)
        extent = (0, found.clip.seconds, lags[0] - 0.5, lags[-1] + 0.5)
        image(axes[1], pulse.tempogram[chosen], extent, ("tempo (BPM)", "autocorrelation"))
        names = [bpm for bpm in (40, 50, 60, 80, 120, 240) if tempi[lags[-1]] <= bpm <= tempi[lags[0]]]
        axes[1].set_yticks([60 * SAMPLE_RATE / HOP / bpm for bpm in names], [str(bpm) for bpm in names])
        axes[1].invert_yaxis()
        axes[1].set_title(f"tempo {pulse.tempo_bpm:.0f} BPM, {len(pulse.beats_s)} beats", fontsize=9, loc="left")
    seconds(axes, found.clip.seconds)
    return figure


def draw_parts(parts: Parts, names: tuple[str, str], length_s: float) -> Figure:
    """The spectrograms of two parts in the same colours, each with its share of the energy."""
    figure, axes = sheet([1.6, 1.6])
    spectra = [np.abs(librosa.stft(part, n_fft=1024, hop_length=256)) for part in (parts.first, parts.second)]
    top = 20 * np.log10(max(float(max(each.max() for each in spectra)), 1e-6))
    for axis, name, share, magnitude in zip(axes, names, (parts.share, 1 - parts.share), spectra, strict=True):
        decibels = 20 * np.log10(np.maximum(magnitude, 1e-6))
        image(axis, decibels, (0, length_s, 0, 8), ("frequency (kHz)", "dB"), (top - _DYNAMIC_DB, top))
        axis.set_title(f"{name}: {100 * share:.0f} % of the energy", fontsize=9, loc="left")
    seconds(axes, length_s)
    return figure
