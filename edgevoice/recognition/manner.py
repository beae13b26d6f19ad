"""Prosody -> plain words."""

from collections.abc import Mapping

from edgevoice.recognition.prosody import Prosody

_NAMES = {
    "pitch_hz": ("pitch", "Hz", 0),
    "pitch_range_semitones": ("melody over", "semitones", 0),
    "level_range_db": ("loudness over", "dB", 0),
    "syllables_per_second": ("syllables", "a second", 1),
}
_SAME = 0.05  # a difference that is not worth a word


def figures(prosody: Prosody) -> dict[str, float]:
    """What people understand, and what is kept of how somebody usually sounds."""
    return {
        "pitch_hz": round(prosody.pitch_hz, 1),
        "pitch_range_semitones": round(prosody.pitch_range_semitones, 2),
        "level_range_db": round(prosody.level_range_db, 1),
        "syllables_per_second": round(prosody.syllables_per_second, 2),
    }


def described(prosody: Prosody, speaker: str | None = None, usual: Mapping[str, float] | None = None) -> str:
    """``pitch 247 Hz (40 % above Ada's usual), melody over 9 semitones, ...``."""
    told = []
    for key, value in figures(prosody).items():
        name, unit, digits = _NAMES[key]
        against = _against(value, usual[key], speaker) if usual and usual.get(key) else ""
        told.append(f"{name} {value:.{digits}f} {unit}{against}")
    return ", ".join([*told, f"{percent(prosody.pause_share)} pauses"])


def percent(share: float) -> str:
    """0..1 in words."""
    return f"{100 * share:.0f} %"


def _against(value: float, usual: float, speaker: str | None) -> str:
    change = value / usual - 1
    whose = f"{speaker}'s usual"
    if abs(change) < _SAME:
        return f" (as is {whose})"
    return f" ({percent(abs(change))} {'above' if change > 0 else 'below'} {whose})"
