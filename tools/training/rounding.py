"""Weights put on their INT8 grid so that what a layer says errs least, rather than each weight by itself.

One weight's error is made up for by the weights of the same output that are not rounded yet, as far as the inputs go
together: GPTQ, E. Frantar et al., ICLR 2023. Behind a ReLU inputs have a mean far from zero, and to round each weight
to the nearest step moves a whole channel by it.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from tools.training.xvector import XVector

STEPS = 127
"""To either side of zero: TFLite's symmetric INT8 leaves out -128."""
_DAMPING = 0.01  # of the mean input power, as in the paper

Layer = nn.Conv2d | nn.Linear


class Moment:
    """Mean of x x^T over all inputs x (n,) that one weight row of a layer was multiplied with."""

    def __init__(self) -> None:
        self._sum, self._count = torch.zeros(()), 0

    def watch(self, layer: nn.Module, inputs: tuple[Tensor, ...], _: Tensor) -> None:
        """A forward hook."""
        seen = _patches(layer, inputs[0])
        self._sum = self._sum + (seen.T @ seen).double()
        self._count += len(seen)

    def mean(self) -> Tensor:
        """(n, n) float64."""
        return self._sum / self._count


def _patches(layer: nn.Module, inputs: Tensor) -> Tensor:
    if not isinstance(layer, nn.Conv2d):
        return inputs.flatten(0, -2)
    assert isinstance(layer.padding, tuple)
    columns = functional.unfold(inputs, layer.kernel_size, layer.dilation, layer.padding, layer.stride)
    return columns.transpose(1, 2).flatten(0, 1)


@torch.no_grad()
def round_weights(network: XVector, clips: Iterable[Tensor]) -> None:
    """Every weight onto the grid of its output channel, in place, for what the network hears in these clips.

    clips: (1, time, 40) each. Batch normalisation behind a layer, folded into it, scales weight and grid alike.
    """
    layers: list[Layer] = [layer for layer in network.modules() if isinstance(layer, Layer)]
    moments = [Moment() for _ in layers]
    hooks = [layer.register_forward_hook(moment.watch) for layer, moment in zip(layers, moments, strict=True)]
    for clip in clips:
        network(clip)
    for hook in hooks:
        hook.remove()
    for layer, moment in zip(layers, moments, strict=True):
        layer.weight.copy_(on_grid(layer.weight.flatten(1), moment.mean()).view_as(layer.weight))


def on_grid(weights: Tensor, moment: Tensor) -> Tensor:
    """(outputs, n) -> the same on steps of each row's largest weight / 127, for inputs of this (n, n) mean of x x^T.

    The largest weight of a row stays what it is, so that the converter finds the same steps again.
    """
    left = weights.double().clone()
    step = left.abs().amax(dim=1) / STEPS
    step[step == 0] = 1.0
    largest = left.abs().argmax(dim=1)
    order = torch.argsort(moment.diagonal(), descending=True)
    share = _shares(moment[order][:, order])
    rounded = left.clone()
    for place, column in enumerate(order.tolist()):
        nearest = torch.clamp(torch.round(left[:, column] / step), -STEPS, STEPS) * step
        rounded[:, column] = torch.where(largest == column, rounded[:, column], nearest)
        error = left[:, column] - rounded[:, column]
        left[:, order[place + 1 :]] -= error[:, None] * share[place, place + 1 :]
    return rounded.to(weights.dtype)


def _shares(moment: Tensor) -> Tensor:
    """(n, n), row by row: how much of a weight's error each weight after it makes up for."""
    powered = moment + _DAMPING * moment.diagonal().mean().clamp(min=1e-12) * torch.eye(len(moment))
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(powered))
    factor = torch.linalg.cholesky(inverse, upper=True)
    shares: Tensor = factor / factor.diagonal()[:, None]
    return shares
