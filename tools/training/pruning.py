"""Whole channels taken out of every TDNN block, the least important first.

A channel's importance is the norm of what it can add to its block's output: the deviation that its batch normalisation
lets through times the norm of its outgoing weights.
"""

from dataclasses import replace

from torch import Tensor, nn

from tools.training.xvector import TdnnBlock, XVector


def importance(block: TdnnBlock) -> Tensor:
    """(inner,) how much each inner channel can add to the block's output."""
    outgoing: Tensor = block.back.weight[:, :, 0, 0].norm(dim=0)
    return block.norm.weight.abs() * outgoing


def pruned(network: XVector, share: float) -> XVector:
    """The same network with this share (0..1) of all inner channels taken out, the least important of each block."""
    keeps = [
        importance(block).topk(round(len(importance(block)) * (1 - share))).indices.sort().values
        for block in network.frames.tdnn_blocks()
    ]
    smaller = XVector(replace(network.shape, inner=tuple(len(keep) for keep in keeps)))
    weights = network.state_dict()
    for number, keep in enumerate(keeps):
        prefix = f"frames.blocks.{number}."
        for name in ("context.weight", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"):
            weights[prefix + name] = weights[prefix + name][keep]
        weights[prefix + "back.weight"] = weights[prefix + "back.weight"][:, keep]
    smaller.load_state_dict(weights)
    return smaller


def parameters(network: nn.Module) -> int:
    """Number of weights."""
    return sum(weight.numel() for weight in network.parameters())
