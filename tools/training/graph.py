"""The trained network as a TensorFlow graph with two entry points: ``frames`` and ``segment``.

Batch normalisation is folded into the convolution before it. Statistics over time are left to the device, which takes
them in exact integers over the INT8 frames, so no float is left in the file and an utterance may have any length.
"""

import numpy as np
import tensorflow as tf
import torch
from numpy.typing import NDArray
from torch import nn

from tools.training.xvector import StemBlock, XVector, context_frames

OUTPUT_FRAMES = 80  # frame vectors per window: 1.6 s, so that 3 s and the margins around them are two windows

Array = NDArray[np.float32]


def window_frames(network: XVector) -> int:
    """Input frames per window."""
    return context_frames(network.shape) + 2 * OUTPUT_FRAMES


def folded(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Array, Array]:
    """Convolution and the batch normalisation behind it -> HWIO kernel and bias."""
    assert norm.running_var is not None
    assert norm.running_mean is not None
    deviation = torch.sqrt(norm.running_var + norm.eps)
    gain = (norm.weight if norm.affine else torch.ones_like(deviation)) / deviation
    shift = norm.bias if norm.affine else torch.zeros_like(deviation)
    kernel = (convolution.weight * gain[:, None, None, None]).detach().numpy().transpose(2, 3, 1, 0)
    bias = (shift - norm.running_mean * gain).detach().numpy()
    return np.ascontiguousarray(kernel, dtype=np.float32), bias.astype(np.float32)


class Graph(tf.Module):  # type: ignore[misc]
    """Both signatures; weights are constants."""

    def __init__(self, network: XVector) -> None:
        super().__init__()
        self._network = network

    def frames(self, mfcc: tf.Tensor) -> dict[str, tf.Tensor]:
        """(1, window, 40) normalised MFCC -> (1, 80, pooled)."""
        net = self._network.frames
        window = window_frames(self._network)
        x = tf.reshape(mfcc, (1, window, 1, 40))
        bands = net.bands.weight.detach().numpy().T[None, None]
        x = tf.nn.conv2d(x, bands, 1, "VALID") + net.bands.bias.detach().numpy()
        x = tf.reshape(x, (1, window, 40, 1))
        for stem in net.stem_blocks():
            x = _stem(stem, x)
        _, time, width, channels = x.shape
        x = tf.reshape(x, (1, 1, time, width * channels))
        x = tf.nn.relu(_convolve(x, *folded(net.enter, net.enter_norm)))
        for block in net.tdnn_blocks():
            inner = tf.nn.relu(_convolve(x, *folded(block.context, block.norm), dilation=block.dilation))
            back = _convolve(inner, *folded(block.back, block.back_norm))
            x = tf.nn.relu(back + x[:, :, block.dilation : -block.dilation])
        x = tf.nn.relu(_convolve(x, *folded(net.leave, net.leave_norm)))
        return {"frames": tf.reshape(x, (1, OUTPUT_FRAMES, -1))}

    def segment(self, statistics: tf.Tensor) -> dict[str, tf.Tensor]:
        """(1, 2 pooled) mean and deviation -> (1, 192); as a convolution, whose weights have a scale per output."""
        layer = self._network.segment
        kernel = layer.weight.detach().numpy().T[None, None]
        product = tf.nn.conv2d(statistics[:, None, None], kernel, 1, "VALID") + layer.bias.detach().numpy()
        return {"embedding": tf.reshape(product, (1, -1))}

    def save(self, folder: str) -> None:
        """Write a SavedModel with the two signatures."""
        window, pooled = window_frames(self._network), self._network.shape.pooled
        signatures = {
            "frames": tf.function(self.frames).get_concrete_function(tf.TensorSpec((1, window, 40), name="mfcc")),
            "segment": tf.function(self.segment).get_concrete_function(
                tf.TensorSpec((1, 2 * pooled), name="statistics")
            ),
        }
        tf.saved_model.save(self, folder, signatures=signatures)


def _stem(block: StemBlock, x: tf.Tensor) -> tf.Tensor:
    padded = tf.pad(x, ((0, 0), (0, 0), (1, 1), (0, 0)))
    y = _convolve(
        padded,
        *folded(block.convolution, block.norm),
        strides=(block.convolution.stride[0], block.convolution.stride[1]),
    )
    if block.residual:
        y = y + x[:, 1:-1]
    return tf.nn.relu(y)


def _convolve(
    x: tf.Tensor, kernel: Array, bias: Array, strides: tuple[int, int] = (1, 1), dilation: int = 1
) -> tf.Tensor:
    return tf.nn.conv2d(x, kernel, strides, "VALID", dilations=(1, dilation)) + bias
