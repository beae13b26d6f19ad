"""A voice made after somebody's: the attacker has recordings of the person, the door's own model, and Kokoro."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from edgevoice.listening.capture import Samples
from edgevoice.listening.utterance import Utterance
from tools.attacks import Change, to_samples
from tools.attacks.voices import heard
from tools.synthetic.blends import Blend, mix
from tools.synthetic.kokoro import Engine, Voice, speak

VOICES, BLENDS, STEPS = 6, 12, 6  # the voices that are mixed, mixtures tried, and small changes of the best
_BANDS = 33  # that the spectrum is matched in, so that the other sentence does not matter
_MOST_DB = 20.0

TRIED = "The kettle is on in the kitchen and the paper is on the table."
"""What is said while the voice is sought."""
SAID = (
    "It's me, please open the front door because I have the shopping with me.",
    "I'm home early this evening so let me in before the rain starts.",
    "Every Thursday the bread van stops at the corner just before nine o'clock.",
)
"""What is said at the door."""

Likeness = Callable[[Samples], float]
"""A sound -> the LLR that the door would find for the person; minus infinity where it hears no voice."""


@dataclass(frozen=True)
class Machine:
    """Kokoro with its voices."""

    engine: Engine
    voices: dict[str, Voice]

    def say(self, blend: Blend, text: str, played: Change) -> Samples:
        """A sentence in this voice, as the attacker plays it."""
        sound = to_samples(speak(self.engine, mix(blend, self.voices), text, 1.0, "en-us") * 20_000)
        return played(sound, np.random.default_rng(0))


def spectrum_of(recording: Samples) -> Change:
    """An equaliser that gives a sound the long-term spectrum of somebody's recording."""
    wanted = _long_term(recording)

    def change(samples: Samples, _: np.random.Generator) -> Samples:
        decibels = np.clip(wanted - _long_term(samples), -_MOST_DB, _MOST_DB)
        spectrum = np.fft.rfft(samples.astype(np.float64))
        place = np.linspace(0, _BANDS - 1, len(spectrum))
        shape = 10 ** (np.interp(place, np.arange(_BANDS), decibels) / 20)
        return to_samples(np.fft.irfft(spectrum * shape, len(samples)))

    return change


def likeness(llr_of: Callable[[Utterance], float]) -> Likeness:
    """What the attacker climbs by: the door's own judgement of a sound."""

    def judge(samples: Samples) -> float:
        return max(map(llr_of, heard(samples)), default=-np.inf)

    return judge


def imitate(machine: Machine, nearest: Sequence[str], judge: Likeness, played: Change, seed: int) -> Blend:
    """The mixture of the nearest voices that comes closest: random ones first, then small changes of the best."""
    rng = np.random.default_rng(seed)

    def score(blend: Blend) -> float:
        return judge(machine.say(blend, TRIED, played))

    def mixture(concentration: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Blend:
        weights = rng.dirichlet(concentration)
        return Blend("mimic", tuple(nearest), tuple(float(weight) for weight in weights))

    tried = [(score(blend), blend) for blend in (mixture(np.full(len(nearest), 0.5)) for _ in range(BLENDS))]
    best_score, best = max(tried, key=lambda each: each[0])
    for _ in range(STEPS):
        closer = mixture(20 * np.array(best.weights) + 0.1)
        found = score(closer)
        if found > best_score:
            best_score, best = found, closer
    return best


def _long_term(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Level in dB of each band, over all of a sound."""
    power = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    bands = np.array_split(power, _BANDS)
    levels = [float(10 * np.log10(band.mean() + 1.0)) for band in bands]
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = np.array(levels) - float(10 * np.log10(len(samples)))
    return found
