"""What the door's looks at short pauses cost and bring: false accepts and refusals with them and without.

A stranger gets one more chance a look, and each must score EARLY_LLR more. Everybody with more than three clips in
which the gate hears them is enrolled from three, drawn four times, as in tools.promise; every other clip of these
people goes through the gate as at the door, and opens if any look does.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from edgevoice.errors import SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import Samples
from edgevoice.listening.listen import ListeningSettings
from edgevoice.listening.utterance import UtteranceGate
from edgevoice.recognition.circumstances import Circumstances
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.recognition.recognise import EARLY_LLR
from edgevoice.recognition.score import Scorer, load_scorer
from tools.hear import front_end
from tools.measure.door_trials import ENROLMENT_UTTERANCES, ENROLMENTS_PER_SPEAKER
from tools.measure.selection_options import selection_options
from tools.measure.trials import Selection, read_clips
from tools.step import Step


@dataclass(frozen=True, eq=False)
class Heard:
    """Of one clip: (looks, d) unit vectors, (looks,) whether each was final, what was known of each, and the number of
    its speaker."""

    looks: Vector
    final: NDArray[np.bool_]
    said: tuple[Circumstances, ...]
    speaker: int


@dataclass(frozen=True, eq=False)
class Trial:
    """The best LLR of the whole utterances, the best of the early looks, lowered, and whose clip it was."""

    whole: float
    early: float
    same: bool

    @property
    def any_look(self) -> float:
        """The best of all looks."""
        return max(self.whole, self.early)


def hear(xvector: XVector, samples: Samples, speaker: int) -> Heard | None:
    """None where the gate hears nobody."""
    gate = UtteranceGate(ListeningSettings().utterance, early=True)
    said = gate.gather(front_end(samples)) + gate.finish()
    if not any(utterance.final for utterance in said):
        return None
    looks = np.stack([xvector.embed(utterance.mfcc).vector for utterance in said])
    known = tuple(Circumstances(each.quality.net_speech_s, each.quality.snr_db) for each in said)
    return Heard(looks, np.array([utterance.final for utterance in said]), known, speaker)


def trials(heard: list[Heard], scorer: Scorer) -> list[Trial]:
    """Every clip but those enrolled, against every enrolment; SettingsError where fewer than two people can be."""
    clips = Counter(clip.speaker for clip in heard)
    heard = [clip for clip in heard if clips[clip.speaker] > ENROLMENT_UTTERANCES]
    people = sorted({clip.speaker for clip in heard})
    if len(people) < 2:
        raise SettingsError(
            f"{len(people)} of {len(clips)} people have more than {ENROLMENT_UTTERANCES} clips in which the gate hears "
            "them; wanted two"
        )
    rng = np.random.default_rng(0)
    found = []
    for speaker in people:
        own = [clip for clip in heard if clip.speaker == speaker]
        for _ in range(ENROLMENTS_PER_SPEAKER):
            enrolled = set(rng.permutation(len(own))[:ENROLMENT_UTTERANCES].tolist())
            mean = np.mean([own[number].looks[own[number].final].mean(axis=0) for number in enrolled], axis=0)
            tried = [clip for clip in heard if clip.speaker != speaker]
            tried += [clip for number, clip in enumerate(own) if number not in enrolled]
            found += [_trial(clip, mean / np.linalg.norm(mean), speaker, scorer) for clip in tried]
    return found


def _trial(clip: Heard, voiceprint: Vector, speaker: int, scorer: Scorer) -> Trial:
    scores = scorer.normalised(voiceprint[None], clip.looks)[0].tolist()
    llr = np.array([scorer.calibration.llr(score, said) for score, said in zip(scores, clip.said, strict=True)])
    early = llr[~clip.final] - EARLY_LLR
    return Trial(float(llr[clip.final].max()), float(early.max(initial=-np.inf)), clip.speaker == speaker)


@click.command(cls=Step, help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of the paths.")
@selection_options
def main(model: Path, index: Path, root: Path, selection: Selection) -> None:
    xvector = XVector(model)
    scorer = load_scorer(xvector.manifest.calibration, model)
    rows = read_clips(index, selection)
    people = sorted({row.speaker for row in rows})
    clips = [hear(xvector, read_sound(root / row.path), people.index(row.speaker)) for row in tqdm(rows)]
    heard = [clip for clip in clips if clip is not None]
    found = trials(heard, scorer)
    same = np.array([trial.same for trial in found])
    names = ("whole", "any_look", "early")
    whole, any_look, early = (np.array([getattr(trial, name) for trial in found]) for name in names)
    table = Table("promised", "accepts: whole", "any look", "refusals: whole", "any look", "of openings early")
    for rate, threshold in zip(scorer.calibration.far, scorer.calibration.llr_at_far, strict=True):
        accepts = [f"{100 * (llr[~same] >= threshold).mean():.3f} %" for llr in (whole, any_look)]
        refusals = [f"{100 * (llr[same] < threshold).mean():.1f} %" for llr in (whole, any_look)]
        at_once = (early[same] >= threshold).sum() / max((any_look[same] >= threshold).sum(), 1)
        table.add_row(f"{100 * rate:g} %", *accepts, *refusals, f"{100 * at_once:.0f} %")
    Console(width=100).print(table)
    looks = np.mean([(~clip.final).sum() for clip in heard])
    click.echo(
        f"{len(heard)} of {len(rows)} clips heard, {looks:.2f} early looks a clip, {(~same).sum()} strangers' tries"
    )


if __name__ == "__main__":
    main()
