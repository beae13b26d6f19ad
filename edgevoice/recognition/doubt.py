"""How little a clip tells of a voice, as one component more of its embedding, so that the cosine takes it into account.

A voice that was heard for long, or whose vector came out long because it lies far from the middle of all voices, is
turned less by whatever else is in the sound: two clips of one person then have a high cosine, and a middling one says
that they are two. Short clips and short vectors deserve allowance. Knowing the seconds and the length of the vector
beside the score is usual (J. Thienpondt et al., "The IDLAB VoxSRC-20 submission", ICASSP 2021); as a component it goes
wherever the embedding goes, into the mean of an enrolment and into the database too.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, FiniteFloat
from pydantic.dataclasses import dataclass

Vector = NDArray[np.float32]

_USUAL_SECONDS = 3.0
# Less speech, or a shorter vector, is given no more allowance: a stranger could make either.
_SECONDS = (2.5, 8.0)
_DOUBLINGS = 0.4  # of the usual length, either way


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Doubt:
    """What ``tools.calibrate`` finds on training voices.

    usual_length: median length of the network's vectors; by_seconds, by_length: what a doubling adds, mostly less than
    nothing; within their bounds a doubt is above 0.
    """

    usual_length: Annotated[FiniteFloat, Field(gt=0)]
    by_seconds: Annotated[FiniteFloat, Field(ge=-0.4, le=0.4)]
    by_length: Annotated[FiniteFloat, Field(ge=-1, le=1)]

    def beside(self, vector: Vector, seconds: float) -> Vector:
        """(d,) finite, as the network gives it for so many seconds of sound -> (d + 1,) of unit length: voice, doubt.

        With doubts of 1 and cosine c of the voices the cosine is (c + 1) / 2.
        """
        length = max(float(np.linalg.norm(vector)), 1e-9)
        doubt = 1 + self.by_seconds * said(seconds) + self.by_length * self.stands_out(length)
        both = np.append(vector / length, doubt)
        return np.asarray(both / np.linalg.norm(both), dtype=np.float32)

    def stands_out(self, length: float | NDArray[np.floating]) -> NDArray[np.floating]:
        """Length or lengths (n,) -> doublings of the usual one, limited to 0.4 either way."""
        return np.asarray(np.clip(np.log2(length / self.usual_length), -_DOUBLINGS, _DOUBLINGS))


def said(seconds: float | NDArray[np.floating]) -> NDArray[np.floating]:
    """Seconds of sound, one or (n,) -> doublings of the usual 3 s, limited to those of 2.5 and 8 s."""
    return np.asarray(np.log2(np.clip(seconds, *_SECONDS) / _USUAL_SECONDS))
