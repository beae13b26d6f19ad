"""Two people in one utterance: how well its halves tell it, by length, and what it does to the door.

Adults of dev/speechocean762. Three clips of each are enrolled; the speech of the others, one after the other, is cut
into utterances of one length: of one voice, or of two, the second from 30 to 70 % of the way on. Each clip keeps its
own microphone, which makes two voices easier to tell than at one door.
"""

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edgevoice.hardware.wave import read_sound
from edgevoice.listening.features import Cepstra
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.recognition.score import Scorer, load_scorer
from tools.ear.endpointing import as_markdown
from tools.measure.door_trials import ENROLMENT_UTTERANCES
from tools.measure.trials import Selection, read_clips
from tools.prepare import front_end

SECONDS = (2, 3, 4, 6, 8)
FALSE_ALARMS = (0.01, 0.05)
PROMISED = 0.01  # of the door's false accepts: rarer ones cannot be counted among so few people
_EACH = 8  # utterances of one voice, and of two, of each person at each length
_SECOND_BEGINS = (0.3, 0.7)


@dataclass(frozen=True, eq=False)
class Person:
    """voiceprint: (d,) of the clips enrolled; speech: (n, 40) MFCC of the others, one after the other."""

    voiceprint: Vector
    speech: Cepstra

    def part(self, frames: int, rng: np.random.Generator) -> Cepstra:
        """So many frames from a random place on."""
        start = int(rng.integers(len(self.speech) - frames + 1))
        return self.speech[start : start + frames]


@dataclass(frozen=True, eq=False)
class Said:
    """Utterances of one length and kind: agreement (n,) cosine of their halves' embeddings; whole (n, d) their own;
    by (n, 2): the numbers of who speaks first and second."""

    agreement: NDArray[np.float64]
    whole: Vector
    by: NDArray[np.int64]


def read_people(model: XVector, data: Path, clips: int) -> list[Person]:
    """Every adult with so many clips, of which three are enrolled."""
    of: dict[str, list[str]] = {}
    for clip in read_clips(data / "index.csv", Selection("dev/speechocean762", adults=True)):
        of.setdefault(clip.speaker, []).append(clip.path)
    return [_person(model, [_spoken(data / path) for path in paths[:clips]]) for paths in of.values()]


def _person(model: XVector, clips: list[Cepstra]) -> Person:
    mean = np.mean([model.embed(clip).vector for clip in clips[:ENROLMENT_UTTERANCES]], axis=0)
    return Person(mean / np.linalg.norm(mean), np.concatenate(clips[ENROLMENT_UTTERANCES:]))


def _spoken(path: Path) -> Cepstra:
    """The frames of a clip from the first to the last of speech."""
    frames = front_end(read_sound(path))
    spoken = np.flatnonzero(frames.speech)
    return frames.mfcc[int(spoken[0]) : int(spoken[-1]) + 1]


def say(model: XVector, people: list[Person], seconds: float, voices: int, rng: np.random.Generator) -> Said:
    """Utterances of one or two voices from everybody who has said enough."""
    length = round(seconds * FRAMES_PER_SECOND)
    able = [number for number, person in enumerate(people) if len(person.speech) >= length]
    agreement, whole, by = [], [], []
    for first in able * _EACH:
        second = int(rng.choice([other for other in able if other != first])) if voices == 2 else first
        change = round(length * rng.uniform(*_SECOND_BEGINS)) if voices == 2 else length
        mfcc = np.concatenate([people[first].part(change, rng), people[second].part(length - change, rng)])
        halves = [model.embed(half).vector for half in (mfcc[: length // 2], mfcc[length // 2 :])]
        agreement.append(float(halves[0] @ halves[1]))
        whole.append(model.embed(mfcc).vector)
        by.append((first, second))
    return Said(np.array(agreement), np.stack(whole), np.array(by))


def opened(said: Said, people: list[Person], scorer: Scorer) -> tuple[float, float]:
    """Shares of (utterance, person who speaks in it) and of (utterance, anybody else) that reach the threshold."""
    prints = np.stack([person.voiceprint for person in people])
    llr = scorer.calibration.slope * scorer.normalised(said.whole, prints) + scorer.calibration.offset
    reached = llr >= scorer.calibration.threshold(PROMISED)
    own = np.zeros(reached.shape, dtype=np.bool_)
    own[np.arange(len(own))[:, None], said.by] = True
    return float(reached[own].mean()), float(reached[~own].mean())


def row(one: Said, two: Said, people: list[Person], scorer: Scorer, seconds: float) -> tuple[str, ...]:
    """What one length comes to."""
    limits = np.quantile(one.agreement, FALSE_ALARMS)
    found = [f"{100 * (two.agreement < limit).mean():.0f} % (under {limit:.2f})" for limit in limits]
    (own, other), (own_of_two, other_of_two) = opened(one, people, scorer), opened(two, people, scorer)
    accepts = (f"{100 * rate:.2f} %" for rate in (other, other_of_two))
    return (f"{seconds:g} s", *found, f"{100 * own:.0f} %", f"{100 * own_of_two:.0f} %", *accepts)


@click.command(help=__doc__)
@click.argument("path", metavar="MODEL", type=click.Path(path_type=Path, exists=True))
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--clips", default=14, show_default=True, help="Of each person.")
def main(path: Path, data: Path, clips: int) -> None:
    """Run from the command line."""
    model = XVector(path)
    scorer, people = load_scorer(model.manifest.calibration, path), read_people(model, data, clips)
    rng = np.random.default_rng(0)
    rows, counts = [], []
    for seconds in SECONDS:
        one, two = (say(model, people, seconds, voices, rng) for voices in (1, 2))
        rows.append(row(one, two, people, scorer, seconds))
        counts.append(len(one.agreement))
    headings = (
        "utterance",
        *(f"two found, {100 * share:g} % of one taken for two" for share in FALSE_ALARMS),
        *("opens to who speaks: one voice", "two voices", "opens to others: one voice", "two voices"),
    )
    told = f"{len(people)} adults, {min(counts)} to {max(counts)} utterances of each kind, {model.manifest.name}"
    click.echo(as_markdown(f"{told}; promised false accepts {100 * PROMISED:g} %", headings, rows))


if __name__ == "__main__":
    main()
