"""Study -> the pictures of one clip, each with what one sees in it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from edgevoice.listening.capture import SAMPLE_RATE
from tools.explore.draw import BLUE, GREEN, GREY, ORANGE, RED, as_uri, image, line, note, seconds, sheet
from tools.explore.rhythm import draw_chords, draw_parts, draw_rhythm
from tools.explore.shape import LOWEST_HZ as CONTRAST_HZ
from tools.explore.speaking import HOP as PITCH_HOP
from tools.explore.speaking import INTENSITY_HOP, SYLLABLES_PER_WORD
from tools.explore.spectra import draw_mean_spectra, draw_mfcc, draw_spectra, draw_waveform
from tools.explore.study import Study


@dataclass(frozen=True)
class Picture:
    """A heading, the image as a data URI, and the sentences under it."""

    heading: str
    image: str
    caption: str


def pictures(found: Study) -> list[Picture]:
    """All of one clip, in the order of the page."""
    return [Picture(heading, as_uri(make(found)), caption) for heading, make, caption in _PLAN]


def _cepstra(found: Study) -> Figure:
    figure, axes = sheet([1.5, 1.5, 1.5])
    for axis, name, values in zip(
        axes, ("GFCC", "LPCC", "PNCC"), (found.cepstra.gfcc, found.cepstra.lpcc, found.cepstra.pncc), strict=True
    ):
        centred = values - values.mean(axis=1, keepdims=True)
        reach = max(float(np.quantile(np.abs(centred[1:]), 0.99)), 1e-6)
        extent = (0, values.shape[1] / 100 + 0.015, 0.5, values.shape[0] - 0.5)
        image(axis, centred[1:], extent, (f"{name}\ncoefficient", "no unit"), (-reach, reach), "RdBu_r")
    seconds(axes, found.clip.seconds)
    return figure


def _shape(found: Study) -> Figure:
    figure, axes = sheet([1.8, 0.9, 0.9, 1.4])
    form = found.shape
    low, high = form.centroid - form.bandwidth, form.centroid + form.bandwidth
    axes[0].fill_between(form.times_s, np.maximum(low, 0) / 1000, high / 1000, color=BLUE, alpha=0.15, linewidth=0)
    line(axes[0], form.times_s, form.centroid / 1000, "(kHz)", label="centroid, ± bandwidth")
    line(axes[0], form.times_s, form.rolloff / 1000, "(kHz)", color=ORANGE, label="rolloff, 85 % of the energy below")
    axes[0].legend(fontsize=8, frameon=False, ncols=2, loc="upper right")
    line(axes[1], form.times_s, form.flatness, "flatness\n(0..1)", color=GREEN)
    axes[1].set_yscale("log")
    line(axes[2], form.times_s, form.crossings * SAMPLE_RATE / 1000, "zero cross.\n(1000 / s)", color=RED)
    extent = (form.times_s[0], form.times_s[-1], 0, len(form.contrast))
    image(axes[3], form.contrast, extent, ("contrast,\nband (Hz)", "dB"), None, "viridis")
    edges = [0, *(CONTRAST_HZ * 2.0**octave for octave in range(len(form.contrast)))]
    axes[3].set_yticks(np.arange(len(form.contrast)) + 0.0, [f"{edge:.0f}" for edge in edges[: len(form.contrast)]])
    seconds(axes, found.clip.seconds)
    return figure


def _speaking(found: Study) -> Figure:
    figure, axes = sheet([1.6, 0.7, 1.2, 1.2])
    talk = found.speaking
    pitch_s = np.arange(len(talk.f0_hz)) * PITCH_HOP / SAMPLE_RATE
    axes[0].plot(pitch_s, talk.f0_hz, ".", markersize=3, color=BLUE)
    axes[0].set_ylim(60, 520)
    axes[0].set_yscale("log", base=2)
    axes[0].set_yticks([65, 100, 150, 200, 300, 500], ["65", "100", "150", "200", "300", "500"])
    axes[0].minorticks_off()
    axes[0].grid(axis="y", linewidth=0.3)
    axes[0].set_ylabel("f0 (Hz)", fontsize=9)
    line(axes[1], pitch_s, talk.voiced, "voiced\n(0..1)", color=GREEN)
    axes[1].set_ylim(0, 1.05)
    times = np.arange(len(talk.onset_strength)) * INTENSITY_HOP / SAMPLE_RATE
    line(axes[2], times, talk.onset_strength, "onset strength\n(dB, mean rise)", color=GREY)
    axes[2].vlines(talk.onsets_s, 0, max(float(talk.onset_strength.max()), 1e-3), color=RED, linewidth=0.8)
    line(axes[3], np.arange(len(talk.intensity_db)) * INTENSITY_HOP / SAMPLE_RATE, talk.intensity_db, "level (dBFS)")
    at = np.minimum(np.rint(talk.nuclei_s * SAMPLE_RATE / INTENSITY_HOP).astype(int), len(talk.intensity_db) - 1)
    axes[3].plot(talk.nuclei_s, talk.intensity_db[at], "o", markersize=4, color=ORANGE)
    seconds(axes, found.clip.seconds)
    return figure


def _voice_parts(found: Study) -> Figure:
    if found.voice is None:
        figure, (axis,) = sheet([0.6])
        note(axis, "the clip is shorter than 4 s: there is no room for a repetition 2 s away")
        seconds([axis], found.clip.seconds)
        return figure
    return draw_parts(found.voice, ("voice", "accompaniment"), found.clip.seconds)


def _harmonic_parts(found: Study) -> Figure:
    return draw_parts(found.harmonic, ("harmonic", "percussive"), found.clip.seconds)


_PLAN: tuple[tuple[str, Callable[[Study], Figure], str], ...] = (
    (
        "Waveform",
        draw_waveform,
        "Amplitude over time. Green: what edgevoice's utterance gate takes for an utterance, margins included.",
    ),
    (
        "Spectrum before and after enhancement",
        draw_spectra,
        "All from edgevoice's own integer front end, frames of 25 ms every 10 ms. Top: the power spectrum as it comes "
        "from the DFT. Middle: its 40 mel bands without and with noise reduction, in the same colours. Bottom: how "
        "many decibels the noise reduction took off; speech should stay white there and noise turn blue.",
    ),
    (
        "Mean spectrum before and after",
        draw_mean_spectra,
        "The same mel bands, averaged in decibels over the frames that the front end judges speech (solid) and over "
        "the others (dotted). Good enhancement lowers the dotted lines and leaves the solid ones where they are.",
    ),
    (
        "MFCC",
        draw_mfcc,
        "What the x-vector is fed: coefficients 1 to 39 of edgevoice's own MFCC, minus their mean over the clip, as "
        "the device does it over an utterance. Low coefficients are the coarse shape of the spectrum, high ones the "
        "fine. Below: c0, the level.",
    ),
    (
        "GFCC, LPCC, PNCC",
        _cepstra,
        "Coefficients 1 to 12, minus their mean over the clip. GFCC (spafe): a filter bank like the cochlea's. LPCC "
        "(librosa): of an all-pole model of the vocal tract. PNCC (spafe): made to change little in noise. Noise of "
        "one step of int16 is added first, since LPCC and PNCC are not defined for digital silence.",
    ),
    (
        "Shape of the spectrum",
        _shape,
        "By librosa, windows of 32 ms. Centroid: the centre of gravity; bandwidth: how wide the spectrum lies about "
        "it. Flatness: 1 for white noise, near 0 for a tone. Zero crossings: high in s and f, low in vowels. Contrast: "
        "peak over valley in bands of an octave, named by their lower edge; high where there are clear partials.",
    ),
    (
        "Pitch, onsets, syllables",
        _speaking,
        "f0 by pYIN between 65 and 500 Hz (what lies outside is not found), and its probability of being voiced. Red: "
        "onsets by spectral flux. Orange: likely syllable nuclei, which are peaks of the level in speech that stand "
        f"out by 2 dB (after de Jong and Wempe, 2009). Words per second: nuclei / {SYLLABLES_PER_WORD} / seconds of "
        "speech. On the 26 spoken clips of edgevoice's visit, whose English text is known, that is 19 % too few in "
        "the mean and 40 % at the worst, and the method was picked on those very clips; other languages and styles "
        "were not measured.",
    ),
    (
        "Chroma and chords",
        draw_chords,
        "Share of each of the twelve notes, whatever the octave, of the harmonic part, and for each half second the "
        "most alike of 24 major and minor triads (grey: none with a cosine of 0.75). Of speech and noise this says "
        "little: there the names are chance.",
    ),
    (
        "Tempo, beats, tempogram",
        draw_rhythm,
        "Onset strength with the beats found in it, and the tempogram: how well the onsets of 8 s repeat at each "
        "tempo. A steady bright line is a tempo; its half and double shine too. Speech has no beat: there the figure "
        "is only the strongest of many.",
    ),
    (
        "Harmonic and percussive parts",
        _harmonic_parts,
        "Horizontal lines (tones, vowels) and vertical ones (clicks, plosives, drums), pulled apart by median filters.",
    ),
    (
        "Voice and accompaniment",
        _voice_parts,
        "What does not repeat at least 2 s away, and what does (REPET-SIM by nearest-neighbour filtering). Made for a "
        "singer over a band; in plain speech steady noise ends in the accompaniment.",
    ),
)
