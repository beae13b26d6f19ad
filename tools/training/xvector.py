"""The network: an x-vector (D. Snyder et al., ICASSP 2018), TDNN blocks and statistics pooling, with a small 2-D stem.

Every convolution is *valid* in time, so an utterance may be cut into overlapping windows on the device and gives the
same frames as in one piece; statistics are taken over all of them, whatever the length.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from edgevoice.listening.features import BANDS, COEFFICIENTS
from edgevoice.recognition.network_input import FRAME_RATE_DIVISOR


@dataclass(frozen=True)
class Shape:
    """Sizes of the network; inner: one width a TDNN block, which pruning makes smaller; residual: stem blocks that keep
    the shape, at half and at a quarter of the bands."""

    stem: tuple[int, int, int] = (16, 24, 32)
    residual: tuple[int, int] = (1, 1)
    channels: int = 256
    inner: tuple[int, ...] = (160, 160, 160, 160, 160)
    dilations: tuple[int, ...] = (1, 2, 3, 4, 1)
    pooled: int = 384
    embedding: int = 192


def apply(convolution: nn.Conv2d, norm: nn.BatchNorm2d, x: Tensor) -> Tensor:
    """Convolution and batch normalisation of (batch, height, width, channels), contiguous before, behind and backwards.

    PyTorch's gradients of slices and reshapes lose the memory format "channels last" and every layer below then pays
    for it; kept as the plain order of the axes, it cannot be lost. That alone makes a training step twice as fast.
    """
    y: Tensor = norm(convolution(x.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)
    return y


class StemBlock(nn.Module):
    """3x3 convolution, valid in time, same in frequency, BN, ReLU; residual where the shape stays."""

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=(0, 1), bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.residual = inputs == outputs and stride == (1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, bands, inputs) -> (batch, (time - 2) / stride, bands / stride, outputs)."""
        y = apply(self.convolution, self.norm, x)
        if self.residual:
            y = y + x[:, 1:-1]
        return torch.relu(y)


class TdnnBlock(nn.Module):
    """Dilated convolution to the inner width, 1x1 back, added to the input; both with BN."""

    def __init__(self, channels: int, inner: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        # Time lies along the width: oneDNN's kernels run along it and are four times slower along the height.
        self.context = nn.Conv2d(channels, inner, (1, 3), dilation=(1, dilation), bias=False)
        self.norm = nn.BatchNorm2d(inner)
        self.back = nn.Conv2d(inner, channels, 1, bias=False)
        self.back_norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, 1, time, channels) -> (batch, 1, time - 2 dilation, channels)."""
        y = apply(self.back, self.back_norm, torch.relu(apply(self.context, self.norm, x)))
        return torch.relu(y + x[:, :, self.dilation : -self.dilation])


class FrameNetwork(nn.Module):
    """MFCC -> frame-level vectors: (batch, time, 40) -> (batch, pooled, frames)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        first, second, third = shape.stem
        self.bands = nn.Linear(COEFFICIENTS, BANDS)
        with torch.no_grad():
            self.bands.weight.copy_(torch.from_numpy(inverse_dct()))
            self.bands.bias.zero_()
        at_half, at_quarter = shape.residual
        self.stem = nn.Sequential(
            StemBlock(1, first, (1, 1)),
            StemBlock(first, second, (2, 2)),
            *(StemBlock(second, second, (1, 1)) for _ in range(at_half)),
            StemBlock(second, third, (1, 2)),
            *(StemBlock(third, third, (1, 1)) for _ in range(at_quarter)),
        )
        self.enter = nn.Conv2d(third * BANDS // 4, shape.channels, 1, bias=False)
        self.enter_norm = nn.BatchNorm2d(shape.channels)
        self.blocks = nn.ModuleList(
            TdnnBlock(shape.channels, inner, dilation)
            for inner, dilation in zip(shape.inner, shape.dilations, strict=True)
        )
        self.leave = nn.Conv2d(shape.channels, shape.pooled, 1, bias=False)
        # Not affine: every pooled channel has the same range, which suits one INT8 scale for all.
        self.leave_norm = nn.BatchNorm2d(shape.pooled, affine=False)

    def stem_blocks(self) -> list[StemBlock]:
        """The stem in order, typed."""
        return [cast(StemBlock, block) for block in self.stem]

    def tdnn_blocks(self) -> list[TdnnBlock]:
        """The TDNN blocks in order, typed."""
        return [cast(TdnnBlock, block) for block in self.blocks]

    def forward(self, mfcc: Tensor) -> Tensor:
        """Normalised MFCC (batch, time, 40) -> (batch, pooled, frames)."""
        x = self.stem(self.bands(mfcc)[..., None])
        x = x.flatten(2)[:, None]
        x = torch.relu(apply(self.enter, self.enter_norm, x))
        for block in self.blocks:
            x = block(x)
        return torch.relu(apply(self.leave, self.leave_norm, x))[:, 0].transpose(1, 2)


class XVector(nn.Module):
    """Frame network, mean and standard deviation over time, one linear layer into the teacher's space."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.frames = FrameNetwork(shape)
        self.segment = nn.Linear(2 * shape.pooled, shape.embedding)

    def forward(self, mfcc: Tensor) -> Tensor:
        """Normalised MFCC (batch, time, 40) -> embedding (batch, 192), not unit length."""
        result: Tensor = self.segment(statistics(self.frames(mfcc).float()))
        return result


def statistics(frames: Tensor) -> Tensor:
    """(batch, pooled, frames) -> (batch, 2 pooled): mean, then standard deviation (biased)."""
    mean = frames.mean(dim=-1)
    variance = (frames - mean[..., None]).square().mean(dim=-1)
    return torch.cat([mean, torch.sqrt(variance + 1e-5)], dim=-1)


def context_frames(shape: Shape) -> int:
    """How many more input frames than one it takes for one output frame."""
    half_rate = 2 * (1 + sum(shape.residual)) + 2 * sum(shape.dilations)  # the stem behind its stride, then the blocks
    return 2 + 2 + FRAME_RATE_DIVISOR * half_rate


def inverse_dct() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """(40 bands, 40 coefficients): turns MFCC back into log mel energies; orthonormal."""
    k = np.arange(COEFFICIENTS)
    n = np.arange(BANDS)[:, None]
    basis = np.cos(np.pi * k * (2 * n + 1) / (2 * BANDS)) * np.sqrt(np.where(k == 0, 1, 2) / BANDS)
    return basis.astype(np.float32)
