"""Step 4: take whole channels out of every TDNN block, then fine-tune.

A channel's importance is the norm of what it can add to its block's output: the deviation that its batch normalisation
lets through times the norm of its outgoing weights. Zeros spread over a matrix make neither file nor device faster in
INT8; fewer channels do.
"""

from dataclasses import replace
from pathlib import Path

import click
from torch import Tensor, nn

from tools.step import Step
from tools.train import fit
from tools.training.corpus import load_corpus
from tools.training.development import Development, development_eer
from tools.training.run_options import run_options
from tools.training.run_settings import read_run
from tools.training.student import Student
from tools.training.xvector import TdnnBlock, XVector


def importance(block: TdnnBlock) -> Tensor:
    """(inner,) how much each inner channel can add to the block's output."""
    outgoing: Tensor = block.back.weight[:, :, 0, 0].norm(dim=0)
    return block.norm.weight.abs() * outgoing


def pruned(network: XVector, share: float) -> XVector:
    """The same network with this share (0..1) of all inner channels taken out, the least important of each block."""
    keeps = [
        importance(block).topk(round(len(importance(block)) * (1 - share))).indices.sort().values
        for block in network.frames.tdnn_blocks()
    ]
    smaller = XVector(replace(network.shape, inner=tuple(len(keep) for keep in keeps)))
    weights = network.state_dict()
    for number, keep in enumerate(keeps):
        prefix = f"frames.blocks.{number}."
        for name in ("context.weight", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"):
            weights[prefix + name] = weights[prefix + name][keep]
        weights[prefix + "back.weight"] = weights[prefix + "back.weight"][:, keep]
    smaller.load_state_dict(weights)
    return smaller


def parameters(network: nn.Module) -> int:
    """Number of weights."""
    return sum(weight.numel() for weight in network.parameters())


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
    tuned.save(output / "pruned.pt")


if __name__ == "__main__":
    main()
