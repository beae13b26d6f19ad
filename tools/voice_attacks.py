"""What the replay guard cannot catch: speech that the door never heard, made by a machine. Recognition alone decides.

The attacker is Kokoro-82M: 54 voices and 266 blends of them, three sentences each. Everybody of the sets below is
enrolled from three clips, one person a household, and every synthetic clip is tried against everybody. "Any voice": one
taken blindly. "The nearest voice": the attacker has a recording of the person and the door's own model, and takes the
voice whose first clip scores best; what is counted is the first of its other clips. The network was trained on these
very voices as people of their own, so a machine that it has not heard fares better than they do.
"""

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.errors import SettingsError
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.recognition.score import Scorer, load_scorer
from tools.attacks.voices import ENROLMENT_CLIPS, RATES, SETS, Spoken, clips_of, embed_people, llrs, voiceprint
from tools.measure.page import markdown_option, markdown_table, publish
from tools.measure.shares import Share
from tools.step import Step

MARKER = "synthetic voices"
_REPLICATES = 1000

Llrs = NDArray[np.float64]
Accepted = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Household:
    """Voiceprints (p, d) of people, each with a door of their own, and the LLR of each of their other clips, joined."""

    prints: Vector
    own: Llrs


def enrolled(people: dict[str, Spoken], scorer: Scorer) -> Household:
    """Everybody of whom the first clips make a voiceprint; SettingsError where that is nobody."""
    prints, own = [], []
    for spoken in people.values():
        found = voiceprint(spoken)
        if found is not None:
            prints.append(found)
            own.append(llrs(scorer, found[None], spoken)[0, ENROLMENT_CLIPS:])
    if not prints:
        raise SettingsError(
            f"nobody to attack: none of {len(people)} people has {ENROLMENT_CLIPS} clips that are judged"
        )
    return Household(np.stack(prints), np.concatenate(own))


def nearest(first: Llrs, second: Llrs) -> Llrs:
    """(p, voices) LLRs of the first clip of each voice, and of the next -> (p,) of the next of the voice chosen."""
    return np.asarray(second[np.arange(len(first)), first.argmax(axis=1)])


def interval(accepted: Accepted) -> tuple[float, float]:
    """(people, voices) -> 95 % of the share when people and voices are both drawn again; not below 3 in all voices."""
    rng, (people, voices) = np.random.default_rng(0), accepted.shape
    drawn = [
        accepted[np.ix_(rng.integers(people, size=people), rng.integers(voices, size=voices))].mean()
        for _ in range(_REPLICATES)
    ]
    lowest, highest = np.quantile(drawn, [0.025, 0.975])
    return float(lowest), max(float(highest), 3 / voices)


def rows(name: str, household: Household, machine: dict[str, Spoken], scorer: Scorer) -> list[list[str]]:
    """The lines of the table for one set of people."""
    tried = [llrs(scorer, household.prints, spoken) for spoken in machine.values() if spoken.clips > 1]
    if not tried:
        raise SettingsError(f"nobody to attack with: none of {len(machine)} synthetic voices has two clips")
    first, second = (np.stack([each[:, clip] for each in tried], axis=1) for clip in (0, 1))
    found = []
    for rate in RATES:
        threshold = scorer.calibration.threshold(rate)
        blind, chosen = second >= threshold, nearest(first, second) >= threshold
        lowest, highest = interval(blind)
        found.append(
            [
                f"{name} ({len(household.prints)})",
                f"{100 * rate:g} %",
                str(share(household.own >= threshold)),
                f"{100 * blind.mean():.2f} % ({100 * lowest:.2f}-{100 * highest:.2f})",
                str(share(np.asarray(blind.any(axis=1)))),
                str(share(chosen)),
                f"{float(second.max()):.1f} / {threshold:.1f}",
            ]
        )
    return found


def share(accepted: Accepted) -> Share:
    """Of all."""
    return Share(int(accepted.sum()), accepted.size)


@click.command(cls=Step, help=__doc__)
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@markdown_option
def main(root: Path, page: Path | None) -> None:
    model = app.xvector_path(Settings())
    xvector = XVector(model)
    scorer = load_scorer(xvector.manifest.calibration, model)
    machine = embed_people(xvector, root, clips_of(root, "kokoro"))
    lines = []
    for name, (of_set, split, labels) in SETS.items():
        people = embed_people(xvector, root, clips_of(root, of_set, split, labels))
        lines += rows(name, enrolled(people, scorer), machine, scorer)
    headings = (
        "enrolled (people)",
        "rate allowed",
        "own clips let in",
        "any voice",
        "some voice of all",
        "the nearest",
        "best LLR / needs",
    )
    text = f"{markdown_table(headings, lines)}\n\n{len(machine)} synthetic voices; `python -m tools.voice_attacks`; "
    text += f"model {xvector.manifest.name}."
    publish(text, page, MARKER)


if __name__ == "__main__":
    main()
