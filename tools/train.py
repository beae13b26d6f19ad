"""Step 3: the student learns the teacher's space (float, on a GPU where there is one).

The losses are in tools/training/lesson.py. Resumes from ``OUTPUT/train.pt``; prints the EER on the development
speakers, from whom nothing is learned here; the last step is kept, whatever it says.
"""

from dataclasses import replace
from pathlib import Path

import click
from tqdm import tqdm

from tools.step import Step
from tools.training.corpus import load_corpus
from tools.training.fit import fit, untrained
from tools.training.run_options import run_options
from tools.training.run_settings import read_run
from tools.training.together import RANK


@click.command(cls=Step, help=__doc__)
@run_options
def main(run_file: Path, root: Path, output: Path, steps: int | None) -> None:
    settings = read_run(run_file).train
    settings = replace(settings, steps=steps or settings.steps)
    corpus = load_corpus(output)
    student = untrained(corpus, settings)
    tqdm.write(f"{len(corpus.taught)} voices, {corpus.hours:.1f} h of features")
    trained = fit(student, corpus, settings, output, "train", root)
    if RANK == 0:
        trained.save(output / "trained.pt")


if __name__ == "__main__":
    main()
