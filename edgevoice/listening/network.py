"""A small network over frames, in exact integers: causal dilated convolutions with 8-bit weights and activations.

An activation is a whole number of sixteenths, 0..127; a weight of 128ths, -127..127. A layer sums activations times
weights over its taps, adds a bias (2048ths), rounds down to sixteenths and limits to 0..127. The sums are carried by
float32, which holds every whole number up to 2**24, so they are exact in whatever order a BLAS adds.
"""

import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import ModelError
from edgevoice.fixedpoint.exact import Integers

ACTIVATION_BITS = 4
WEIGHT_BITS = 7
LARGEST = 127
TAPS = 3
_EXACT_BITS = 24
_LARGEST_INPUT = 128

Activations = NDArray[np.float32]
"""(frames, channels), whole numbers -128..127."""


class CausalConvolution:
    """Each frame's output rests on itself and on the frames ``dilation`` and twice that before it."""

    def __init__(self, weights: Integers, bias: Integers, dilation: int) -> None:
        """(3, inputs, outputs) oldest tap first, (outputs,). ValueError where a sum could leave exact float32."""
        taps, inputs, outputs = weights.shape
        flat = weights.reshape(taps * inputs, outputs)
        largest = int((np.abs(flat).sum(axis=0) * _LARGEST_INPUT + np.abs(bias)).max())
        if largest >= 1 << _EXACT_BITS:
            raise ValueError(f"sums up to {largest} leave exact float32")
        self._weights = np.ldexp(flat.astype(np.float32), -WEIGHT_BITS)
        self._bias = np.ldexp(bias.astype(np.float32), -WEIGHT_BITS)
        self._dilation = dilation
        self.silence: Activations = np.zeros(((taps - 1) * dilation, inputs), dtype=np.float32)
        """What lies before any frame."""

    def __call__(self, past: Activations, rows: Activations) -> tuple[Activations, Activations]:
        """(2 dilation, inputs) what it needs of before, (n, inputs) the next frames -> the past of the frames after
        them, and (n, outputs), not yet rounded."""
        joined = np.concatenate((past, rows))
        step, item = joined.strides
        shape = (len(rows), TAPS, joined.shape[1])
        taps = np.ndarray(shape, np.float32, joined, strides=(step, self._dilation * step, item))
        sums: Activations = taps.reshape(len(rows), len(self._weights)) @ self._weights
        sums += self._bias
        return joined[len(rows) :], sums


class Layers:
    """The numbers of a network: its convolutions, and the weighted sum behind them."""

    def __init__(self, numbers: Mapping[str, NDArray[np.integer]]) -> None:
        """``numbers``: ``weights0`` (3, inputs, outputs) and ``bias0`` (outputs,) of the first layer and so on,
        ``dilations`` (layers,), ``last_weights`` (channels,), ``last_bias`` (1,)."""
        self.convolutions = [
            CausalConvolution(_wide(numbers[f"weights{place}"]), _wide(numbers[f"bias{place}"]), int(dilation))
            for place, dilation in enumerate(numbers["dilations"])
        ]
        self.last = numbers["last_weights"].astype(np.float32)
        self.last_bias = int(numbers["last_bias"][0])


class CausalNetwork:
    """Convolutions one after the other, then one weighted sum a frame. Keeps the state of one stream."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._past = [convolution.silence for convolution in layers.convolutions]

    def __call__(self, rows: Activations) -> Integers:
        """(n, inputs) the next frames -> (n,) in 2048ths."""
        for place, convolution in enumerate(self._layers.convolutions):
            self._past[place], rows = convolution(self._past[place], rows)
            np.floor(rows, out=rows)
            np.maximum(rows, 0, out=rows)
            np.minimum(rows, LARGEST, out=rows)
        return np.asarray(rows @ self._layers.last, dtype=np.int64) + self._layers.last_bias


def load_network(path: Path) -> CausalNetwork:
    """What an ``.npz`` file holds, before any frame; it is read once. ModelError: missing, damaged, foreign."""
    try:
        return CausalNetwork(_layers(path))
    except (OSError, BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError) as error:
        raise ModelError(
            f"{path} holds no network of the ear ({type(error).__name__}: {error}); install edgevoice again"
        ) from error


@cache
def _layers(path: Path) -> Layers:
    with np.load(path) as stored:
        return Layers({name: stored[name] for name in stored.files})


def _wide(stored: NDArray[np.integer]) -> Integers:
    return stored.astype(np.int64)
