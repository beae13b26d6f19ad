"""Step 4: take whole channels out of every TDNN block, then fine-tune.

Which ones: tools/training/pruning.py. Zeros spread over a matrix make neither file nor device faster in INT8; fewer
channels do.
"""

from dataclasses import replace
from pathlib import Path

import click

from tools.step import Step
from tools.training.corpus import load_corpus
from tools.training.development import Development, development_eer
from tools.training.fit import fit
from tools.training.pruning import parameters, pruned
from tools.training.run_options import run_options
from tools.training.run_settings import read_run
from tools.training.student import Student
from tools.training.together import RANK


@click.command(cls=Step, help=__doc__)
@run_options
def main(run_file: Path, root: Path, output: Path, steps: int | None) -> None:
    run = read_run(run_file)
    student = Student.load(output / "trained.pt")
    development = Development(root, output / "development.npz")
    smaller = Student(pruned(student.network, run.prune.share), student.scale)
    click.echo(f"{parameters(student.network)} -> {parameters(smaller.network)} weights")
    click.echo(f"before {development_eer(student.network, student.scale, development)}")
    click.echo(f"pruned {development_eer(smaller.network.eval(), student.scale, development)}")
    settings = replace(
        run.train,
        steps=steps or run.prune.steps,
        learning_rate=run.prune.learning_rate,
        warm_up=run.prune.warm_up,
        seed=run.train.seed + 1,
    )
    tuned = fit(smaller, load_corpus(output), settings, output, "prune", root, student)
    click.echo(f"tuned {development_eer(tuned.network, tuned.scale, development)}")
    if RANK == 0:
        tuned.save(output / "pruned.pt")


if __name__ == "__main__":
    main()
