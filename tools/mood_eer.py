"""What mood does to recognition: people are enrolled calm and then heard angry, afraid or sad.

As at the door: the mean of three calm or neutral utterances, four times a person, against every other clip of all
people in one mood. Refusals are at the thresholds that the x-vector has for one person enrolled; the LLR knows the
length and the SNR of each clip, as at the door. People with fewer than three calm or neutral clips are not enrolled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import SettingsError
from edgevoice.recognition.circumstances import Circumstances
from edgevoice.recognition.embed import XVector
from edgevoice.recognition.score import Scorer, load_scorer
from tools.measure.door_trials import ENROLMENT_UTTERANCES, ENROLMENTS_PER_SPEAKER
from tools.measure.intervals import eer_interval
from tools.measure.metrics import eer
from tools.measure.page import markdown_option, markdown_table, write_between
from tools.measure.report import errors_text, with_interval
from tools.mood.clips import Clip, read_emotions
from tools.mood.examples import Examples, gather
from tools.step import Step

USUAL = ("neutral", "calm")

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tries:
    """(n,) LLR of each try, numbers of the person whose voiceprint it was against and of the one who tried, and the
    clip."""

    llr: Values
    owner: NDArray[np.int64]
    by: NDArray[np.int64]
    clip: NDArray[np.int64]

    @property
    def own(self) -> NDArray[np.bool_]:
        """(n,) whether it was theirs."""
        return np.equal(self.owner, self.by)

    def __getitem__(self, which: NDArray[np.bool_]) -> "Tries":
        return Tries(self.llr[which], self.owner[which], self.by[which], self.clip[which])


def try_all(clips: Sequence[Clip], examples: Examples, scorer: Scorer) -> Tries:
    """Every voiceprint against every clip that is not in it; SettingsError where nobody can be enrolled."""
    rng = np.random.default_rng(0)
    people = sorted({clip.speaker for clip in clips})
    given = np.array([Circumstances(net_s, snr_db, ENROLMENT_UTTERANCES).deviation for net_s, snr_db in examples.said])
    calibration = scorer.calibration
    side = given @ calibration.offset_by
    found = []
    for number, person in enumerate(people):
        usual = [i for i, c in enumerate(clips) if c.speaker == person and c.emotion in USUAL and not c.strong]
        for _ in range(ENROLMENTS_PER_SPEAKER if len(usual) >= ENROLMENT_UTTERANCES else 0):
            chosen = rng.choice(usual, ENROLMENT_UTTERANCES, replace=False)
            mean = examples.embedding[chosen].mean(axis=0)
            rest = np.setdiff1d(np.arange(len(clips)), chosen)
            scores = scorer.normalised((mean / np.linalg.norm(mean))[None], examples.embedding[rest])[0]
            llr = calibration.slope * scores + calibration.offset + side[rest]
            by = np.array([people.index(clips[i].speaker) for i in rest])
            found.append(Tries(llr, np.full(len(rest), number), by, rest))
    if not found:
        raise SettingsError(
            f"none of {len(people)} people has {ENROLMENT_UTTERANCES} clips labelled {' or '.join(USUAL)}"
        )
    return Tries(*(np.concatenate([getattr(t, name) for t in found]) for name in ("llr", "owner", "by", "clip")))


def equal_error(tries: Tries) -> str:
    """EER of own tries against those of others in the same mood."""
    rate = eer(tries.llr[tries.own], tries.llr[~tries.own])
    return with_interval(rate, eer_interval(tries.llr, tries.own, (tries.owner, tries.by)))


def refused(tries: Tries, threshold: float) -> str:
    """Share of people's own tries below a threshold."""
    own = tries[tries.own]
    return errors_text(own.llr < threshold, (own.owner, own.by))


def near_misses(tries: Tries, lower: float, upper: float) -> str:
    """Share of people's own tries between two thresholds."""
    own = tries[tries.own]
    return errors_text((own.llr >= lower) & (own.llr < upper), (own.owner, own.by))


def accepted(tries: Tries, threshold: float) -> str:
    """Share of others' tries at or over a threshold."""
    others = tries[~tries.own]
    return errors_text(others.llr >= threshold, (others.owner, others.by))


def rows(clips: Sequence[Clip], examples: Examples, tries: Tries, scorer: Scorer) -> Iterator[list[str]]:
    """A row a mood and strength, the usual one first."""
    strict, loose = (scorer.calibration.threshold(rate) for rate in (0.001, 0.01))
    moods = sorted({(clip.emotion, clip.strong) for clip in clips}, key=lambda mood: (mood[0] not in USUAL, *mood))
    for emotion, strong in moods:
        member = np.array([clip.emotion == emotion and clip.strong == strong for clip in clips])
        part = tries[member[tries.clip]]
        yield [
            f"{emotion}{', strong' if strong else ''}",
            f"{100 * (~examples.heard[member]).mean():.0f} %",
            equal_error(part),
            refused(part, strict),
            refused(part, loose),
            near_misses(part, loose, strict),
            accepted(part, loose),
        ]


@click.command(cls=Step, help=__doc__)
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Where the paths begin.")
@click.option("--model", type=click.Path(path_type=Path, exists=True), required=True, help="The x-vector's .tflite.")
@click.option("--cache", type=click.Path(path_type=Path), help="As in tools.train_emotion.")
@markdown_option
def main(index: Path, root: Path, model: Path, cache: Path | None, page: Path | None) -> None:
    clips = read_emotions(index, root)
    xvector = XVector(model)
    scorer = load_scorer(xvector.manifest.calibration, model)
    examples = gather(clips, root, xvector, 0, None, cache)
    table = markdown_table(
        (
            "mood",
            "not heard as speech",
            "EER (95 %)",
            "refused at 1 in 1,000",
            "refused at 1 in 100",
            "between the two",
            "others accepted at 1 in 100",
        ),
        list(rows(clips, examples, try_all(clips, examples, scorer), scorer)),
    )
    click.echo(f"{table}\n\n{xvector.manifest.name}")
    if page:
        write_between(page, "eer", table)


if __name__ == "__main__":
    main()
