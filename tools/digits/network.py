"""The network of the digits in torch, and the same as a TensorFlow graph with one entry point, ``digits``.

A convolution over time that halves the frame rate, four residual ones that see ever further, one layer into blank and
the ten digits. Batch normalisation is folded into the convolution before it when the graph is made.
"""

import tensorflow as tf
import torch
from torch import Tensor, nn

from edgevoice.listening.features import COEFFICIENTS
from edgevoice.recognition.digits import CLASSES
from tools.training.graph import folded

CHANNELS = 88
DILATIONS = (1, 2, 4, 8)
ENTRY = 6  # frames that the first convolution sees
CONTEXT = ENTRY - 2 + 4 * sum(DILATIONS)  # input frames that one output sees, less its own two
OUTPUTS = 80  # a window: 1.6 s
WINDOW = CONTEXT + 2 * OUTPUTS


class DigitNetwork(nn.Module):
    """(batch, time, 40) normalised MFCC -> (batch, (time - context) // 2, 11) logits."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv2d(COEFFICIENTS, CHANNELS, (1, ENTRY), stride=(1, 2), bias=False)
        self.enter_norm = nn.BatchNorm2d(CHANNELS)
        self.blocks = nn.ModuleList(
            nn.Conv2d(CHANNELS, CHANNELS, (1, 3), dilation=(1, dilation), bias=False) for dilation in DILATIONS
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(CHANNELS) for _ in DILATIONS)
        self.drop = nn.Dropout(0.1)
        self.leave = nn.Conv2d(CHANNELS, CLASSES, 1)

    def forward(self, mfcc: Tensor) -> Tensor:
        """As the class says."""
        x = torch.relu(self.enter_norm(self.enter(mfcc.transpose(1, 2)[:, :, None])))
        for dilation, block, norm in zip(DILATIONS, self.blocks, self.norms, strict=True):
            x = torch.relu(x[..., dilation:-dilation] + norm(block(self.drop(x))))
        logits: Tensor = self.leave(x)[:, :, 0].transpose(1, 2)
        return logits


class Graph(tf.Module):  # type: ignore[misc]
    """One signature; weights are constants."""

    def __init__(self, network: DigitNetwork) -> None:
        super().__init__()
        self._network = network

    def digits(self, mfcc: tf.Tensor) -> dict[str, tf.Tensor]:
        """(1, window, 40) normalised MFCC -> (1, 80, 11) logits."""
        network = self._network
        x = tf.reshape(mfcc, (1, 1, WINDOW, COEFFICIENTS))
        kernel, bias = folded(network.enter, network.enter_norm)
        x = tf.nn.relu(tf.nn.conv2d(x, kernel, (1, 2), "VALID") + bias)
        for dilation, block, norm in zip(DILATIONS, network.blocks, network.norms, strict=True):
            assert isinstance(block, nn.Conv2d)
            assert isinstance(norm, nn.BatchNorm2d)
            kernel, bias = folded(block, norm)
            inner = tf.nn.conv2d(x, kernel, 1, "VALID", dilations=(1, dilation)) + bias
            x = tf.nn.relu(inner + x[:, :, dilation:-dilation])
        assert network.leave.bias is not None
        kernel = network.leave.weight.detach().numpy().transpose(2, 3, 1, 0)
        x = tf.nn.conv2d(x, kernel, 1, "VALID") + network.leave.bias.detach().numpy()
        return {"logits": tf.reshape(x, (1, OUTPUTS, CLASSES))}

    def save(self, folder: str) -> None:
        """Write a SavedModel with the signature."""
        entry = tf.function(self.digits).get_concrete_function(tf.TensorSpec((1, WINDOW, COEFFICIENTS), name="mfcc"))
        tf.saved_model.save(self, folder, signatures={"digits": entry})
