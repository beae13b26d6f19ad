"""Frame -> Utterance | None (voice activity, hangover, longest length)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgevoice.listening.quality import Quality


@dataclass(frozen=True, eq=False)
class Utterance:
    """What somebody said between two pauses.

    mfcc: (frames, 40) int32, Q10, before cepstral mean removal; start_s, end_s: seconds in the stream.
    """

    mfcc: NDArray[np.int32]
    start_s: float
    end_s: float
    quality: Quality
