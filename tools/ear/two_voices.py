"""Two people in one utterance: how well its halves tell it, by length, and what it does to the door.

Adults of dev/speechocean762. Three clips of each are enrolled; the speech of the others, one after the other, is cut
into utterances of one length: of one voice, or of two, the second from 30 to 70 % of the way on. Each clip keeps its
own microphone, which makes two voices easier to tell than at one door. --snr: all but what is enrolled in white noise.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edgevoice.door.gates import MIN_AGREEMENT
from edgevoice.errors import SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import Samples
from edgevoice.listening.frames import Frames
from edgevoice.listening.window import FRAMES_PER_SECOND
from edgevoice.recognition.circumstances import Circumstances
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.recognition.one_voice import halves_agree
from edgevoice.recognition.score import Scorer, load_scorer
from tools.ear.mixtures import to_samples
from tools.ear.quality_gates import noisy
from tools.hear import front_end
from tools.measure.door_trials import ENROLMENT_UTTERANCES
from tools.measure.page import titled_table
from tools.measure.trials import Selection, read_clips
from tools.step import Step

SECONDS = (2, 3, 4, 6)
FALSE_ALARM = 0.01
PROMISED = 0.01  # of the door's false accepts: rarer ones cannot be counted among so few people
_EACH = 6  # utterances of one voice, and of two, of each person at each length
_SECOND_BEGINS = (0.3, 0.7)


@dataclass(frozen=True, eq=False)
class Person:
    """voiceprint: (d,) of the clips enrolled; speech: the frames of the others, one after the other."""

    voiceprint: Vector
    speech: Frames

    def part(self, frames: int, rng: np.random.Generator) -> Frames:
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


def read_people(model: XVector, data: Path, clips: int, snr_db: float | None) -> list[Person]:
    """Every adult with more than three clips, of at most so many; three are enrolled."""
    of: dict[str, list[str]] = {}
    for clip in read_clips(data / "index.csv", Selection("dev/speechocean762", adults=True)):
        of.setdefault(clip.speaker, []).append(clip.path)
    enough = [paths[:clips] for paths in of.values() if len(paths[:clips]) > ENROLMENT_UTTERANCES]
    return [_person(model, [data / path for path in paths], snr_db) for paths in enough]


def _person(model: XVector, paths: list[Path], snr_db: float | None) -> Person:
    enrolled = [_spoken(read_sound(path)) for path in paths[:ENROLMENT_UTTERANCES]]
    tried = [read_sound(path) for path in paths[ENROLMENT_UTTERANCES:]]
    if snr_db is not None:
        rng = np.random.default_rng(1)
        tried = [to_samples(noisy(sound.astype(np.float64), snr_db, rng)) for sound in tried]
    mean = np.mean([model.embed(frames.mfcc).vector for frames in enrolled], axis=0)
    return Person(mean / np.linalg.norm(mean), Frames.join([_spoken(sound) for sound in tried]))


def _spoken(samples: Samples) -> Frames:
    """The frames of a clip from the first to the last of speech, without their spectra, to save memory."""
    frames = front_end(samples)
    spoken = np.flatnonzero(frames.speech)
    kept = frames[int(spoken[0]) : int(spoken[-1]) + 1] if len(spoken) else frames[:0]
    return replace(kept, spectrum=kept.spectrum[:, :0])


def say(model: XVector, people: list[Person], seconds: float, voices: int, rng: np.random.Generator) -> Said:
    """Utterances of one or two voices from everybody who has said enough; SettingsError where fewer than two have."""
    length = round(seconds * FRAMES_PER_SECOND)
    able = [number for number, person in enumerate(people) if len(person.speech) >= length]
    if len(able) < 2:
        raise SettingsError(
            f"{len(able)} of {len(people)} people have said {seconds:g} s beside their enrolment; wanted two"
        )
    agreement: list[float] = []
    whole, by = [], []
    for first in able * _EACH:
        second = int(rng.choice([other for other in able if other != first])) if voices == 2 else first
        change = round(length * rng.uniform(*_SECOND_BEGINS)) if voices == 2 else length
        frames = people[first].part(change, rng) + people[second].part(length - change, rng)
        agreement.append(halves_agree(model, frames, 0.0) or 0.0)
        whole.append(model.embed(frames.mfcc).vector)
        by.append((first, second))
    return Said(np.array(agreement), np.stack(whole), np.array(by))


def opened(said: Said, people: list[Person], scorer: Scorer, seconds: float) -> tuple[float, float]:
    """Shares of (utterance, person who speaks in it) and of (utterance, anybody else) that reach the threshold."""
    prints = np.stack([person.voiceprint for person in people])
    calibration, usual = scorer.calibration, Circumstances(net_speech_s=seconds)
    llr = calibration.slope * scorer.normalised(said.whole, prints) + calibration.llr(0.0, usual)
    reached = llr >= scorer.calibration.threshold(PROMISED)
    own = np.zeros(reached.shape, dtype=np.bool_)
    own[np.arange(len(own))[:, None], said.by] = True
    return float(reached[own].mean()), float(reached[~own].mean())


def row(one: Said, two: Said, people: list[Person], scorer: Scorer, seconds: float) -> tuple[str, ...]:
    """What one length comes to."""
    limit = float(np.quantile(one.agreement, FALSE_ALARM))
    found = [f"{100 * (two.agreement < limit).mean():.0f} % (under {limit:.2f})"]
    found += [f"{100 * (said.agreement < MIN_AGREEMENT).mean():.1f} %" for said in (two, one)]
    (own, other), (own_of_two, other_of_two) = (opened(said, people, scorer, seconds) for said in (one, two))
    accepts = (f"{100 * rate:.2f} %" for rate in (other, other_of_two))
    return (f"{seconds:g} s", *found, f"{100 * own:.0f} %", f"{100 * own_of_two:.0f} %", *accepts)


@click.command(cls=Step, help=__doc__)
@click.argument("path", metavar="MODEL", type=click.Path(path_type=Path, exists=True))
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--snr", "snr_db", type=float, default=None, help="In dB; as recorded where it is not given.")
@click.option("--clips", default=14, show_default=True, help="Of each person.")
def main(path: Path, data: Path, snr_db: float | None, clips: int) -> None:
    model = XVector(path)
    scorer, people = load_scorer(model.manifest.calibration, path), read_people(model, data, clips, snr_db)
    rng = np.random.default_rng(0)
    rows, counts = [], []
    for seconds in SECONDS:
        one, two = (say(model, people, seconds, voices, rng) for voices in (1, 2))
        rows.append(row(one, two, people, scorer, seconds))
        counts.append(len(one.agreement))
    headings = (
        "utterance",
        f"two found where {100 * FALSE_ALARM:g} % of one are taken for two",
        *(f"{told} under {MIN_AGREEMENT}" for told in ("two voices", "one voice")),
        *("opens to who speaks: one voice", "two voices", "opens to others: one voice", "two voices"),
    )
    told = f"{len(people)} adults, {min(counts)} to {max(counts)} utterances of each kind, {model.manifest.name}"
    click.echo(titled_table(f"{told}; promised false accepts {100 * PROMISED:g} %", headings, rows))


if __name__ == "__main__":
    main()
