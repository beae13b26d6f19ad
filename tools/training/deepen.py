"""More stem blocks for a trained network, which says at first what it said before."""

from dataclasses import replace

import torch
from torch import nn

from tools.training.xvector import XVector

_STEM = "frames.stem."


def deepened(network: XVector, residual: tuple[int, int], seed: int = 0) -> XVector:
    """The same network with so many residual stem blocks at half and at a quarter of the bands; ``seed``: of the new.

    A new block stands behind the others of its kind and adds nothing until it has learned to (a batch normalisation of
    gain 0): T. Chen et al., "Net2Net", ICLR 2016; P. Goyal et al., 2017. ValueError where it has more already.
    """
    at_half, at_quarter = (wanted - have for wanted, have in zip(residual, network.shape.residual, strict=True))
    if min(at_half, at_quarter) < 0:
        raise ValueError(f"residual stem blocks: found {network.shape.residual}, {residual} wanted; none is taken out")
    torch.manual_seed(seed)
    deeper = XVector(replace(network.shape, residual=residual))
    quarter_from = 2 + network.shape.residual[0]
    moved = [old + at_half * (old >= quarter_from) for old in range(len(network.frames.stem))]
    weights = deeper.state_dict()
    weights.update({_moved(name, moved): value for name, value in network.state_dict().items()})
    deeper.load_state_dict(weights)
    for place, block in enumerate(deeper.frames.stem_blocks()):
        if place not in moved:
            nn.init.zeros_(block.norm.weight)
    return deeper.train(network.training)


def _moved(name: str, moved: list[int]) -> str:
    if not name.startswith(_STEM):
        return name
    place, part = name.removeprefix(_STEM).split(".", 1)
    return f"{_STEM}{moved[int(place)]}.{part}"
