"""Utterance -> Quality: how good the sound was, in the three figures that the rules ask for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quality:
    """net_speech_s: seconds of frames judged speech; snr_db: their mean level over the tracked noise;
    clipped_share: share of samples at full scale, 0..1."""

    net_speech_s: float
    snr_db: float
    clipped_share: float
