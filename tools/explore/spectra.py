"""The pictures of what edgevoice's own front end makes of a clip."""

import numpy as np
from matplotlib.figure import Figure

from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.features import HIGHEST_HZ, LOWEST_HZ
from tools.explore.draw import BLUE, GREEN, GREY, ORANGE, image, line, seconds, sheet
from tools.explore.study import Study

_LOUDNESS = (-100.0, -10.0)  # dBFS that the colours of a spectrum span
_TICKS_HZ = (100, 500, 1000, 2000, 4000, 7000)


def draw_waveform(found: Study) -> Figure:
    """Amplitude, with the utterances."""
    figure, (axis,) = sheet([1.7])
    wave, clip = found.clip.wave, found.clip
    times = np.arange(len(wave)) / SAMPLE_RATE
    axis.plot(times, wave, linewidth=0.4, color=BLUE)
    for utterance in found.heard.utterances:
        axis.axvspan(utterance.start_s, min(utterance.end_s, clip.seconds), color=GREEN, alpha=0.13, linewidth=0)
    reach = max(float(np.abs(wave).max()) * 1.1, 0.01)
    axis.set_ylim(-reach, reach)
    axis.set_ylabel("amplitude\n(full scale 1)", fontsize=9)
    seconds([axis], clip.seconds)
    return figure


def draw_spectra(found: Study) -> Figure:
    """DFT, mel before and after, and their difference, over time."""
    figure, axes = sheet([2.1, 1.7, 1.7, 1.7])
    heard, length = found.heard, found.clip.seconds
    times = (heard.times_s[0] - 0.005, heard.times_s[-1] + 0.005)
    image(axes[0], heard.power_dbfs.T, (*times, 0, 8), ("DFT before\n(kHz)", "dBFS"), _LOUDNESS)
    taken = heard.mel_before - heard.mel_after
    for axis, values, name, span, colours in (
        (axes[1], heard.mel_before, "mel before\n(Hz)", _LOUDNESS, "magma"),
        (axes[2], heard.mel_after, "mel after\n(Hz)", _LOUDNESS, "magma"),
        (axes[3], taken, "taken off\n(Hz)", (0.0, max(float(taken.max()), 1.0)), "Blues"),
    ):
        image(axis, values.T, (*times, 0, values.shape[1]), (name, "dB" if axis is axes[3] else "dBFS"), span, colours)
        axis.set_yticks([_band(hertz) for hertz in _TICKS_HZ], [str(hertz) for hertz in _TICKS_HZ])
    seconds(axes, length)
    return figure


def _band(hertz: float) -> float:
    """Where a frequency lies among the 40 bands, which are equally wide in mel."""
    lowest, highest, here = (2595 * np.log10(1 + each / 700) for each in (LOWEST_HZ, HIGHEST_HZ, hertz))
    return float((here - lowest) / (highest - lowest) * 41 - 0.5)


def draw_mean_spectra(found: Study) -> Figure:
    """Mel before and after, averaged over speech and over the rest."""
    figure, (axis,) = sheet([2.2], width=7.5)
    heard = found.heard
    lowest, highest = np.log10(1 + LOWEST_HZ / 700), np.log10(1 + HIGHEST_HZ / 700)
    hertz = 700 * (10 ** np.linspace(lowest, highest, heard.mel_before.shape[1] + 2)[1:-1] - 1)
    parts = (("speech", heard.speech == 1, "-"), ("the rest", heard.speech == 0, ":"))
    for name, chosen, dashes in parts:
        if chosen.any():
            for when, values, colour in (("before", heard.mel_before, GREY), ("after", heard.mel_after, ORANGE)):
                axis.plot(hertz, values[chosen].mean(axis=0), dashes, color=colour, label=f"{name}, {when}")
    axis.set_xscale("log")
    axis.set_xticks(_TICKS_HZ, [str(each) for each in _TICKS_HZ])
    axis.minorticks_off()
    axis.set_xlabel("middle of the mel band (Hz)", fontsize=9)
    axis.set_ylabel("mean level (dBFS)", fontsize=9)
    axis.grid(linewidth=0.3)
    axis.legend(fontsize=8, frameon=False, ncols=2)
    return figure


def draw_mfcc(found: Study) -> Figure:
    """The coefficients, and the level under them."""
    figure, axes = sheet([2.3, 0.8])
    mfcc, times = found.heard.mfcc, found.heard.times_s
    centred = mfcc - mfcc.mean(axis=0)
    reach = float(np.quantile(np.abs(centred[:, 1:]), 0.99))
    extent = (times[0] - 0.005, times[-1] + 0.005, 0.5, mfcc.shape[1] - 0.5)
    image(axes[0], centred[:, 1:].T, extent, ("coefficient", "octaves of power"), (-reach, reach), "RdBu_r")
    line(axes[1], times, centred[:, 0], "c0\n(octaves)")
    seconds(axes, found.clip.seconds)
    return figure
