"""Fingerprints side by side in one run: recognition by length and SNR, false matches, CPU time, bytes.

The library holds five works of music, 30 long and 60 short clips of speech and 60 noises. Asked are pieces of the
music in its other encoding, pieces of the long speech encoded with Opus once more, and pieces of speech and noise that
the library does not hold ("strangers"). Recorded noise that is nowhere else is added. Every system gets the same
samples. A piece is recognised when the right recording is named. Systems count differently, so each is asked twice: by
its own rule, and at the lowest count that half of the strangers never reach; the other half tells the false matches.
Needs the tools extra, audfprint2 and PyDejavu-Rollong (make setup-tools).
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.progress import track

from edgevoice.errors import SettingsError
from edgevoice.listening.capture import SAMPLE_RATE
from tools.fingerprints import Answer, Fingerprinter, systems
from tools.fingerprints.trials import SECONDS, SNRS_DB, Query, Trials, make_trials
from tools.measure.page import markdown_option, markdown_table, publish, write_between
from tools.measure.shares import wilson
from tools.step import Step

Rule = Callable[[Answer], bool]
Cell = tuple[str, int, int | None]


@dataclass
class Asked:
    """One system: its answers, in the order of the trials, and what they cost."""

    system: Fingerprinter
    answers: list[Answer] = field(default_factory=list)
    strangers: list[Answer] = field(default_factory=list)
    add_s: float = 0.0
    lookup_s: float = 0.0

    @property
    def least(self) -> int:
        """One more than what any stranger of the half that sets thresholds reaches."""
        return 1 + max(answer.strength for answer in self.strangers[::2])

    def rules(self) -> dict[str, Rule]:
        """By what an answer counts as a match."""
        least = self.least
        return {"own rule": lambda answer: answer.accepted, "equal footing": lambda answer: answer.strength >= least}


def ask(makers: Sequence[Callable[[], Fingerprinter]], trials: Trials) -> list[Asked]:
    """Every system in turn on every sound, so that a machine that slows down slows all of them."""
    asked = [Asked(make()) for make in makers]
    for name, sound in track(trials.recordings.items(), "adding", total=len(trials.recordings)):
        for one in asked:
            started = time.process_time()
            one.system.add(name, sound)
            one.add_s += time.process_time() - started
    for query in track([*trials.queries, *trials.strangers], "asking"):
        for one in asked:
            started = time.process_time()
            answer = one.system.lookup(query.sound)
            one.lookup_s += time.process_time() - started
            (one.strangers if query.answer is None else one.answers).append(answer)
    return asked


def recognised(one: Asked, queries: Sequence[Query], rule: Rule) -> dict[Cell, tuple[int, int]]:
    """Kind, length and SNR -> how many of those queries are named rightly, and how many they are."""
    found: dict[Cell, tuple[int, int]] = {}
    for query, answer in zip(queries, one.answers, strict=True):
        cell = (query.kind, query.seconds, query.snr_db)
        hits, asked = found.get(cell, (0, 0))
        found[cell] = (hits + (rule(answer) and answer.name == query.answer), asked + 1)
    return found


def share(hits: int, trials: int) -> str:
    """In percent, with its interval."""
    low, high = wilson(hits, trials)
    return f"{100 * hits / max(trials, 1):.0f} ({100 * low:.0f}-{100 * high:.0f})"


def recognition_table(asked: Sequence[Asked], trials: Trials, kind: str, rule: str) -> str:
    """Percent recognised, a row for each length and system, a column for each SNR."""
    found = [recognised(one, trials.queries, one.rules()[rule]) for one in asked]
    rows = [
        [f"{seconds} s, {one.system.name}", *(share(*cells.get((kind, seconds, snr), (0, 0))) for snr in SNRS_DB)]
        for seconds in SECONDS
        for one, cells in zip(asked, found, strict=True)
    ]
    return markdown_table(["length, system", *("clean" if snr is None else f"{snr} dB" for snr in SNRS_DB)], rows)


def cost_table(asked: Sequence[Asked], trials: Trials) -> str:
    """False matches, wrong names, bytes and time."""
    stored = sum(map(len, trials.recordings.values())) / SAMPLE_RATE
    heard = sum(len(query.sound) for query in [*trials.queries, *trials.strangers]) / SAMPLE_RATE
    rows = []
    for one in asked:
        cells = []
        for rule in one.rules().values():
            counted = one.strangers[1::2]
            pairs = zip(trials.queries, one.answers, strict=True)
            wrong = sum(rule(answer) and answer.name != query.answer for query, answer in pairs)
            cells += [share(sum(map(rule, counted)), len(counted)), share(wrong, len(trials.queries))]
        cells += [
            f"{one.system.stored_bytes() / stored * 60 / 1000:.1f} kB",
            f"{1000 * one.add_s / stored:.1f} ms",
            f"{1000 * one.lookup_s / heard:.1f} ms",
        ]
        rows.append([one.system.name, *cells])
    headings = ["system", "false, own rule", "wrong name", "false, equal footing", "wrong name", "a minute"]
    return markdown_table([*headings, "to add 1 s", "to look 1 s up"], rows)


def report(asked: Sequence[Asked], trials: Trials) -> str:
    """All tables, in Markdown."""
    parts = [
        f"{len(trials.recordings)} recordings; {len(trials.queries)} queries and {len(trials.strangers)} strangers; "
        "percent with 95 % Wilson intervals, which take pieces of one recording for independent; printed by "
        "`python -m tools.compare_fingerprints`.",
        cost_table(asked, trials),
    ]
    titles = {"music": "music in its other encoding", "speech": "speech, encoded once more"}
    for rule in ("equal footing", "own rule"):
        for kind, title in titles.items():
            parts += [f"Recognised, {title}, {rule}:", recognition_table(asked, trials, kind, rule)]
    return "\n\n".join(parts)


@click.command(cls=Step, help=__doc__)
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--count", default=10, show_default=True, help="Queries of each kind, length and SNR.")
@click.option("--system", "names", multiple=True, help="Only this one; repeatable.")
@markdown_option
@click.option("--json", "json_", is_flag=True, help="JSON Lines, one a system, length and SNR, and nothing else.")
def main(root: Path, count: int, names: tuple[str, ...], page: Path | None, json_: bool) -> None:
    known = systems()
    if unknown := sorted(set(names) - known.keys()):
        raise SettingsError(f"no system is called {unknown[0]}; wanted one of {', '.join(known)}")
    trials = make_trials(root, count)
    asked = ask([known[name] for name in names or known], trials)
    text = report(asked, trials)
    if not json_:
        publish(text, page, "fingerprints")
        return
    if page:
        write_between(page, "fingerprints", text)
    for one in asked:
        for name, rule in one.rules().items():
            for (kind, seconds, snr_db), (hits, queries) in recognised(one, trials.queries, rule).items():
                record = {"system": one.system.name, "rule": name, "kind": kind, "seconds": seconds, "snr_db": snr_db}
                click.echo(json.dumps(record | {"recognised": hits, "queries": queries}))


if __name__ == "__main__":
    main()
