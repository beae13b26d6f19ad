"""MFCC -> spoken digits: did this utterance say these digits, in this order? A small INT8 network with CTC scoring.

CTC: A. Graves et al., "Connectionist temporal classification", ICML 2006. The network gives one distribution over
blank and the ten digits for each pair of frames; anything that is not a digit is blank.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, FiniteFloat, TypeAdapter
from pydantic.dataclasses import dataclass as validated

from edgevoice.errors import ModelError
from edgevoice.listening.features import COEFFICIENTS, Cepstra
from edgevoice.recognition.ctc import BLANK, log_probability
from edgevoice.recognition.network_input import FRAME_RATE_DIVISOR, Scale, normalise, refuse_other_front_end, windows
from edgevoice.tflite import Signature, TFLiteModel, read_manifest

LogPosteriors = NDArray[np.float64]
CLASSES = 11  # blank, then the digits 0 to 9
_RAREST = 1e-12  # a posterior is never taken for surer than this


@validated(frozen=True, config=ConfigDict(extra="forbid"))
class Acceptance:
    """far: the share that ``llr`` lets in both of strings with one digit wrong, by voices that training did not hear,
    and of free speech."""

    far: Annotated[float, Field(gt=0, lt=1)]
    llr: FiniteFloat


@validated(frozen=True, config=ConfigDict(extra="forbid"))
class DigitManifest:
    """``digits.json``: what the file beside it is, what it must be fed and which LLR a digit string needs.

    levels_per_unit: INT8 levels per unit of Q10 MFCC, by coefficient; context_frames: input frames that one output
    sees, less one.
    """

    name: str
    sha256: str
    front_end: str
    levels_per_unit: Annotated[tuple[Scale, ...], Field(min_length=COEFFICIENTS, max_length=COEFFICIENTS)]
    context_frames: Annotated[int, Field(ge=0, multiple_of=2)]
    signatures: dict[str, Signature]
    acceptance: Acceptance
    training: dict[str, object]
    licence: str


class DigitModel:
    """Log posteriors from overlapping windows, read greedily or scored against one string."""

    def __init__(self, path: Path) -> None:
        """``path``: the ``.tflite`` file. ModelError: missing, damaged, foreign, or made for another front end."""
        self.manifest = read_manifest(path.with_suffix(".json"), TypeAdapter(DigitManifest))
        refuse_other_front_end(path, self.manifest.front_end)
        if set(self.manifest.signatures) != {"digits"}:
            raise ModelError(f"{path.with_suffix('.json')}: the signature 'digits' wanted: not a model of digits")
        self._signature = self.manifest.signatures["digits"]
        outputs, classes = self._signature.output.shape[1:]
        wanted = self.manifest.context_frames + FRAME_RATE_DIVISOR * outputs
        if self._signature.input.shape != (1, wanted, COEFFICIENTS) or classes != CLASSES:
            raise ModelError(
                f"{path.with_suffix('.json')}: {self._signature.input.shape} -> {self._signature.output.shape}; "
                f"(1, {wanted}, {COEFFICIENTS}) -> (1, {outputs}, {CLASSES}) wanted; reinstall the models"
            )
        self._model = TFLiteModel(path, self.manifest.sha256, self.manifest.signatures)
        self._levels = np.array(self.manifest.levels_per_unit, dtype=np.float32)

    def said(self, mfcc: Cepstra) -> str:
        """(n, 40) MFCC Q10 of one utterance, n >= 1 -> the digits in it, each output's likeliest class; "" for none."""
        return read(self.posteriors(mfcc))

    def llr(self, mfcc: Cepstra, digits: str) -> float:
        """(n, 40) MFCC Q10 -> ``log_odds`` of these digits."""
        return log_odds(self.posteriors(mfcc), digits)

    def accepts(self, mfcc: Cepstra, digits: str) -> bool:
        """Whether these digits were said, at the threshold that the manifest names; "" is never accepted."""
        return digits != "" and self.llr(mfcc, digits) >= self.manifest.acceptance.llr

    def posteriors(self, mfcc: Cepstra) -> LogPosteriors:
        """(n, 40) MFCC Q10 -> (ceil(n / 2), 11) log probabilities of blank and 0 to 9."""
        levels = normalise(mfcc, self._levels)
        outputs = self._signature.output
        cuts = windows(levels, self.manifest.context_frames, outputs.shape[1])
        stored = np.concatenate([self._model.run("digits", cut[None])[0] for cut in cuts])
        kept = stored[: -(-len(levels) // FRAME_RATE_DIVISOR)].astype(np.float64)
        logits = (kept - outputs.quantization.zero_point) * outputs.quantization.scale
        shifted = logits - logits.max(axis=1, keepdims=True)
        normalised: LogPosteriors = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return normalised


def read(posteriors: LogPosteriors) -> str:
    """(n, 11) -> the likeliest class of each output, repeats joined and blanks left out."""
    best = posteriors.argmax(axis=1)
    starts = np.flatnonzero(np.diff(best, prepend=BLANK))
    return "".join(str(symbol - 1) for symbol in best[starts] if symbol != BLANK)


def log_odds(posteriors: LogPosteriors, digits: str) -> float:
    """How much likelier it is that exactly these digits were said than anything else, silence and free speech included.

    log P / (1 - P) with the CTC probability P of the string, natural logarithm, within +-27.7.
    """
    probability = float(np.exp(log_probability(posteriors, [int(digit) + 1 for digit in digits])))
    probability = min(max(probability, _RAREST), 1 - _RAREST)
    return float(np.log(probability / (1 - probability)))
