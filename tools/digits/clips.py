"""Clips of digits and of free speech -> MFCC as the device has them, clean and as a door would hear them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgevoice.errors import SettingsError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import SAMPLE_RATE, Samples
from edgevoice.listening.features import Cepstra
from tools.digits.plan import Use
from tools.hear import front_end, spoken_parts
from tools.index import read_index
from tools.training.augment import Surroundings, change_speed, disturb
from tools.training.throat import change_throat, draw_throat

SHORTEST_FRAMES = 30
HISS = 8  # of full scale 32767, RMS: -72 dBFS
LEAD, TAIL = 2 * SAMPLE_RATE, SAMPLE_RATE // 2  # of silence; the front end learns the noise in it
FREE_SETS = (
    *("unlabelled/intents", "unlabelled/wakewords", "unlabelled/precise"),
    *("train/librispeech251", "train/speechocean762"),
)
CALIBRATION_SETS = ("unlabelled/commonvoice_en",)
HELD_OUT_SETS = ("dev/librispeech10", "dev/speechocean762")
_LONGEST_S = 5.0  # of free speech
_WIDEST_THROAT = 1.15


@dataclass(frozen=True)
class Spoken:
    """A clip: the file, who says it, and the digits; "" for free speech."""

    path: Path
    voice: str
    digits: str


@dataclass(frozen=True, eq=False)
class Heard:
    """(n, 40) MFCC Q10 of one utterance, the digits in it, and its voice."""

    mfcc: Cepstra
    digits: str
    voice: str


def digit_clips(folder: Path, use: Use) -> list[Spoken]:
    """What tools.digits_speech made for this use; SettingsError where there is none."""
    found = [
        Spoken(path, path.parent.name, match[1])
        for path in sorted((folder / use.value).rglob("*.opus"))
        if (match := re.fullmatch(r"\d+-(\d+)", path.stem))
    ]
    if not found:
        raise SettingsError(f"{folder / use.value}: no clip of digits found; run python -m tools.digits_speech first")
    return found


def free_clips(root: Path, sets: Sequence[str], count: int, seed: int) -> list[Spoken]:
    """Clips of ordinary speech, drawn from sets of an index (``split/set``)."""
    rows = [row for row in read_index(root) if row["kind"] == "speech" and f"{row['split']}/{row['set']}" in sets]
    drawn = np.random.default_rng(seed).permutation(len(rows))[:count]
    return [Spoken(root / rows[row]["path"], rows[row]["speaker"] or rows[row]["path"], "") for row in drawn]


def heard(samples: Samples) -> Cepstra | None:
    """The longest utterance that the device would cut out of a clip; None where it hears none."""
    frames = front_end(samples)
    start, stop = max(spoken_parts(frames), key=lambda part: part[1] - part[0], default=(0, 0))
    return frames.mfcc[start:stop] if stop - start >= SHORTEST_FRAMES else None


def in_quiet(samples: Samples) -> Samples:
    """With seconds of a microphone's hiss around it, so that a noise that is added begins before the speech, as at a
    door."""
    padded = np.pad(samples, (LEAD, TAIL))
    return (padded + np.random.default_rng(0).normal(0, HISS, len(padded))).clip(-32768, 32767).astype(np.int16)


def whole(samples: Samples) -> Cepstra | None:
    """From the begin of the first utterance to the end of the last: all that is said, pauses too; None for nothing."""
    frames = front_end(samples)
    parts = spoken_parts(frames)
    if not parts or parts[-1][1] - parts[0][0] < SHORTEST_FRAMES:
        return None
    return frames.mfcc[parts[0][0] : parts[-1][1]]


def copies(clips: Sequence[Spoken], count: int, surroundings: Surroundings, seed: int) -> Iterator[Heard]:
    """Each clip as it is, and ``count`` times by another throat, at another speed, in other rooms and noises."""
    rng = np.random.default_rng(seed)
    for clip in clips:
        original = read_sound(clip.path)
        if not clip.digits:
            original = original[: int(_LONGEST_S * SAMPLE_RATE)]
        disturbed = (disturb(in_quiet(_another_voice(original, rng)), surroundings, rng) for _ in range(count))
        for sound in (original, *disturbed):
            mfcc = whole(sound)
            # CTC needs an output for each digit and a blank between equal ones.
            if mfcc is not None and len(mfcc) > 12 * len(clip.digits):
                yield Heard(mfcc, clip.digits, clip.voice)


def _another_voice(samples: Samples, rng: np.random.Generator) -> Samples:
    return change_throat(change_speed(samples, float(rng.uniform(0.87, 1.17))), draw_throat(rng, _WIDEST_THROAT))
