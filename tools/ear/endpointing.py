"""The gate beside two peers on the same sound: frames missed and taken wrongly, false utterances, latency, splits.

Speech of ``speech/dev`` in white noise, rain, traffic and the measuring half of the noise. Every judge's frames go
through the same rule of onset, pause and shortest length; only the row "ours" also asks how sure the utterance is.
--markdown writes the tables into a file between <!-- endpointing --> and <!-- /endpointing -->.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.frames import Frames
from edgevoice.listening.utterance import UtteranceGate, UtteranceSettings
from edgevoice.listening.window import HOP
from tools.ear.judges import JUDGES, Judge, flagged
from tools.ear.tally import Tally
from tools.ear.truth import (
    QUIET_DB,
    TAIL_S,
    Noise,
    draw_bed,
    mix_in,
    read_noise,
    read_speech,
    steady_noise,
    truth_in_mixture,
)
from tools.hear import front_end
from tools.measure.page import markdown_option, publish, titled_table
from tools.step import Step

SPEECH = {"speechocean762": 90, "librispeech10": 40}
SNRS = (QUIET_DB, 20.0, 10.0, 5.0, 0.0)
HEADINGS = ("system", "clean", "20 dB", "10 dB", "5 dB", "0 dB")
OURS, FRAMES_ALONE = "ours", "ours, frames alone"

Rows = list[tuple[str, ...]]


def gate(settings: UtteranceSettings | None = None) -> UtteranceGate:
    """The door's."""
    return UtteranceGate(settings or UtteranceSettings(), early=True)


def rulings(samples: Samples, judges: Mapping[str, Judge]) -> dict[str, Frames]:
    """The frames of every system; those of our own also as if all of them were sure."""
    found = {name: judge(samples) for name, judge in judges.items()}
    return {**found, FRAMES_ALONE: flagged(found[OURS].speech)}


def measure(
    clips: Sequence[Samples], noises: list[Noise], seed: int, judges: Mapping[str, Judge]
) -> dict[tuple[str, float], Tally]:
    """Every system in every condition, on the same mixtures."""
    rng = np.random.default_rng(seed)
    steady = steady_noise()
    tallies: dict[tuple[str, float], Tally] = {}
    for clip in clips:
        for snr_db in SNRS:
            bed = steady[0] if snr_db == QUIET_DB else draw_bed(noises, steady, rng)
            mixture = mix_in(clip, bed.samples, snr_db, rng)
            truth = truth_in_mixture(clip, mixture)
            for name, frames in rulings(mixture, judges).items():
                tallies.setdefault((name, snr_db), Tally()).count(frames, truth, gate())
    return tallies


def pauses(clips: Sequence[Samples]) -> Rows:
    """Pauses beside each other, on clean speech with a second of quiet after it."""
    rng = np.random.default_rng(0)
    white = steady_noise()[0].samples
    mixtures = [mix_in(clip, white, QUIET_DB, rng) for clip in clips]
    heard = [(front_end(m), truth_in_mixture(clip, m)) for clip, m in zip(clips, mixtures, strict=True)]
    rows: Rows = []
    for early_ms, hangover_ms in ((100, 400), (120, 400), (140, 400), (200, 400), (100, 500), (100, 300)):
        tally, chosen = Tally(), replace(UtteranceSettings(), early_pause_ms=early_ms, hangover_ms=hangover_ms)
        for frames, truth in heard:
            tally.count(frames, truth, gate(chosen))
        looks = f"{tally.looks / tally.clips:.1f}"
        rows.append((f"{early_ms} ms", f"{hangover_ms} ms", split(tally), looks, late(tally), final(tally)))
    return rows


def false_utterances(noises: list[Noise], judges: Mapping[str, Judge]) -> Rows:
    """False utterances an hour of each system on noise alone, one file after the other, and on which sounds."""
    samples = np.concatenate([noise.samples for noise in noises])
    ends = np.cumsum([len(noise.samples) for noise in noises]) // HOP
    hours = len(samples) / SAMPLE_RATE / 3600
    rows: Rows = []
    for name, frames in rulings(samples, judges).items():
        patient = UtteranceGate(UtteranceSettings())
        given = patient.gather(frames) + patient.finish()
        middles = [round(50 * (utterance.start_s + utterance.end_s)) for utterance in given]
        places = np.minimum(np.searchsorted(ends, middles, side="right"), len(noises) - 1)
        labels = Counter(noises[place].label for place in places)
        told = ", ".join(f"{label} {number}" for label, number in labels.most_common(4))
        rows.append((name, f"{len(given)} in {60 * hours:.1f} min", f"{len(given) / hours:.1f}", told))
    return rows


def tables(tallies: dict[tuple[str, float], Tally]) -> list[tuple[str, tuple[str, ...], Rows]]:
    """Title, headings and rows of each figure."""
    names = list(dict.fromkeys(name for name, _ in tallies))

    def rows(figure: Callable[[Tally], str], without: str = "") -> Rows:
        return [(name, *(figure(tallies[name, snr]) for snr in SNRS)) for name in names if name != without]

    def rows_and_all(figure: Callable[[Tally], str]) -> Rows:
        waited = {name: Tally() for name in names}
        for (name, _), tally in tallies.items():
            waited[name].late_ms += tally.late_ms
            waited[name].after_ms += tally.after_ms
            waited[name].final_ms += tally.final_ms
        return [(*row, figure(waited[row[0]])) for row in rows(figure)]

    return [
        ("speech frames missed", HEADINGS, rows(missed, FRAMES_ALONE)),
        ("other frames taken for speech", HEADINGS, rows(taken, FRAMES_ALONE)),
        ("clips not heard", HEADINGS, rows(unheard)),
        ("clips in more than one utterance", HEADINGS, rows(split)),
        ("last frame of speech to the first decision, p50 / p95 in ms", (*HEADINGS, "all"), rows_and_all(late)),
        (
            "the same of the first decision after it, whatever was decided before",
            (*HEADINGS, "all"),
            rows_and_all(after),
        ),
        ("last frame of speech to the end of the utterance, p50 / p95 in ms", (*HEADINGS, "all"), rows_and_all(final)),
    ]


def missed(tally: Tally) -> str:
    return f"{100 * tally.missed / tally.spoken:.1f} %"


def taken(tally: Tally) -> str:
    return f"{100 * tally.taken / tally.silent:.1f} %"


def unheard(tally: Tally) -> str:
    return f"{100 * tally.unheard / tally.clips:.1f} %"


def split(tally: Tally) -> str:
    return f"{100 * tally.split / tally.clips:.0f} %"


def late(tally: Tally) -> str:
    return _percentiles(tally.late_ms)


def after(tally: Tally) -> str:
    return _percentiles(tally.after_ms)


def final(tally: Tally) -> str:
    return _percentiles(tally.final_ms)


def _percentiles(found: list[float]) -> str:
    if not found:
        return "none"
    half, most = np.percentile(found, [50, 95])
    return f"{half:.0f} / {most:.0f}"


@click.command(cls=Step, help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--seed", default=2, show_default=True)
@click.option("--clips", "limit", type=int, default=None, help="Only so many clips of each set.")
@click.option("--ours-alone", is_flag=True, help="Without the peers, for a look at our own gate.")
@markdown_option
def main(data: Path, seed: int, limit: int | None, ours_alone: bool, page: Path | None) -> None:
    judges = {OURS: JUDGES[OURS]} if ours_alone else JUDGES
    wanted = {name: min(count, limit or count) for name, count in SPEECH.items()}
    clips = read_speech(data, "dev", wanted, seed)
    parts = [titled_table(*table) for table in tables(measure(clips, read_noise(data, measuring=True), seed, judges))]
    headings: tuple[str, ...] = ("early pause", "pause", "clips split", "looks a clip", "first decision", "end")
    parts.append(titled_table(f"pauses, clean, {TAIL_S} s of quiet behind; p50 / p95 in ms", headings, pauses(clips)))
    for told, half in (("measuring half", True), ("tuning half", False)):
        headings = ("system", "false utterances", "an hour", "most on")
        parts.append(
            titled_table(f"noise alone, {told}", headings, false_utterances(read_noise(data, measuring=half), judges))
        )
    text = "\n\n".join(parts)
    publish(text, page, "endpointing")


if __name__ == "__main__":
    main()
