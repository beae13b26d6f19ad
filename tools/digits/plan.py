"""Who says which digits: drawn from a seed, so that any one clip can be made again alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from tools.synthetic.take import generator

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

HELD_OUT = (
    *("af_heart", "af_kore", "am_eric", "am_michael", "bf_emma", "bm_lewis"),  # the people of the visit
    "af_bella",  # the voice of the English prompts
    *("af_sky", "am_adam", "am_puck", "bm_george", "ef_dora"),
)
"""Kokoro's voices that nothing is trained on; neither is anything that flite or festival says."""

FLITE = ("awb", "kal16", "rms", "slt")
FESTIVAL = ("kal_diphone", "cmu_us_slt_arctic_hts")
ACCENTS = ("en-us", "en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029")
VARIANTS = (
    *(f"f{number}" for number in range(1, 6)),
    *(f"m{number}" for number in range(1, 9)),
    *("klatt", "klatt2", "klatt3", "klatt4", "linda", "steph", "steph3", "belinda", "anika", "grandma", "aunty"),
    *("adam", "max", "michael", "paul", "quincy", "robert", "shelby", "travis", "victor", "zac", "whisper", "john"),
    *("Andy", "Annie", "Gene", "Jacky", "Lee", "Mario", "Mike", "announcer", "boris", "caleb", "david", "edward"),
)


class Use(Enum):
    """What a clip is for."""

    TRAIN = "train"
    CALIBRATE = "calibrate"  # voices of Kokoro that training does not hear; they choose the network and its threshold
    HELD_OUT = "held-out"


@dataclass(frozen=True)
class Line:
    """One clip: the digits, the words with their pauses, the engine with its voice, and how it speaks.

    pitch: 0..99, espeak alone.
    """

    use: Use
    number: int
    engine: str
    voice: str
    digits: str
    words: str
    speed: float
    pitch: int

    @property
    def path(self) -> str:
        """Where the clip lies; the name tells what is said in it, and by whom."""
        return f"{self.use.value}/{self.engine}-{self.voice}/{self.number:04d}-{self.digits}.opus"


def draw_line(use: Use, number: int, engine: str, voice: str, lengths: tuple[int, int]) -> Line:
    """Digits between two lengths, both included, said at 0.8 to 1.25 of the usual speed."""
    rng = generator(5, f"{use.value} {engine} {voice} {number}")
    digits = rng.integers(10, size=rng.integers(lengths[0], lengths[1] + 1))
    pause = rng.choice([0.0, 0.2, 1.0], p=[0.5, 0.3, 0.2])
    words = WORDS[digits[0]]
    for digit in digits[1:]:
        words += (", " if rng.random() < pause else " ") + WORDS[digit]
    speed, pitch = float(rng.uniform(0.8, 1.25)), int(rng.integers(20, 90))
    return Line(use, number, engine, voice, "".join(map(str, digits)), words, speed, pitch)


def quick_lines(espeak: int, each: int) -> Iterator[Line]:
    """``espeak`` clips for training; ``each`` four-digit ones of every held-out voice of flite and festival."""
    for number in range(espeak):
        rng = np.random.default_rng([5, number])
        voice = f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}"
        yield draw_line(Use.TRAIN, number, "espeak", voice, (3, 9))
    for engine, voices in (("flite", FLITE), ("festival", FESTIVAL)):
        for voice in voices:
            yield from (draw_line(Use.HELD_OUT, number, engine, voice, (4, 4)) for number in range(each))


def kokoro_lines(voices: list[str], rounds: int) -> Iterator[Line]:
    """In each round every voice, and as many blends of two, says a line; stopped early, every voice has said some.

    Each sixth of the voices that are not held out chooses the threshold; the others train, and they alone are blended.
    """
    others = sorted(set(voices) - set(HELD_OUT))
    kept_apart, taught = others[::6], [voice for number, voice in enumerate(others) if number % 6]
    for number in range(rounds):
        yield from (draw_line(Use.TRAIN, number, "kokoro", voice, (6, 10)) for voice in taught)
        yield from (draw_line(Use.HELD_OUT, number, "kokoro", voice, (4, 4)) for voice in sorted(HELD_OUT))
        yield from (draw_line(Use.CALIBRATE, number, "kokoro", voice, (4, 4)) for voice in kept_apart)
        rng = np.random.default_rng([6, number])
        for _ in range(len(taught) // 2):
            pair = "+".join(sorted(str(voice) for voice in rng.choice(taught, 2, replace=False)))
            yield draw_line(Use.TRAIN, number, "kokoro", pair, (6, 10))
