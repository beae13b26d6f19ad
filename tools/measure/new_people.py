"""How near the student comes to its teacher on people whom it has heard, and on new ones of the same sets.

    python -m tools.measure.new_people FLOAT.pt --root DIR --output OUTPUT

Mean cosine between the float network's embedding of a clip and the teacher's, as the run in OUTPUT turns it. As
recorded, and as copies at speeds and with vocal tracts drawn anew. Where the two columns lie apart, more people would
help; where both are low, a larger network or a longer training.
"""

from pathlib import Path

import click
import numpy as np
import torch
from tqdm import tqdm

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.hear import front_end, samples_of, spoken_parts
from tools.index import read_index
from tools.measure.page import markdown_table
from tools.prepare import another_voice
from tools.step import Step
from tools.training.corpus import turned_teacher
from tools.training.development import embed
from tools.training.run_settings import PrepareSettings
from tools.training.student import Student
from tools.training.teacher import Teacher

PAIRS = {"train/librispeech251": "dev/librispeech10", "train/speechocean762": "dev/speechocean762"}
"""Heard and new, of one make."""
_LONGEST = 14 * SAMPLE_RATE


class Comparison:
    """A student beside its teacher."""

    def __init__(self, student: Student, output: Path) -> None:
        self._student, self._teacher = student, Teacher()
        self._mean, self._transform = turned_teacher(output)

    def __call__(self, samples: Samples) -> float | None:
        """(n,) -> cosine of the two embeddings; None where nobody speaks."""
        frames = front_end(samples)
        parts = spoken_parts(frames)
        if not parts:
            return None
        wanted = (self._teacher.embed(samples_of(parts, samples)) - self._mean) @ self._transform
        mfcc = np.concatenate([frames.mfcc[a:b] for a, b in parts])
        found = embed(self._student.network, self._student.scale, mfcc)
        return float(wanted @ found / np.linalg.norm(wanted) / np.linalg.norm(found))


def clips_of(root: Path, name: str, count: int) -> list[Samples]:
    """So many clips of ``split/set``, drawn at random."""
    rows = [row for row in read_index(root) if row["kind"] == "speech" and f"{row['split']}/{row['set']}" == name]
    chosen = np.random.default_rng(0).permutation(len(rows))[:count]
    return [read_sound(root / rows[place]["path"])[:_LONGEST] for place in chosen]


@click.command(cls=Step, help=__doc__)
@click.argument("float_model", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of its run.")
@click.option("--clips", default=60, show_default=True, help="Of each set.")
def main(float_model: Path, root: Path, output: Path, clips: int) -> None:
    torch.set_num_threads(1)
    compare, settings, rows = Comparison(Student.load(float_model), output), PrepareSettings(sets={}), []
    for name in tqdm([name for pair in PAIRS.items() for name in pair], unit="set"):
        rng, sounds = np.random.default_rng(777), clips_of(root, name, clips)
        plain = [compare(sound) for sound in sounds]
        copies = [compare(another_voice(sound, settings, rng, sound)) for sound in sounds]
        rows.append(
            [name, *(f"{np.mean([each for each in kind if each is not None]):.3f}" for kind in (plain, copies))]
        )
    click.echo(markdown_table(["set", "as recorded", "copies drawn anew"], rows))


if __name__ == "__main__":
    main()
