"""Fits the two rules of the gate: prints the integers for listening/activity.py and writes listening/voice_rule.py.

Run it again where the first have changed, since the second is fitted on what the first let through.

Speech of ``speech/train`` in the tuning half of the noise; against it that half alone, at other speeds and levels, and
music. Nothing of ``speech/dev`` or of the measuring half is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import soxr
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from edgevoice.fixedpoint.exact import Integers
from edgevoice.hardware.wave import read_sound
from edgevoice.listening import activity, voice, voice_rule
from edgevoice.listening.activity import ActivitySettings, SpeechActivity
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.frames import Frames, FrontEnd
from edgevoice.listening.utterance import UtteranceGate, UtteranceSettings
from edgevoice.visit import FOLDER
from tools.ear.truth import (
    QUIET_DB,
    Flags,
    Noise,
    draw_bed,
    mix_in,
    read_noise,
    read_speech,
    steady_noise,
    true_speech,
    truth_in_mixture,
)

SPEECH = {
    "speechocean762": 170,
    "librispeech251": 70,
    "arabic_commands": 70,
    "commonvoice_fa": 60,
    "commonvoice_tw": 30,
}
SPEEDS = (1.0, 0.75, 0.87, 1.15, 1.3)
OTHERS = ("doorbell", "knock", "hum")
EVERY = 7  # frames that follow each other say the same
SETTLE = 60  # frames before the noise is known
QUIET_MISSES = 0.007
"""Share of the training utterances in quiet that the rule may miss."""

RULE_TEXT = '''"""The fitted numbers of listening/voice.py, all Q10, written by tools.ear.fit_gate; not to be edited."""

# Statistic: lowest, highest, mean, 1 / standard deviation, weight, and weights of its product with itself and with each
# statistic below it.'''

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stream:
    """One sound: its frames, the activity's measures of now and of the last 250 ms, and the truth."""

    frames: Frames
    now: Integers
    past: Integers
    truth: Flags
    quiet: bool


class _Recorder(SpeechActivity):
    """Keeps what the rule is given."""

    def __init__(self, settings: ActivitySettings) -> None:
        super().__init__(settings)
        self.measures: list[Integers] = []

    def __call__(self, band_snr: Integers, periodicity: Integers) -> Integers:
        self.measures.append(activity.measure(band_snr, periodicity))
        return super().__call__(band_snr, periodicity)


class _Measured(FrontEnd):
    """The device's front end, with its activity rule laid open."""

    def __init__(self) -> None:
        super().__init__(SubtractionSettings(), ActivitySettings())
        self.recorder = _Recorder(ActivitySettings())
        self._activity = self.recorder


def hear(samples: Samples, truth: Flags | None, quiet: bool = False) -> Stream:
    """One sound from a fresh start; ``truth`` None: nobody speaks."""
    front_end = _Measured()
    frames = front_end(samples)
    spoken = np.zeros(len(frames), dtype=np.bool_) if truth is None else truth[: len(frames)]
    now = np.concatenate(front_end.recorder.measures)
    return Stream(frames, now, activity.trailing_mean(now), spoken, quiet)


def speech_streams(data: Path, seed: int) -> Iterator[Stream]:
    """Every clip alone, in quiet, and at four SNR in a noise of the tuning half."""
    rng = np.random.default_rng(seed)
    noises, steady = read_noise(data, measuring=False), steady_noise()
    for clip in read_speech(data, "train", SPEECH, seed):
        yield hear(clip, true_speech(clip), quiet=True)
        for snr_db in (QUIET_DB, 20.0, 10.0, 5.0, 0.0):
            quiet = snr_db == QUIET_DB
            bed = steady[0] if quiet else draw_bed(noises, steady, rng)
            mixture = mix_in(clip, bed.samples, snr_db, rng)
            yield hear(mixture, truth_in_mixture(clip, mixture), quiet)


def other_streams(data: Path, seed: int) -> Iterator[Stream]:
    """The tuning half in a row at five speeds, each animate file repeated, music, bells and knocks."""
    rng = np.random.default_rng(seed)
    noises = read_noise(data, measuring=False)
    for speed in SPEEDS:
        order = rng.permutation(len(noises)) if speed != 1.0 else np.arange(len(noises))
        yield hear(np.concatenate([_at_speed(noises[place], speed, rng) for place in order]), None)
    for noise in noises:
        if any(name in noise.label for name in ("Dog", "Baby", "sneeze", "Rooster", "miaow")):
            yield hear(np.resize(_at_speed(noise, 1.0, rng), 12 * SAMPLE_RATE), None)
    for path in sorted((data / "music").iterdir()):
        yield hear(read_sound(path), None)
    for name in OTHERS:
        yield hear(np.resize(read_sound(FOLDER / f"{name}.flac"), 120 * SAMPLE_RATE), None)


def _at_speed(noise: Noise, speed: float, rng: np.random.Generator) -> Samples:
    if speed == 1.0:
        return noise.samples
    wave = soxr.resample(noise.samples.astype(np.float64), SAMPLE_RATE * speed, SAMPLE_RATE)
    wave *= 32767 * 10 ** (rng.uniform(-30, -1) / 20) / max(float(np.abs(wave).max()), 50.0)
    wave += rng.standard_normal(len(wave)) * 10 ** rng.uniform(-1, 1.5)
    return np.asarray(np.clip(np.rint(wave), -32768, 32767), dtype=np.int16)


def fit_activity(streams: list[Stream]) -> tuple[Integers, int]:
    """(6,) odds for each octave, Q8, of now and past; the odds where all are 0, Q8."""
    octaves = np.concatenate([np.hstack([s.now, s.past])[SETTLE::EVERY] for s in streams]) / (1 << 16)
    truth = np.concatenate([s.truth[SETTLE::EVERY] for s in streams])
    weights, bias = _logistic(octaves, truth, np.ones(len(truth)), 1.0)
    return np.rint(weights * 256).astype(np.int64), round(bias * 256)


def flags(stream: Stream, weights: Integers, bias: int) -> Integers:
    """(frames,) 0 or 1 by these weights, at the device's default probability."""
    probability = ActivitySettings().probability_percent / 100
    wanted = round((float(np.log(probability / (1 - probability))) - bias / 256) * (1 << 16))
    evidence: Integers = (stream.now @ weights[:3] + stream.past @ weights[3:]) >> 8
    return np.asarray(evidence >= wanted, dtype=np.int64)


class _Cutter(UtteranceGate):
    """Gives every utterance of enough speech, whoever made it, as the places of its frames."""

    def __init__(self) -> None:
        super().__init__(UtteranceSettings())
        self.found: list[Frames] = []

    def _is_voice(self, frames: Frames) -> bool:
        self.found.append(frames)
        return False


def candidates(stream: Stream, speech: Integers) -> Iterator[tuple[Frames, float]]:
    """Each utterance that has enough speech, and the share of that speech which is true."""
    cutter = _Cutter()
    # The truth travels in a field that the gate does not read.
    fields = {**vars(stream.frames), "speech": speech, "offset": stream.truth.astype(np.int64)}
    frames = Frames(**fields)
    cutter.gather(frames)
    cutter.finish()
    for found in cutter.found:
        yield found, float((found.offset * found.speech).sum() / found.speech.sum())


def fit_voice(streams: list[Stream], weights: Integers, bias: int) -> str:
    """The text of listening/voice_rule.py: range, mean, gain, weight and products of each statistic."""
    rows: list[dict[str, int]] = []
    spoken: list[bool] = []
    quiet: list[bool] = []
    for stream in streams:
        for frames, share in candidates(stream, flags(stream, weights, bias)):
            if 0.02 < share < 0.6:
                continue
            rows.append(voice.statistics(frames.mfcc, frames.speech, frames.periodicity, frames.pitch_lag))
            spoken.append(share >= 0.6)
            quiet.append(stream.quiet)
    truth, names = np.array(spoken), list(rows[0])
    values = np.array([[row[name] for name in names] for row in rows], dtype=np.int64)
    lowest, highest = np.rint(np.percentile(values, [0.3, 99.7], axis=0)).astype(np.int64)
    bounded = np.clip(values, lowest, highest)
    centre = np.rint(bounded.mean(axis=0)).astype(np.int64)
    gain = np.rint((1 << 20) / bounded.std(axis=0)).astype(np.int64)
    levels = (bounded - centre) * gain >> 10
    first, second = np.triu_indices(len(names))
    terms = np.hstack([levels, levels[:, first] * levels[:, second] >> 10])
    coefficients, _ = _logistic(terms / 1024, truth, np.where(truth, 1.0, 2.0), 0.05)
    whole = np.rint(coefficients * 1024).astype(np.int64)
    odds = terms @ whole >> 10
    wanted = int(np.quantile(odds[truth & np.array(quiet)], QUIET_MISSES))
    taken = 100 * (odds >= wanted)[~truth].mean()
    click.echo(f"{truth.sum()} utterances of speech, {(~truth).sum()} others, {taken:.2f} % of these taken for a voice")
    products = np.zeros((len(names), len(names)), dtype=np.int64)
    products[first, second] = whole[len(names) :]
    lines = []
    for i, name in enumerate(names):
        numbers = (*(int(part[i]) for part in (lowest, highest, centre, gain, whole)), tuple(products[i, i:].tolist()))
        lines.append(f'    "{name}": {numbers},')
    return "\n".join(
        [
            RULE_TEXT,
            "RULE: dict[str, tuple[int, int, int, int, int, tuple[int, ...]]] = {",
            *lines,
            "}",
            f"BIAS = {-wanted}",
            "",
        ]
    )


def _logistic(values: Floats, truth: Flags, weight: Floats, strength: float) -> tuple[Floats, float]:
    """Weights (k,) and bias in natural-log odds for values as given."""
    scaler = StandardScaler().fit(values)
    model = LogisticRegression(C=strength, max_iter=3000).fit(scaler.transform(values), truth, sample_weight=weight)
    weights = model.coef_[0] / scaler.scale_
    return weights, float(model.intercept_[0] - weights @ scaler.mean_)


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--output", type=click.Path(path_type=Path), default=Path(voice_rule.__file__), help="The fitted file.")
@click.option("--seed", default=1, show_default=True)
def main(data: Path, output: Path, seed: int) -> None:
    streams = [*speech_streams(data, seed), *other_streams(data, seed)]
    weights, bias = fit_activity(streams)
    click.echo(f"NOW = {tuple(weights[:3].tolist())}\nPAST = {tuple(weights[3:].tolist())}\nODDS_AT_NOTHING = {bias}")
    output.write_text(fit_voice(streams, weights, bias), encoding="utf-8")


if __name__ == "__main__":
    main()
