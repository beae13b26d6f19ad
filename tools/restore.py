"""A released INT8 model -> a float student to train on, for when its checkpoints are gone.

Weights are dequantized; batch normalisation, which the file holds folded into the convolutions, is set up anew so that
the network computes what the file does and can be trained on; the last layer, which holds the whitening too, is solved
for the teacher's space by ridge regression. Writes ``OUTPUT/pruned.pt``: the next step is ``tools.refine``.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import tensorflow as tf
import torch
from numpy.typing import NDArray
from pydantic import TypeAdapter
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from edgevoice.listening.window import FRAMES_PER_SECOND
from tools.step import Step
from tools.training.batches import Batches
from tools.training.corpus import Corpus, load_corpus
from tools.training.development import Development, development_eer
from tools.training.student import Student, as_input
from tools.training.xvector import FrameNetwork, Shape, XVector, context_frames, statistics

_CROP_S = 3.0
_BATCHES = 60
_RIDGE = 1e-3  # of the mean variance of the statistics

Array = NDArray[np.float32]


def convolutions(content: bytes) -> Iterator[tuple[Array, Array]]:
    """(kernel OHWI, bias) of every convolution of a file's frame network, in order, as floats."""
    interpreter = tf.lite.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    details = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details(subgraph_index=0)}
    for operator in interpreter._get_ops_details():  # the interpreter has no public list of operators
        if operator["op_name"] == "CONV_2D":
            kernel, bias = (
                _dequantized(interpreter.get_tensor(index), details[index]["quantization_parameters"]["scales"])
                for index in operator["inputs"][1:3]
            )
            yield kernel, bias


def _dequantized(values: NDArray[np.integer], scales: Array) -> Array:
    return np.asarray(values * scales.reshape(-1, *(1,) * (values.ndim - 1)), dtype=np.float32)


def layers(network: FrameNetwork) -> Iterator[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    """Every convolution with the normalisation behind it, in the order of the file."""
    for stem in network.stem_blocks():
        yield stem.convolution, stem.norm
    yield network.enter, network.enter_norm
    for block in network.tdnn_blocks():
        yield block.context, block.norm
        yield block.back, block.back_norm
    yield network.leave, network.leave_norm


@torch.no_grad()
def fill(network: FrameNetwork, content: bytes) -> None:
    """Put a file's weights into the network; normalisations pass on what they get, plus the bias."""
    found = convolutions(content)
    kernel, bias = next(found)
    network.bands.weight.copy_(torch.from_numpy(kernel[:, 0, 0]))
    network.bands.bias.copy_(torch.from_numpy(bias))
    for (convolution, norm), (kernel, bias) in zip(layers(network), found, strict=True):
        weights = torch.from_numpy(kernel.transpose(0, 3, 1, 2).copy())
        convolution.weight.copy_(weights.reshape(convolution.weight.shape))
        assert norm.running_mean is not None and norm.running_var is not None
        norm.running_mean.copy_(-torch.from_numpy(bias))
        norm.running_var.fill_(1 - norm.eps)


@torch.no_grad()
def renew_normalisation(network: FrameNetwork, crops: list[Tensor]) -> None:
    """Give every normalisation the statistics of its input, and the gain and shift that undo them."""
    sums = {norm: (torch.zeros(norm.num_features), torch.zeros(norm.num_features)) for _, norm in layers(network)}

    def watch(norm: nn.Module, inputs: tuple[Tensor]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        first, second = sums[norm]
        first += inputs[0].mean(dim=(0, 2, 3))
        second += inputs[0].square().mean(dim=(0, 2, 3))

    hooks = [norm.register_forward_pre_hook(watch) for norm in sums]
    for crop in crops:
        network(crop)
    for hook in hooks:
        hook.remove()
    for norm, (first, second) in sums.items():
        assert norm.running_mean is not None and norm.running_var is not None
        mean = first / len(crops)
        variance = second / len(crops) - mean**2
        if norm.affine:
            norm.weight.copy_(torch.sqrt(variance + norm.eps))
            norm.bias.copy_(mean - norm.running_mean)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)


@torch.inference_mode()
def solve_segment(network: XVector, crops: list[Tensor], taught: list[Tensor]) -> None:
    """Ridge regression from the statistics to the teacher's unit vectors."""
    pooled = torch.cat([statistics(network.frames(crop)) for crop in tqdm(crops, unit="batch")]).double()
    wanted = functional.normalize(torch.cat(taught)).double()
    mean, centre = pooled.mean(dim=0), wanted.mean(dim=0)
    pooled, wanted = pooled - mean, wanted - centre
    covariance = pooled.T @ pooled
    covariance += _RIDGE * covariance.diagonal().mean() * torch.eye(len(covariance))
    solution = torch.linalg.solve(covariance, pooled.T @ wanted)
    network.segment.weight.copy_(solution.T)
    network.segment.bias.copy_(centre - mean @ solution)


def restored(model: Path, corpus: Corpus) -> Student:
    """The student that a released model was made of, but for rounding and the last layer."""
    manifest = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))
    shape = TypeAdapter(Shape).validate_python(manifest["training"]["shape"])
    scale = np.array(manifest["levels_per_unit"], dtype=np.float32)
    network = XVector(shape).eval()
    batches = Batches(corpus, scale, 0.5, seed=0)
    frames = int(_CROP_S * FRAMES_PER_SECOND) + context_frames(network.shape)
    drawn = [batches.draw(64, frames) for _ in range(_BATCHES)]
    crops = [as_input(batch.crops, torch.device("cpu")) for batch in drawn]
    fill(network.frames, model.read_bytes())
    renew_normalisation(network.frames, crops[:20])
    solve_segment(network, crops, [torch.from_numpy(batch.taught) for batch in drawn])
    return Student(network, scale)


@click.command(cls=Step, help=__doc__)
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="Folder with index.csv.")
@click.option("--output", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of this run.")
def main(model: Path, root: Path, output: Path) -> None:
    student = restored(model, load_corpus(output))
    click.echo(
        f"restored {development_eer(student.network, student.scale, Development(root, output / 'development.npz'))}"
    )
    student.save(output / "pruned.pt")


if __name__ == "__main__":
    main()
