"""EER of the shipped x-vector behind each noise tracker: which of the three should be the default?

As in tools.ear.enhancement_eer: the first clips of each adult of dev/speechocean762, the same frames for all, one side
of a pair in quiet (40 dB) as at an enrolment, the other in a kind of noise that its name draws, either way round.
Intervals of 95 % over speakers (tools/measure/intervals.py), of the difference to the default too.
CPU: of the tracker alone, for a second of sound, the fastest of five runs in turn.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from edgevoice.listening.capture import SAMPLES_PER_BLOCK
from edgevoice.listening.enhance import SubtractionSettings
from edgevoice.listening.listen import ListeningSettings
from edgevoice.listening.noise_choice import TRACKERS, TrackerName
from edgevoice.listening.window import FRAMES_PER_SECOND, HOP
from edgevoice.recognition.embed import XVector
from tools.ear.enhancement_eer import QUIET_DB, SNRS_DB, Features, cosines, features_of, measure, trials_of
from tools.ear.enhancers import Ours
from tools.ear.mixtures import to_samples
from tools.ear.noise_trackers import power_of
from tools.measure.intervals import eer_difference_interval, eer_interval
from tools.measure.metrics import Values, eer
from tools.measure.page import print_table
from tools.measure.trials import Selection, Trials
from tools.peers import Vector
from tools.peers.edgevoice import MODEL
from tools.step import Step

DEFAULT = ListeningSettings().tracker
_SET = "dev/speechocean762"
_SECONDS = 20
_BLOCK_FRAMES = SAMPLES_PER_BLOCK // HOP


@dataclass(frozen=True, eq=False)
class Scores:
    """(SNRs, n) cosines of each tracker, and of the n trials whether they are targets and who is on either side."""

    of: dict[TrackerName, Values]
    is_target: NDArray[np.bool_]
    speakers: tuple[NDArray[np.intp], NDArray[np.intp]]

    def eer(self, name: TrackerName, row: int) -> str:
        """In percent, with its interval."""
        scores = self.of[name][row]
        low, high = eer_interval(scores, self.is_target, self.speakers)
        rate = eer(scores[self.is_target], scores[~self.is_target])
        return f"{100 * rate:.2f} ({100 * low:.1f}-{100 * high:.1f})"

    def difference(self, name: TrackerName, row: int) -> str:
        """To the default's EER, in points, with its interval."""
        ours, default = self.of[name][row], self.of[DEFAULT][row]
        low, high = eer_difference_interval(ours, default, self.is_target, self.speakers)
        found = [eer(each[self.is_target], each[~self.is_target]) for each in (ours, default)]
        return f"{100 * (found[0] - found[1]):+.2f} ({100 * low:+.1f} to {100 * high:+.1f})"


def scores_of(found: dict[str, dict[int, Vector]], trials: Trials) -> Scores:
    """Each pair twice: either side in quiet. Rows: quiet, then SNRS_DB."""
    of: dict[TrackerName, Values] = {}
    for name in TRACKERS:
        quiet = found[name][QUIET_DB]
        of[name] = np.array(
            [
                np.concatenate([cosines(quiet, noisy, trials), cosines(noisy, quiet, trials)])
                for noisy in (found[name][snr_db] for snr_db in (QUIET_DB, *SNRS_DB))
            ]
        )
    first, second = trials.speaker[trials.first], trials.speaker[trials.second]
    twice = np.concatenate([trials.is_target, trials.is_target])
    return Scores(of, twice, (np.concatenate([first, second]), np.concatenate([second, first])))


def cpu_ms() -> dict[TrackerName, float]:
    """Milliseconds a second of white noise, in the device's blocks."""
    wave = np.random.default_rng(0).normal(0, 500, _SECONDS * FRAMES_PER_SECOND * HOP)
    power = power_of(to_samples(wave).astype(np.float64))
    fastest = dict.fromkeys(TRACKERS, np.inf)
    for _ in range(5):
        for name, make in TRACKERS.items():
            tracker, started = make(), time.process_time()
            for start in range(0, len(power), _BLOCK_FRAMES):
                tracker.follow(power[start : start + _BLOCK_FRAMES])
            fastest[name] = min(fastest[name], 1000 * (time.process_time() - started) / _SECONDS)
    return fastest


@click.command(cls=Step, help=__doc__)
@click.argument("model_file", type=click.Path(path_type=Path, exists=True), default=MODEL)
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--clips", default=6, show_default=True, help="Of each speaker.")
@click.option("--cache", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps embeddings.")
def main(model_file: Path, root: Path, clips: int, cache: Path | None) -> None:
    trials = trials_of(root / "index.csv", Selection(_SET, adults=True), clips)
    ours = {name: Ours(SubtractionSettings(), name) for name in TRACKERS}
    systems: dict[str, Features] = {name: features_of(name, each, cache) for name, each in ours.items()}
    scores = scores_of(measure(systems, XVector(model_file), trials, root, cache), trials)
    conditions = ("quiet", *(f"{snr_db} dB" for snr_db in SNRS_DB))
    eers = Table("EER in % (95 %)", *conditions, "CPU")
    gaps = Table(f"points over {DEFAULT}", *conditions)
    for name, spent in cpu_ms().items():
        eers.add_row(name, *(scores.eer(name, row) for row in range(len(conditions))), f"{spent:.2f} ms/s")
        if name != DEFAULT:
            gaps.add_row(name, *(scores.difference(name, row) for row in range(len(conditions))))
    for table in (eers, gaps):
        print_table(table, 140)
    targets = int(trials.is_target.sum())
    click.echo(f"{len(trials.clips)} clips of {trials.speakers} adults, {targets} target pairs, each either way")


if __name__ == "__main__":
    main()
