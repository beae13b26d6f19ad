"""The networks of listening/network.py in torch, with their roundings, so that they are trained as they will run."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from edgevoice.listening.network import ACTIVATION_BITS, LARGEST, TAPS, WEIGHT_BITS

CHANNELS = 32
DILATIONS = (1, 2, 4, 8, 16, 32)
_ACTIVATION, _WEIGHT = 1 << ACTIVATION_BITS, 1 << WEIGHT_BITS
_BIAS = _ACTIVATION * _WEIGHT


class SpeechNetwork(nn.Module):
    """Convolutions over frames and one weighted sum; gradients pass the roundings as if there were none."""

    def __init__(self, inputs: int, dilations: Sequence[int] = DILATIONS, channels: int = CHANNELS) -> None:
        super().__init__()
        self._dilations = tuple(dilations)
        widths = [inputs, *[channels] * len(dilations)]
        self.weights = nn.ParameterList(_drawn(before, after, TAPS) for before, after in pairwise(widths))
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(channels)) for _ in dilations)
        self.last_weights = nn.Parameter(torch.randn(1, channels, 1) * 0.2)
        self.last_bias = nn.Parameter(torch.full((1,), -1.0))

    def forward(self, rows: Tensor) -> Tensor:
        """(scenes, inputs, frames) whole sixteenths -> (scenes, frames) natural-log odds."""
        for weights, bias, dilation in zip(self.weights, self.biases, self._dilations, strict=True):
            padded = functional.pad(rows, ((TAPS - 1) * dilation, 0))
            sums = functional.conv1d(padded, _whole_weights(weights), _whole(bias, _BIAS), dilation=dilation)
            limited = torch.clamp(sums, 0, LARGEST / _ACTIVATION)
            rows = limited + (torch.floor(limited * _ACTIVATION) / _ACTIVATION - limited).detach()
        odds = functional.conv1d(rows, _whole_weights(self.last_weights), _whole(self.last_bias, _BIAS))
        return odds[:, 0]

    def as_integers(self) -> dict[str, NDArray[np.integer]]:
        """What ``Layers`` is made from."""
        found: dict[str, NDArray[np.integer]] = {"dilations": np.array(self._dilations, dtype=np.int32)}
        for place, (weights, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            found[f"weights{place}"] = _integers(_whole_weights(weights) * _WEIGHT).transpose(2, 1, 0).astype(np.int8)
            found[f"bias{place}"] = _integers(_whole(bias, _BIAS) * _BIAS).astype(np.int32)
        found["last_weights"] = _integers(_whole_weights(self.last_weights) * _WEIGHT)[0, :, 0].astype(np.int8)
        found["last_bias"] = _integers(_whole(self.last_bias, _BIAS) * _BIAS).astype(np.int32)
        return found


def _drawn(before: int, after: int, taps: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(after, before, taps) * (0.6 if before != after else 1.4) / (taps * before) ** 0.5)


def _whole(values: Tensor, unit: int) -> Tensor:
    return values + (torch.round(values * unit) / unit - values).detach()


def _whole_weights(weights: Tensor) -> Tensor:
    limited = torch.clamp(weights, -LARGEST / _WEIGHT, LARGEST / _WEIGHT)
    return _whole(limited, _WEIGHT)


def _integers(values: Tensor) -> NDArray[np.int64]:
    return np.rint(values.detach().numpy().astype(np.float64)).astype(np.int64)
