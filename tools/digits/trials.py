"""The model on clips: what it reads, and how likely it finds the right string and wrong ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgevoice.hardware.sound_file import read_sound
from edgevoice.listening.capture import Samples
from edgevoice.recognition.digits import DigitModel, log_odds, read
from tools.digits.clips import Spoken, heard, in_quiet
from tools.measure.conditions import Conditions, disturbed

LENGTH = 4  # digits of a challenge
OTHERS = 4  # strings altogether other, tried on each clip
NOISE_DB = 10.0


@dataclass(frozen=True)
class Trial:
    """One clip. said: the digits in it, "" for free speech; read: what the model reads; LLRs: of what was said
    (None for free speech), of strings with one digit wrong (one a place; none for free speech), of other strings.

    All LLRs are -inf and ``read`` is None where the device finds no utterance.
    """

    said: str
    read: str | None
    right: float | None
    one_wrong: tuple[float, ...]
    other: tuple[float, ...]


def try_all(model: DigitModel, clips: Sequence[Spoken], noise: Path | None, seed: int = 0) -> Iterator[Trial]:
    """Each clip clean, or in a sound of the folder ``noise`` 10 dB below the speech."""
    rng = np.random.default_rng(seed)
    for clip in clips:
        samples = _at_the_door(read_sound(clip.path), clip.path.name, noise)
        wrong, others = _one_wrong(clip.digits, rng), _others(clip.digits, rng)
        mfcc = heard(samples)
        if mfcc is None:
            yield Trial(clip.digits, None, -np.inf, (-np.inf,) * len(wrong), (-np.inf,) * len(others))
            continue
        posteriors = model.posteriors(mfcc)
        yield Trial(
            clip.digits,
            read(posteriors),
            log_odds(posteriors, clip.digits) if clip.digits else None,
            tuple(log_odds(posteriors, string) for string in wrong),
            tuple(log_odds(posteriors, string) for string in others),
        )


def _at_the_door(samples: Samples, name: str, noise: Path | None) -> Samples:
    """Between quiet, or between the noise that also lies under it."""
    padded = in_quiet(samples)
    # The silence counts in the mean power of what is mixed; the SNR is meant over the clip alone.
    snr_db = NOISE_DB - 10 * float(np.log10(len(padded) / len(samples)))
    return disturbed(padded, name, Conditions(noise=noise, snr_db=snr_db))


def _one_wrong(digits: str, rng: np.random.Generator) -> list[str]:
    """A string for each place, another digit in it."""
    changed = [(int(digit) + int(rng.integers(1, 10))) % 10 for digit in digits]
    return [f"{digits[:place]}{digit}{digits[place + 1 :]}" for place, digit in enumerate(changed)]


def _others(digits: str, rng: np.random.Generator) -> list[str]:
    drawn: list[str] = []
    while len(drawn) < OTHERS:
        string = "".join(map(str, rng.integers(10, size=LENGTH)))
        if string != digits:
            drawn.append(string)
    return drawn


def edits(read_digits: str, said: str) -> int:
    """Fewest insertions, deletions and substitutions (V. Levenshtein, 1966)."""
    row = list(range(len(said) + 1))
    for i, got in enumerate(read_digits, 1):
        before, row[0] = row[0], i
        for j, wanted in enumerate(said, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (got != wanted))
    return row[-1]
