"""Whether a sound is good enough to judge a voice by: the same gates at the door and at enrolment, in plain words."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from pydantic import Field

from edgevoice.listening.quality import Quality

NO_SPEECH = "no speech was heard: say a whole sentence"
"""What is wrong with a sound in which nobody speaks."""

QUIET_DBFS = -45.0
"""Speech below this level comes from afar, or the microphone is turned down: it is not the noise that is loud."""


MIN_AGREEMENT = 0.22
"""Cosine of the voices of an utterance's halves that 99 of 100 utterances of one person reach from 4 s on, of two
people 31 to 48 (``python -m tools.ear.two_voices``)."""


@dataclass(frozen=True)
class SoundLimits:
    """What a sentence must fulfil at the door; at enrolment two of them are stricter."""

    min_net_speech_s: Annotated[float, Field(ge=0.3, le=10)] = 1.0
    """Seconds of speech without its pauses, 0.3..10."""
    min_snr_db: Annotated[float, Field(ge=0, le=60)] = 6.0
    """Level of the speech over the noise in dB, 0..60."""
    max_clipped_share: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Largest share of samples at full scale, 0..1."""
    max_dropped_share: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Largest share of the speech that may lie in dropouts, 0..1."""
    max_offset_share: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Largest offset of the microphone, as a share of full scale, 0..1."""


class Flaw(Enum):
    """What is wrong with a sentence."""

    TOO_SHORT = "too short"
    TOO_FAR = "too far away"
    TOO_NOISY = "too noisy"
    TOO_LOUD = "too loud"
    BROKEN = "broken sound"
    SAME_RECORDING = "the same recording twice"
    OTHER_VOICE = "another voice"
    ALREADY_ENROLLED = "already enrolled"


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a sentence: the kind, and in plain words what was found, what was wanted and what to do."""

    flaw: Flaw
    told: str


_CHECK = "if it stays so, check the microphone's plug (`edgevoice check`)"

# Each asks whether the figure is good, and never whether it is bad: NaN is then never good.


def too_short(quality: Quality, limits: SoundLimits) -> str | None:
    """What is wrong with the length and what to do, None where it is enough."""
    if quality.net_speech_s >= limits.min_net_speech_s:
        return None
    found, wanted = figures(quality.net_speech_s, limits.min_net_speech_s)
    return f"too short: {found} s of speech, {wanted} s wanted: say a whole sentence"


def too_noisy(quality: Quality, limits: SoundLimits) -> str | None:
    """What is wrong with the distance to the noise and what to do, None where it is enough."""
    if quality.snr_db >= limits.min_snr_db:
        return None
    found, wanted = figures(quality.snr_db, limits.min_snr_db)
    told = f"speech {found} dB over the noise, {wanted} dB wanted"
    if quality.speech_dbfs < QUIET_DBFS:
        return f"too far away: {told}, and only {quality.speech_dbfs:.0f} dBFS loud: come closer and speak up"
    return f"too noisy: {told}: come closer, or wait until it is quieter"


def clipped(quality: Quality, limits: SoundLimits) -> str | None:
    """What is wrong with the loudness and what to do, None where it is not."""
    if quality.clipped_share <= limits.max_clipped_share:
        return None
    found, wanted = figures(100 * quality.clipped_share, 100 * limits.max_clipped_share)
    return (
        f"too loud: {found} % of the sound is clipped, at most {wanted} % allowed: speak softer, or from further away"
    )


def broken(quality: Quality, limits: SoundLimits) -> str | None:
    """What is wrong with the sound itself and what to do, None where nothing is."""
    if not quality.dropped_share <= limits.max_dropped_share:
        found, wanted = figures(100 * quality.dropped_share, 100 * limits.max_dropped_share)
        return f"the sound breaks off: {found} % of it is missing, at most {wanted} % allowed: say it again; {_CHECK}"
    if not quality.offset_share <= limits.max_offset_share:
        found, wanted = figures(100 * quality.offset_share, 100 * limits.max_offset_share)
        return f"the microphone is off centre: by {found} % of full scale, at most {wanted} % allowed; {_CHECK}"
    return None


def two_voices(agreement: float | None, least: float) -> str | None:
    """What is wrong with an utterance whose halves sound unlike each other, None where nothing is known of it."""
    if agreement is None or agreement >= least:
        return None
    found, wanted = figures(agreement, least)
    return f"two people spoke: the two halves agree by {found}, {wanted} wanted: one at a time"


def complaints(quality: Quality, limits: SoundLimits) -> list[Complaint]:
    """All that is wrong with a sound, empty where it is good. What clipping and gaps add to it may pass for noise, so
    they are told before that."""
    found = {
        Flaw.TOO_SHORT: too_short(quality, limits),
        Flaw.TOO_LOUD: clipped(quality, limits),
        Flaw.BROKEN: broken(quality, limits),
        Flaw.TOO_FAR if quality.speech_dbfs < QUIET_DBFS else Flaw.TOO_NOISY: too_noisy(quality, limits),
    }
    return [Complaint(flaw, told) for flaw, told in found.items() if told is not None]


def figures(found: float, wanted: float) -> tuple[str, str]:
    """Both numbers with as many decimals as tell them apart, one at least, six at most."""
    for decimals in range(1, 7):
        pair = f"{found:.{decimals}f}", f"{wanted:.{decimals}f}"
        if pair[0] != pair[1]:
            break
    return pair
