"""Clips -> the float network, by CTC (A. Graves et al., ICML 2006), and its INT8 file."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from edgevoice.listening.features import COEFFICIENTS, remove_cepstral_mean
from edgevoice.recognition.ctc import BLANK
from edgevoice.recognition.embed import Vector
from edgevoice.recognition.network_input import FRAME_RATE_DIVISOR, normalise, windows
from edgevoice.tflite import Int8
from tools.digits.clips import Heard
from tools.digits.network import CONTEXT, OUTPUTS, WINDOW, DigitNetwork, Graph
from tools.training.int8 import as_int8, full_range, stripped
from tools.training.student import INPUT_UNIT

_LARGEST_NORM = 5.0  # of a gradient


@dataclass(frozen=True)
class Lessons:
    """At most ``steps`` of ``batch`` clips and at most ``minutes``; learning_rate: the highest, a tenth of the way."""

    steps: int
    minutes: float = 600.0
    batch: int = 32
    learning_rate: float = 3e-3
    seed: int = 0

    def rates(self) -> Iterator[float]:
        """The learning rate of each step: up in a line, then half a cosine; time counts where it is shorter."""
        start = time.monotonic()
        for step in range(self.steps):
            way = max(step / self.steps, (time.monotonic() - start) / 60 / self.minutes)
            if way >= 1:
                return
            yield self.learning_rate * min(1.0, 0.01 + way / 0.1) * 0.5 * (1 + float(np.cos(np.pi * way)))


def coefficient_levels(clips: Sequence[Heard]) -> Vector:
    """(40,) INT8 levels per unit of MFCC: 32 for a standard deviation of each coefficient."""
    squares = np.mean([np.square(remove_cepstral_mean(clip.mfcc).astype(float)).mean(axis=0) for clip in clips], axis=0)
    return np.asarray(1 / INPUT_UNIT / np.sqrt(squares), dtype=np.float32)


def fit(network: DigitNetwork, clips: Sequence[Heard], levels: Vector, lessons: Lessons) -> None:
    """Train, in place, and leave the network ready to be used."""
    torch.manual_seed(lessons.seed)
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    inputs = [whole(clip, levels) for clip in clips]
    batches = _batches([len(one) for one in inputs], lessons)
    progress = tqdm(zip(lessons.rates(), batches, strict=False), total=lessons.steps, mininterval=10)
    for rate, chosen in progress:
        loss = _loss(network, [inputs[clip] for clip in chosen], [clips[clip].digits for clip in chosen])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_NORM)
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        progress.set_postfix_str(f"loss {float(loss.detach()):.3f}", refresh=False)
    network.eval()


def whole(clip: Heard, levels: Vector) -> Int8:
    """One window over all of a clip, as long as that takes."""
    coded = normalise(clip.mfcc, levels)
    (one,) = windows(coded, CONTEXT, -(-len(coded) // FRAME_RATE_DIVISOR))
    return np.asarray(one)


def _batches(lengths: Sequence[int], lessons: Lessons) -> Iterator[NDArray[np.intp]]:
    """Clips of like length together, so that little is padding."""
    rng = np.random.default_rng(lessons.seed)
    near: list[NDArray[np.intp]] = []
    while True:
        if not near:
            order = np.argsort(np.array(lengths) * rng.uniform(0.8, 1.25, len(lengths)))
            pieces = np.array_split(order, -(-len(order) // lessons.batch))
            near = [pieces[piece] for piece in rng.permutation(len(pieces))]
        yield near.pop()


def _loss(network: DigitNetwork, inputs: Sequence[Int8], digits: Sequence[str]) -> torch.Tensor:
    """Mean over the clips of -log P of what is said, not divided by how much that is."""
    padded = np.zeros((len(inputs), max(len(one) for one in inputs), COEFFICIENTS), np.float32)
    for row, one in zip(padded, inputs, strict=True):
        row[: len(one)] = one * np.float32(INPUT_UNIT)
    logits = network(torch.from_numpy(padded))
    outputs = torch.tensor([(len(one) - CONTEXT) // FRAME_RATE_DIVISOR for one in inputs])
    wanted = torch.tensor([int(digit) + 1 for said in digits for digit in said], dtype=torch.long)
    lengths = torch.tensor([len(said) for said in digits])
    losses = nn.functional.ctc_loss(
        logits.log_softmax(-1).transpose(0, 1), wanted, outputs, lengths, blank=BLANK, reduction="none"
    )
    return losses.mean()


def convert(network: DigitNetwork, clips: Sequence[Heard], levels: Vector) -> bytes:
    """Float network and clips to find its ranges on -> INT8 TFLite file."""

    def representative() -> Iterator[tuple[str, dict[str, NDArray[np.float32]]]]:
        yield "digits", {"mfcc": full_range((1, WINDOW, COEFFICIENTS), INPUT_UNIT)}
        for clip in clips:
            for cut in windows(normalise(clip.mfcc, levels), CONTEXT, OUTPUTS):
                yield "digits", {"mfcc": cut.astype(np.float32)[None] * np.float32(INPUT_UNIT)}

    return stripped(as_int8(Graph(network).save, ["digits"], representative))
