"""Weights rounded for what a layer hears: on their grid, with less lost than by rounding each to the nearest."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.test_batches import SCALE, corpus
from tools.quantize import heard
from tools.training.rounding import STEPS, on_grid, round_weights
from tools.training.student import Student
from tools.training.xvector import Shape, XVector

SHAPE = Shape(channels=16, inner=(8,) * 5, pooled=16)


def behind_a_relu(inputs: int, seed: int) -> torch.Tensor:
    """(500, inputs) that go together, as channels do."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(np.maximum(rng.normal(size=(500, 4)) @ rng.normal(size=(4, inputs)), 0))


def nearest(weights: torch.Tensor) -> torch.Tensor:
    step = weights.abs().amax(dim=1, keepdim=True) / STEPS
    return torch.round(weights / step) * step


@given(st.integers(1, 12), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_every_weight_is_on_the_grid_of_its_row_and_the_largest_stays(outputs: int, inputs: int, seed: int) -> None:
    weights = torch.from_numpy(np.random.default_rng(seed).normal(size=(outputs, inputs)))
    heard = behind_a_relu(inputs, seed)
    rounded = on_grid(weights, heard.T @ heard / len(heard))
    steps = rounded / (weights.abs().amax(dim=1, keepdim=True) / STEPS)
    assert torch.allclose(steps, steps.round(), atol=1e-9)
    assert torch.equal(rounded.abs().amax(dim=1), weights.abs().amax(dim=1))


@pytest.mark.parametrize("seed", range(5))
def test_less_than_half_of_what_nearest_loses_is_lost_of_the_output(seed: int) -> None:
    weights = torch.from_numpy(np.random.default_rng(seed).normal(size=(32, 64)))
    heard = behind_a_relu(64, seed)
    lost, lost_by_nearest = (
        float((heard @ (each - weights).T).square().mean())
        for each in (on_grid(weights, heard.T @ heard / len(heard)), nearest(weights))
    )
    assert lost < 0.5 * lost_by_nearest


def test_a_row_of_zeros_and_an_input_that_is_never_heard_are_no_error() -> None:
    weights = torch.tensor([[0.0, 0.0], [1.0, 0.3]])
    rounded = on_grid(weights, torch.zeros(2, 2).double())
    assert torch.equal(rounded[0], torch.zeros(2))
    assert rounded[1].tolist() == pytest.approx([1.0, 38 / 127])


def test_every_layer_of_a_network_is_rounded_and_it_says_nearly_the_same() -> None:
    torch.manual_seed(0)
    student = Student(XVector(SHAPE).eval(), SCALE)
    layers = {name: weights.clone() for name, weights in student.network.named_parameters() if weights.ndim > 1}
    crop = next(heard(student, corpus(4), 1))
    with torch.inference_mode():
        before = student.network(crop)
        round_weights(student.network, heard(student, corpus(4), 4))
        after = student.network(crop)
    assert float(torch.cosine_similarity(before, after)) > 0.99
    for name, weights in student.network.named_parameters():
        if weights.ndim > 1:
            rows = weights.flatten(1)
            steps = rows / (layers[name].flatten(1).abs().amax(dim=1, keepdim=True) / STEPS)
            assert torch.allclose(steps, steps.round(), atol=1e-3), name
            assert not torch.equal(weights, layers[name]), name
