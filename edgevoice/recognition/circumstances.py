"""What a score means depends on: how much was said, how clearly, and on how many utterances the voiceprint rests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SECONDS = (0.5, 6.0)  # beyond these limits nothing was measured
_SNR_DB = (0.0, 30.0)
_UTTERANCES = (1, 3)


@dataclass(frozen=True)
class Circumstances:
    """Seconds of speech and SNR in dB of the utterance, utterances behind the voiceprint; the defaults are usual."""

    net_speech_s: float = 3.0
    snr_db: float = 20.0
    utterances: int = 3

    @property
    def deviation(self) -> NDArray[np.float64]:
        """(3,) doublings of the usual seconds, tens of dB over the usual SNR, doublings of the usual utterances.

        Limited to what was measured; a figure that is no number counts as usual, and ``decide`` refuses it anyway.
        """
        found = np.array([self.net_speech_s, self.snr_db, self.utterances], dtype=np.float64)
        usual = np.array([3.0, 20.0, 3.0])
        lowest, highest = np.transpose([_SECONDS, _SNR_DB, _UTTERANCES])
        found = np.clip(np.where(np.isnan(found), usual, found), lowest, highest)
        return np.array([np.log2(found[0] / 3.0), (found[1] - 20.0) / 10.0, np.log2(found[2] / 3.0)])


USUAL = Circumstances()
