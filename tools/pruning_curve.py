"""What pruning costs: the trained network with growing shares of its channels taken out, each fine-tuned alike.

Beside it what zeros spread over the weights would bring: half of them, the smallest of each layer, in the INT8 file.
--markdown writes the tables between the lines <!-- pruning --> and <!-- /pruning -->.
"""

import time
import zlib
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import tensorflow as tf
import torch
from torch import nn
from tqdm import tqdm

from edgevoice.listening.features import BANDS
from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.made_of import made_of
from tools.measure.page import markdown_option, markdown_table, publish
from tools.step import Step
from tools.training.convert import convert
from tools.training.corpus import Corpus, load_corpus
from tools.training.development import Development, development_eer
from tools.training.fit import fit, folder_beside
from tools.training.graph import window_frames
from tools.training.int8 import stripped
from tools.training.pruning import parameters, pruned
from tools.training.run_settings import Run, read_run
from tools.training.student import Student
from tools.training.xvector import XVector

SHARES = (0.0, 0.15, 0.27, 0.4, 0.55, 0.7)
_RUNS = 60  # of a file, to time it


def macs_per_second(network: XVector) -> int:
    """Multiplications of the frame network for a second of sound, context not counted twice."""
    frames = network.frames
    bands, rate, stem = BANDS, FRAMES_PER_SECOND, 0
    for block in frames.stem_blocks():
        in_time, in_frequency = block.convolution.stride
        rate, bands = rate // in_time, bands // in_frequency
        stem += block.convolution.weight.numel() * bands * rate
    rest = [frames.enter, frames.leave, *(layer for b in frames.tdnn_blocks() for layer in (b.context, b.back))]
    return FRAMES_PER_SECOND * frames.bands.weight.numel() + stem + rate * sum(layer.weight.numel() for layer in rest)


def point(student: Student, share: float, run: Run, steps: int, corpus: Corpus, output: Path, root: Path) -> list[str]:
    """One line of the curve; a network that is done is not trained again."""
    settings = replace(
        run.train, steps=steps, learning_rate=run.prune.learning_rate, warm_up=run.prune.warm_up, seed=run.train.seed
    )
    folder = folder_beside(output, f"curve-{share:g}-{made_of((), settings, student.key())}")
    smaller = Student(pruned(student.network, share), student.scale)
    tuned = fit(smaller, corpus, settings, folder, "tune", root)
    found = development_eer(tuned.network, tuned.scale, Development(root, folder / "development.npz"))
    size = len(stripped(convert(tuned, corpus, replace(run.quantize, clips=60))))
    inner = tuned.network.shape.inner[0]
    return [
        f"{100 * share:g} %",
        str(inner),
        f"{parameters(tuned.network) / 1e6:.2f} M",
        f"{macs_per_second(tuned.network) / 1e6:.0f} M",
        f"{size / 1e6:.2f} MB",
        *(f"{found[of]:.2f} %" for of in sorted(found)),
    ]


def sparse(network: XVector, share: float) -> XVector:
    """The same with so many of the smallest weights of each layer at zero."""
    thinned = deepcopy(network)
    with torch.no_grad():
        for layer in thinned.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                threshold = layer.weight.abs().flatten().quantile(share)
                layer.weight[layer.weight.abs() <= threshold] = 0
    return thinned


def milliseconds(content: bytes, window: int) -> float:
    """CPU of one window, the median."""
    interpreter = tf.lite.Interpreter(model_content=content, num_threads=1)
    run = interpreter.get_signature_runner("frames")
    levels = np.random.default_rng(0).integers(-100, 100, (1, window, 40)).astype(np.int8)
    spent = []
    for _ in range(_RUNS):
        started = time.process_time()
        run(mfcc=levels)
        spent.append(1000 * (time.process_time() - started))
    return float(np.median(spent))


def sparsity(student: Student, run: Run, corpus: Corpus) -> list[list[str]]:
    """File, packed file and time of the dense network and of one half of whose weights are zero."""
    rows = []
    for name, network in (("dense", student.network), ("half zeros", sparse(student.network, 0.5))):
        content = stripped(convert(Student(network, student.scale), corpus, replace(run.quantize, clips=60)))
        packed = len(zlib.compress(content, 9))
        spent = milliseconds(content, window_frames(network))
        rows.append([name, f"{len(content)}", f"{packed}", f"{spent:.2f} ms"])
    return rows


@click.command(cls=Step, help=__doc__)
@click.argument("run_file", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
@click.option("--steps", default=300, show_default=True, help="Of fine-tuning, each.")
@click.option("--share", "shares", type=float, multiple=True, default=SHARES, show_default=True, help="Repeatable.")
@markdown_option
def main(run_file: Path, root: Path, output: Path, steps: int, shares: tuple[float, ...], page: Path | None) -> None:
    run, student, corpus = read_run(run_file), Student.load(output / "trained.pt"), load_corpus(output)
    curve = [point(student, share, run, steps, corpus, output, root) for share in tqdm(shares)]
    sets = sorted(set(Development(root, output / "development.npz").set.tolist()))
    headings = ["channels taken out", "left a block", "weights", "MAC/s", "INT8 file", *sets]
    text = markdown_table(headings, curve)
    text += f"\n\nFloat EER after {steps} steps of fine-tuning each.\n\n"
    text += markdown_table(["weights", "bytes", "packed by zlib", "CPU of one window"], sparsity(student, run, corpus))
    text += "\n\nPrinted by `python -m tools.pruning_curve`."
    publish(text, page, "pruning")


if __name__ == "__main__":
    main()
