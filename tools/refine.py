"""Step 5: train the pruned network for long, in its final shape. Writes ``OUTPUT/refined.pt``; resumes."""

from dataclasses import asdict, replace
from pathlib import Path

import click

from tools.step import Step
from tools.training.corpus import load_corpus
from tools.training.deepen import deepened
from tools.training.development import Development, development_eer
from tools.training.fit import fit
from tools.training.run_options import run_options
from tools.training.run_settings import read_run
from tools.training.student import Student
from tools.training.together import RANK


@click.command(cls=Step, help=__doc__)
@run_options
def main(run_file: Path, root: Path, output: Path, steps: int | None) -> None:
    run = read_run(run_file)
    pruned = Student.load(output / "pruned.pt")
    student = Student(deepened(pruned.network, run.refine.residual, run.train.seed), pruned.scale)
    development = Development(root, output / "development.npz")
    click.echo(f"before {development_eer(student.network, student.scale, development)}")
    refine = {key: value for key, value in asdict(run.refine).items() if key != "residual"}
    settings = replace(run.train, **refine, seed=run.train.seed + 2)
    settings = replace(settings, steps=steps or settings.steps)
    refined = fit(student, load_corpus(output), settings, output, "refine", root, pruned)
    if RANK == 0:
        refined.save(output / "refined.pt")


if __name__ == "__main__":
    main()
