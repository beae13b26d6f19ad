"""Several processes train one network: ``torchrun --nproc-per-node 2 -m tools.refine ...``; alone without torchrun.

On a desktop's cores two processes of one thread each are faster than one of two threads, and far faster when other
programs want the cores too: they meet once a step instead of once an operation.
"""

import os

import torch
from torch import nn
from torch.distributed import init_process_group
from torch.nn.parallel import DistributedDataParallel

RANK = int(os.environ.get("RANK", "0"))
PROCESSES = int(os.environ.get("WORLD_SIZE", "1"))


def shared(network: nn.Module) -> nn.Module:
    """The network itself, or, under torchrun, one whose gradients are averaged over the processes."""
    if PROCESSES == 1:
        return network
    init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return DistributedDataParallel(network, broadcast_buffers=False)
