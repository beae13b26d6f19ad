"""What a microphone gives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000  # Hz; everything behind a microphone runs at this rate
SAMPLES_PER_BLOCK = 1_280  # 80 ms: what the drivers deliver; listening takes any size

Samples = NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class AudioBlock:
    """A run of mono samples (n,), int16 at 16 kHz, and where it stands in the stream."""

    samples: Samples
    start_sample: int
