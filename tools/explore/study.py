"""Everything that is measured of one clip, and the figures that sum it up."""

from dataclasses import dataclass

import numpy as np

from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.listening.damage import FULL_SCALE
from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.explore import cepstra, music, ours, shape, speaking
from tools.explore.clips import Clip


@dataclass(frozen=True, eq=False)
class Study:
    """One clip, measured; voice is None where the clip is too short to repeat itself."""

    clip: Clip
    heard: ours.Heard
    cepstra: cepstra.Cepstra
    shape: shape.Shape
    speaking: speaking.Speaking
    chroma: music.Matrix
    chords: list[music.Chord]
    rhythm: music.Rhythm
    harmonic: music.Parts
    voice: music.Parts | None

    @property
    def speech_s(self) -> float:
        """Seconds of the frames that the front end judges speech."""
        return int(self.heard.speech.sum()) / FRAMES_PER_SECOND


FIGURES = {
    "length": "s",
    "level": "dBFS",
    "speech": "s",
    "SNR": "dB",
    "clipped": "%",
    "f0 median": "Hz",
    "f0 spread": "semitones",
    "centroid": "Hz",
    "bandwidth": "Hz",
    "rolloff": "Hz",
    "flatness": "0..1",
    "crossings": "per s",
    "onsets": "per s",
    "syllables": "per s",
    "words": "per s",
    "tempo": "BPM",
    "harmonic": "% of energy",
}
"""What sums a clip up -> its unit. SNR is that of the longest utterance, over the noise that the front end tracks;
syllables and words are counted per second of speech."""


def study(clip: Clip) -> Study:
    """Measure one clip; half a second to two a clip of some seconds, the first call some ten more."""
    heard, wave = ours.hear(clip.samples), clip.wave
    harmonic = music.harmonic_percussive(wave)
    notes = music.chroma(harmonic.first)
    return Study(
        clip,
        heard,
        cepstra.cepstra(wave),
        shape.shape(wave),
        speaking.speaking(wave, heard.speech),
        notes,
        music.chords(notes),
        music.rhythm(wave),
        harmonic,
        music.voice_accompaniment(wave),
    )


def figures(found: Study) -> dict[str, float | None]:
    """The FIGURES of one clip; None where there is none, as f0 where nothing is voiced."""
    clip, form, talk = found.clip, found.shape, found.speaking
    pitch = talk.f0_hz[np.isfinite(talk.f0_hz)]
    longest = max(found.heard.utterances, key=lambda each: each.quality.net_speech_s, default=None)
    power = float(np.square(clip.wave, dtype=np.float64).mean())
    values: dict[str, float | None] = {
        "length": clip.seconds,
        "level": 10 * np.log10(power) if power > 0 else None,
        "speech": found.speech_s,
        "SNR": longest.quality.snr_db if longest else None,
        "clipped": 100 * float((np.abs(clip.samples.astype(int)) >= FULL_SCALE).mean()),
        "f0 median": float(np.median(pitch)) if len(pitch) else None,
        "f0 spread": float(12 * np.log2(pitch).std()) if len(pitch) else None,
        "centroid": float(form.centroid.mean()),
        "bandwidth": float(form.bandwidth.mean()),
        "rolloff": float(form.rolloff.mean()),
        "flatness": float(form.flatness.mean()),
        "crossings": float(form.crossings.mean()) * SAMPLE_RATE,
        "onsets": len(talk.onsets_s) / clip.seconds,
        "syllables": len(talk.nuclei_s) / found.speech_s if found.speech_s else None,
        "words": talk.words_per_s,
        "tempo": found.rhythm.tempo_bpm or None,
        "harmonic": 100 * found.harmonic.share,
    }
    return {name: None if (value := values[name]) is None else float(value) for name in FIGURES}
