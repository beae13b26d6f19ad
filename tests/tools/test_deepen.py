"""A deepened network says what it said before, and its new blocks can learn."""

import pytest
import torch
from torch import Tensor, nn

from tools.pruning_curve import macs_per_second
from tools.training.deepen import deepened
from tools.training.xvector import Shape, XVector, context_frames, statistics


def network() -> XVector:
    """A small one whose normalisations have seen something."""
    torch.manual_seed(0)
    made = XVector(Shape(stem=(4, 6, 8), channels=16, inner=(8,) * 5, pooled=12))
    for _ in range(3):
        made(torch.randn(4, 120, 40))
    return made.eval()


@pytest.mark.parametrize("residual", [(1, 1), (2, 1), (1, 3), (3, 4)])
def test_says_the_same_of_the_same_frames(residual: tuple[int, int]) -> None:
    before = network()
    after = deepened(before, residual)
    margin = (context_frames(after.shape) - context_frames(before.shape)) // 2
    mfcc = torch.randn(2, 160, 40)
    with torch.inference_mode():
        wanted = before.frames(mfcc[:, margin : 160 - margin])
        assert torch.equal(after.frames(mfcc), wanted)
        assert torch.equal(after.segment(statistics(wanted)), before.segment(statistics(wanted)))
    assert after.shape.residual == residual
    assert len(after.frames.stem) == 3 + sum(residual)


def test_new_blocks_learn() -> None:
    learner = deepened(network(), (2, 2)).train()
    optimizer = torch.optim.SGD(learner.parameters(), lr=0.1)
    before = [block.convolution.weight.clone() for block in learner.frames.stem_blocks()]
    for _ in range(3):
        optimizer.zero_grad()
        learner(torch.randn(4, 120, 40)).square().mean().backward()
        optimizer.step()
    after = [block.convolution.weight for block in learner.frames.stem_blocks()]
    assert all(not torch.equal(*pair) for pair in zip(before, after, strict=True))


def test_takes_no_block_out() -> None:
    with pytest.raises(ValueError, match=r"found \(2, 1\), \(1, 3\) wanted"):
        deepened(deepened(network(), (2, 1)), (1, 3))


@pytest.mark.parametrize("residual", [(1, 1), (3, 4)])
def test_multiplications_are_those_of_every_layer_however_deep_the_stem(residual: tuple[int, int]) -> None:
    deep, seconds, counted = deepened(network(), residual), 60, 0

    def count(layer: nn.Module, _: tuple[Tensor], output: Tensor) -> None:
        nonlocal counted
        assert isinstance(layer, nn.Conv2d | nn.Linear)
        counted += output.numel() * layer.weight[0].numel()

    for layer in deep.frames.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(count)
    with torch.inference_mode():
        deep.frames(torch.randn(1, 100 * seconds, 40))
    assert counted / seconds == pytest.approx(macs_per_second(deep), rel=0.03)  # less context at both ends


def test_a_seed_makes_the_same_new_blocks_whatever_was_drawn_before() -> None:
    before = network()
    made = []
    for seed in (1, 1, 2):
        torch.rand(1)
        made.append(deepened(before, (2, 2), seed).state_dict())
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])
    assert not all(torch.equal(made[0][name], made[2][name]) for name in made[0])
