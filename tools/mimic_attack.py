"""A machine's voice made after each enrolled person, the strongest attack here on recognition alone.

The attacker has the person's enrolment recordings and the door's own model. Kokoro's six nearest voices are mixed, 18
mixtures a person, each through an equaliser that gives it the spectrum of the person's own recording, and the mixture
that the door's score likes best then says three other sentences. tools.synthetic.voices says where model and voices
come from.
"""

from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.hardware.sound_file import read_sound
from edgevoice.recognition.embed import Vector, XVector
from edgevoice.recognition.score import Scorer, load_scorer
from tools.attacks.mimic import SAID, VOICES, Machine, imitate, likeness, spectrum_of
from tools.attacks.voices import (
    ENROLMENT_CLIPS,
    RATES,
    SETS,
    Spoken,
    clips_of,
    embed_clips,
    embed_people,
    llr_at_the_door,
    llrs,
    voiceprint,
)
from tools.measure.page import markdown_option, markdown_table, publish
from tools.measure.shares import Share
from tools.step import Step
from tools.synthetic.kokoro import load_engine, load_voices

MARKER = "mimicry"
_SETS = ("LibriSpeech", "RAVDESS, neutral and calm")
_FILE = click.Path(path_type=Path, exists=True)


def attack(
    machine: Machine, stock: dict[str, Spoken], target: tuple[Path, Vector], door: tuple[XVector, Scorer]
) -> list[float]:
    """The LLR of each sentence said at the door of one person; target: a recording of them and their voiceprint."""
    (recording, voice), (xvector, scorer) = target, door
    alike = {name: float(llrs(scorer, voice[None], spoken).max()) for name, spoken in stock.items()}
    nearest = sorted(alike, key=lambda name: alike[name], reverse=True)[:VOICES]
    judge = likeness(lambda utterance: llr_at_the_door(xvector, scorer, utterance, voice))
    played = spectrum_of(read_sound(recording))
    best = imitate(machine, nearest, judge, played, seed=20)
    return [judge(machine.say(best, text, played)) for text in SAID]


@click.command(cls=Step, help=__doc__)
@click.option("--root", type=_FILE, required=True, help="Folder with index.csv.")
@click.option("--model", type=_FILE, required=True, help="Kokoro-82M as ONNX.")
@click.option("--voices", type=_FILE, required=True, help="Its voices as .npz.")
@click.option("--only", type=click.Choice(_SETS), multiple=True, default=_SETS, help="These people; may be repeated.")
@click.option("--people", type=click.IntRange(1), help="The first so many of each; all unless given.")
@markdown_option
def main(root: Path, model: Path, voices: Path, only: tuple[str, ...], people: int | None, page: Path | None) -> None:
    door_model = app.xvector_path(Settings())
    xvector = XVector(door_model)
    scorer = load_scorer(xvector.manifest.calibration, door_model)
    machine = Machine(load_engine(model, voices, 20), load_voices(voices))
    clips = {name.removeprefix("kokoro:"): paths for name, paths in clips_of(root, "kokoro").items()}
    stock = embed_people(xvector, root, {name: clips[name] for name in machine.voices if name in clips})
    lines = []
    for name in only:
        found = []
        for person, paths in tqdm(list(clips_of(root, *SETS[name]).items())[:people], unit="person"):
            voice = voiceprint(embed_clips(xvector, root, paths[:ENROLMENT_CLIPS]))
            if voice is not None:
                found.append(attack(machine, stock, (root / paths[0], voice), (xvector, scorer)))
                click.echo(f"{person}: LLR {', '.join(f'{llr:.2f}' for llr in found[-1])}", err=True)
        lines += [_line(name, np.array(found), scorer, rate) for rate in RATES]
    headings = ("imitated (people)", "rate allowed", "first sentence let in", "one of three", "LLR, median", "needs")
    text = f"{markdown_table(headings, lines)}\n\n`python -m tools.mimic_attack`; model {xvector.manifest.name}."
    publish(text, page, MARKER)


def _line(
    name: str, found: np.ndarray[tuple[int, ...], np.dtype[np.float64]], scorer: Scorer, rate: float
) -> list[str]:
    threshold = scorer.calibration.threshold(rate)
    accepted = found >= threshold
    first, any_ = (Share(int(each.sum()), len(each)) for each in (accepted[:, 0], np.asarray(accepted.any(axis=1))))
    middle = f"{float(np.median(found[:, 0])):.1f}"
    return [f"{name} ({len(found)})", f"{100 * rate:g} %", str(first), str(any_), middle, f"{threshold:.1f}"]


if __name__ == "__main__":
    main()
