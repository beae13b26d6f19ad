"""What a score means depends on: how much was said, how clearly, and on how many utterances the voiceprint rests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Of the seconds it is what the doubt of the embeddings leaves over. Below two seconds and in noise nothing is given:
# that let more strangers in than promised, among people whom the calibration did not know and who all said the same.
_SECONDS = (2.0, 6.0)
_SNR_DB = (20.0, 30.0)
_UTTERANCES = (1, 3)
_USUAL = (3.0, 20.0, 3)  # of each


@dataclass(frozen=True)
class Circumstances:
    """Seconds of speech and SNR in dB of the utterance, utterances behind the voiceprint; the defaults are usual."""

    net_speech_s: float = _USUAL[0]
    snr_db: float = _USUAL[1]
    utterances: int = _USUAL[2]

    @property
    def deviation(self) -> NDArray[np.float64]:
        """(3,) doublings of the usual seconds, tens of dB over the usual SNR, doublings of the utterances.

        Limited; a figure that is no number counts as usual, and ``decide`` refuses it anyway.
        """
        found = np.array([self.net_speech_s, self.snr_db, self.utterances], dtype=np.float64)
        lowest, highest = np.transpose([_SECONDS, _SNR_DB, _UTTERANCES])
        said, snr_db, utterances = np.clip(np.where(np.isnan(found), _USUAL, found), lowest, highest)
        return np.array([np.log2(said / _USUAL[0]), (snr_db - _USUAL[1]) / 10.0, np.log2(utterances / _USUAL[2])])


USUAL = Circumstances()
