"""The small network that hears a mood in an utterance's figures, and how it learns."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F  # noqa: N812 -- as everybody calls it

Table = NDArray[np.float32]
LEVELS = 32.0
"""INT8 levels a standard deviation: what lies beyond four of them is limited."""


@dataclass(frozen=True)
class Lesson:
    """One schedule. networks: how many are trained and joined; hidden: width of each; smooth: share of a target spread
    over all labels; mix: of the beta distribution that two examples are mixed by (H. Zhang et al., mixup, 2018);
    sex: weight of the second task; clean: share of examples drawn as they were recorded."""

    networks: int = 3
    hidden: int = 96
    epochs: int = 40
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.05
    drop_inputs: float = 0.2
    drop_hidden: float = 0.5
    smooth: float = 0.1
    mix: float = 0.4
    sex: float = 0.1
    clean: float = 0.4


@dataclass(frozen=True, eq=False)
class Scaling:
    """centre, levels_per_unit: (d,) of the inputs, as the manifest has them."""

    centre: Table
    levels_per_unit: Table

    @staticmethod
    def of(inputs: Table) -> "Scaling":
        """From the mean and the deviation of (n, d) training inputs."""
        deviation = np.maximum(inputs.std(axis=0), 1e-3 * np.maximum(np.abs(inputs).max(axis=0), 1e-3))
        return Scaling(inputs.mean(axis=0), (LEVELS / deviation).astype(np.float32))

    def standardised(self, inputs: Table) -> Table:
        """(n, d) -> (n, d), limited as INT8 limits it."""
        limited: Table = np.clip((inputs - self.centre) * self.levels_per_unit / LEVELS, -127 / LEVELS, 127 / LEVELS)
        return limited.astype(np.float32)


@dataclass(frozen=True, eq=False)
class Head:
    """Two dense layers: (d, h), (h,), (h, labels), (labels,), and how the inputs are scaled."""

    scaling: Scaling
    enter: Table
    enter_bias: Table
    leave: Table
    leave_bias: Table

    def answers(self, inputs: Table) -> Table:
        """(n, d) -> (n, labels), before any softmax."""
        hidden = np.maximum(self.scaling.standardised(inputs) @ self.enter + self.enter_bias, 0)
        return np.asarray(hidden @ self.leave + self.leave_bias, dtype=np.float32)


def learn(copies: NDArray[np.float32], label: NDArray[np.int64], sex: Table, labels: int, lesson: Lesson) -> Head:
    """(copies, n, d) inputs, the first copy as recorded, and (n,) labels -> several networks in one.

    The mean of the answers of networks with one hidden layer is itself such a network, so nothing is distilled.
    Network number n is drawn from seed n.
    """
    scaling = Scaling.of(copies[0])
    table = torch.from_numpy(np.stack([scaling.standardised(copy) for copy in copies]))
    count = np.bincount(label, minlength=labels)
    weight = torch.from_numpy((count.sum() / (labels * np.maximum(count, 1))).astype(np.float32))
    nets = [
        _train(table, torch.from_numpy(label), torch.from_numpy(sex), weight, lesson, number)
        for number in range(lesson.networks)
    ]
    return _joined(nets, labels, scaling)


def _train(
    table: torch.Tensor, label: torch.Tensor, sex: torch.Tensor, weight: torch.Tensor, lesson: Lesson, seed: int
) -> nn.Sequential:
    torch.manual_seed(seed)
    copies, count, width = table.shape
    labels = len(weight)
    net = nn.Sequential(
        nn.Dropout(lesson.drop_inputs),
        nn.Linear(width, lesson.hidden),
        nn.ReLU(),
        nn.Dropout(lesson.drop_hidden),
        nn.Linear(lesson.hidden, labels + 1),
    )
    wanted = F.one_hot(label, labels) * (1 - lesson.smooth) + lesson.smooth / labels
    steps = max(lesson.epochs * (count // lesson.batch), 2)
    optimizer = torch.optim.AdamW(net.parameters(), lesson.rate, weight_decay=lesson.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lesson.rate, total_steps=steps)
    for _ in range(steps):
        drawn = torch.randint(count, (lesson.batch,))
        copy = torch.randint(min(1, copies - 1), copies, (lesson.batch,)) * (torch.rand(lesson.batch) >= lesson.clean)
        share = float(np.random.default_rng(int(torch.randint(1 << 31, ()))).beta(lesson.mix, lesson.mix))
        other = torch.randperm(lesson.batch)
        inputs, targets, second = (
            share * each + (1 - share) * each[other] for each in (table[copy, drawn], wanted[drawn], sex[drawn])
        )
        answers = net(inputs)
        told = -(targets * weight * torch.log_softmax(answers[:, :-1], 1)).sum(1).mean()
        loss = told + lesson.sex * F.binary_cross_entropy_with_logits(answers[:, -1], second)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    return net


def _joined(nets: list[nn.Sequential], labels: int, scaling: Scaling) -> Head:
    enters, leaves = [_layer(net, 1) for net in nets], [_layer(net, 4) for net in nets]
    mean = np.float32(1 / len(nets))
    leave: Table = np.concatenate([weight[:labels].T for weight, _ in leaves]) * mean
    leave_bias: Table = np.stack([bias[:labels] for _, bias in leaves]).sum(axis=0) * mean
    return Head(
        scaling,
        np.concatenate([weight.T for weight, _ in enters], axis=1),
        np.concatenate([bias for _, bias in enters]),
        leave,
        leave_bias,
    )


def _layer(net: nn.Sequential, place: int) -> tuple[Table, Table]:
    """Weight and bias of a dense layer."""
    layer = net[place]
    assert isinstance(layer, nn.Linear)
    weight, bias = (np.asarray(part.detach().numpy(), dtype=np.float32) for part in (layer.weight, layer.bias))
    return weight, bias
