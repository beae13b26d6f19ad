"""What a score means: the constants that ``tools.calibrate`` writes into the manifest."""

from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import ConfigDict, Field, FiniteFloat, model_validator
from pydantic.dataclasses import dataclass

from edgevoice.errors import SettingsError
from edgevoice.recognition.circumstances import USUAL, Circumstances


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Calibration:
    """score -> log-likelihood ratio (natural logarithm), and the LLR that each false-accept rate asks for.

    llr = slope * score + offset + offset_by . deviation of the circumstances (logistic regression, N. Bruemmer and J.
    du Preez, 2006, with side information, M. I. Mandasari et al., IEEE TASLP 21, 2013). ``far``, ``llr_at_far``: the
    false-accept rates, falling, at which the LLR threshold was measured, on the non-target trials it was fitted on.
    cohort: file beside the manifest with (c, d) INT8 embeddings for AS-norm; cohort_sha256: of that file; top: how many
    of the nearest cohort voices normalise a score; 0: none, the score is the cosine.
    """

    slope: Annotated[FiniteFloat, Field(gt=0)]
    offset: FiniteFloat
    far: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Field(min_length=2)]
    llr_at_far: tuple[FiniteFloat, ...]
    cohort: str
    cohort_sha256: str
    top: Annotated[int, Field(ge=0)]
    offset_by: tuple[FiniteFloat, FiniteFloat, FiniteFloat] = (0.0, 0.0, 0.0)

    @model_validator(mode="after")
    def _rates_and_thresholds_belong_together(self) -> "Calibration":
        if len(self.far) != len(self.llr_at_far):
            raise ValueError(f"{len(self.far)} rates and {len(self.llr_at_far)} thresholds; as many of each wanted")
        if not all(rarer < rate for rate, rarer in pairwise(self.far)):
            raise ValueError("the rates must fall")
        if not all(lower <= higher for lower, higher in pairwise(self.llr_at_far)):
            raise ValueError("the thresholds must not fall: a rarer false accept asks for more")
        return self

    def llr(self, score: float, circumstances: Circumstances = USUAL) -> float:
        """Normalised score -> calibrated log-likelihood ratio."""
        return self.slope * score + self.offset + float(circumstances.deviation @ self.offset_by)

    def threshold(self, false_accept_rate: float) -> float:
        """The LLR that non-targets reach at this rate; SettingsError outside the measured range.

        Linear in log(rate) between the measured points.
        """
        if not self.far[-1] <= false_accept_rate <= self.far[0]:
            raise SettingsError(
                f"a false-accept rate of {false_accept_rate:g} for one comparison was never measured; this model's "
                f"calibration covers {self.far[-1]:g} to {self.far[0]:g}: choose a rate within, or enrol fewer people"
            )
        return float(np.interp(-np.log(false_accept_rate), -np.log(self.far), self.llr_at_far))
