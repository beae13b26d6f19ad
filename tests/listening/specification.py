"""The front end as its definition: plain Python integers, one number at a time. Slow, and the last word.

Tables are made with ``math`` alone; everything after them is integer arithmetic with stated shifts. ``>>`` rounds down,
``//`` rounds down. The weights and the threshold of the speech activity are trained, so they are read where they stand.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from edgevoice.listening.activity import NUMBERS, ActivitySettings

WINDOW, HOP, DFT, BANDS = 400, 160, 512, 40
BINS = DFT // 2 + 1
BAND = range(3, 96)  # bins in which a pitch is looked for
LAGS = range(16000 // 420, 16000 // 70, 2)

Row = list[int]


@dataclass(frozen=True)
class Settings:
    """What may be set, in the integers that the front end makes of it."""

    over_q8: int = 512
    floor_q8: int = 32
    probability_percent: int = ActivitySettings.probability_percent


@dataclass(frozen=True)
class Frame:
    """Everything that is known of one window; the fields of ``edgevoice.listening.frames.Frames``."""

    mfcc: Row
    spectrum: Row
    bands: Row
    speech: int
    odds: int
    periodicity: int
    pitch_lag: int
    snr: int
    noise: int
    clipped: int
    dropped: int
    offset: int


@dataclass(frozen=True)
class Stages:
    """What one window comes to on the way: powers Q4 (257 each; noise: what is taken off, floor: what speech is told
    from), log mel energies of the cleaned power Q16 (40)."""

    power: Row
    noise_power: Row
    floor_power: Row
    clean: Row
    log_mel: Row


def rounded(value: float) -> int:
    """Round half to even, as the tables are made; none lies so near a half that a libm could turn it."""
    return round(value)


def hann(n: int) -> float:
    """The periodic window, n = 0..399."""
    return 0.5 - 0.5 * math.cos(2 * math.pi * n / WINDOW)


@cache
def dft_table() -> list[list[tuple[int, int]]]:
    """[bin][sample] -> (cosine, sine) times the Hann window, Q15; the phase is 0 at the window's middle, sample 200."""
    table = []
    for k in range(BINS):
        row = []
        for n in range(WINDOW):
            angle = 2 * math.pi * ((n - WINDOW // 2) * k % DFT) / DFT
            row.append((rounded(hann(n) * math.cos(angle) * 32768), rounded(hann(n) * math.sin(angle) * 32768)))
        table.append(row)
    return table


def power_spectrum(window: Row) -> Row:
    """400 samples -> 257 powers, Q4: amplitudes keep two fractional bits, rounded half to even."""
    powers = []
    for row in dft_table():
        real = sum(sample * cosine for sample, (cosine, _) in zip(window, row, strict=True))
        imaginary = sum(sample * sine for sample, (_, sine) in zip(window, row, strict=True))
        real, imaginary = round(Fraction(real, 1 << 13)), round(Fraction(imaginary, 1 << 13))
        powers.append(real * real + imaginary * imaginary)
    return powers


class Noise(ABC):
    """One bin: the noise assumed at a frame is what was learned from the groups of 8 frames before its own."""

    PRIOR = 100 * 150 << 4

    def __init__(self) -> None:
        self.estimate = self.PRIOR
        self.group: Row = []

    def assume(self, power: int) -> int:
        """Power of the next frame -> the noise assumed at this frame, which this frame has no part in."""
        assumed = self.estimate
        self.group.append(power)
        if len(self.group) == 8:
            self.estimate = self.learn(sum(self.group) // 8)
            self.group = []
        return assumed

    @abstractmethod
    def learn(self, mean: int) -> int:
        """Mean power of a group -> the estimate after it."""


class Minimum(Noise):
    """What is taken off: 1.496 times the least of the last 20 smoothed means."""

    def __init__(self) -> None:
        super().__init__()
        self.smoothed = self.PRIOR
        self.recent = [self.PRIOR] * 20

    def learn(self, mean: int) -> int:
        self.smoothed += (mean - self.smoothed) >> 1
        self.recent = [*self.recent[1:], self.smoothed]
        return min(self.recent) * 383 >> 8


class MinimaControlled(Noise):
    """The floor that speech is told from: a recursive average, held where a mean is over four times the least of 16."""

    def __init__(self) -> None:
        super().__init__()
        self.recent = [self.PRIOR] * 16

    def learn(self, mean: int) -> int:
        self.recent = [*self.recent[1:], mean]
        lowest = min(self.recent)
        learned = self.estimate + ((mean - self.estimate) >> 3) if mean <= 4 * lowest else self.estimate
        return max(learned, lowest)


def subtract(power: int, noise: int, settings: Settings) -> int:
    """By default max(P - 2 N, P / 8)."""
    return max(power - (noise * settings.over_q8 >> 8), power * settings.floor_q8 >> 8)


@cache
def mel_bank() -> list[Row]:
    """[band][bin] Q12: triangles between 42 points equally spaced in mel from 60 to 7600 Hz, on whole bins."""

    def mel(hz: float) -> float:
        return 2595 * math.log10(1 + hz / 700.0)

    low, high = mel(60), mel(7600)
    points = [low + (high - low) * i / (BANDS + 1) for i in range(BANDS + 2)]
    edges = [math.floor((DFT + 1) * 700 * (10 ** (point / 2595.0) - 1) / 16000) for point in points]
    bank = [[0] * BINS for _ in range(BANDS)]
    for band in range(BANDS):
        left, centre, right = edges[band : band + 3]
        for k in range(left, centre):
            bank[band][k] = rounded((k - left) / (centre - left) * 4096)
        for k in range(centre, right):
            bank[band][k] = rounded((right - k) / (right - centre) * 4096)
    return bank


@cache
def log2_table() -> Row:
    """257 values of log2(1 + i / 256), Q16."""
    return [rounded(math.log2(1 + i / 256) * 65536) for i in range(257)]


def log2(value: int) -> int:
    """log2(max(value, 1)), Q16: exponent, then linear between the table's points on a mantissa of 30 bits."""
    value, table = max(value, 1), log2_table()
    exponent = value.bit_length() - 1
    mantissa = (value >> (exponent - 30) if exponent > 30 else value << (30 - exponent)) - (1 << 30)
    index, rest = mantissa >> 22, mantissa & ((1 << 22) - 1)
    return (exponent << 16) + table[index] + ((table[index + 1] - table[index]) * rest >> 22)


def log_mel(power: Row) -> Row:
    """257 powers Q4 -> 40 log2 energies Q16."""
    energies = [sum(weight * p for weight, p in zip(row, power, strict=True)) for row in mel_bank()]
    return [log2(energy) - (16 << 16) for energy in energies]


def level(power: Row) -> int:
    """257 powers Q4 -> log2 of the sum of bins 4..256, Q16: the lowest hold what a microphone's offset comes to."""
    return log2(sum(power[4:])) - (4 << 16)


@cache
def dct_table() -> list[Row]:
    """[coefficient][band] orthonormal DCT-II, Q15."""
    return [
        [
            rounded(math.cos(math.pi * k * (2 * n + 1) / 80) * math.sqrt((1 if k == 0 else 2) / BANDS) * 32768)
            for n in range(BANDS)
        ]
        for k in range(BANDS)
    ]


def cepstrum(log_energies: Row) -> Row:
    """40 log2 energies Q16 -> 40 MFCC Q10."""
    sums = [sum(a * b for a, b in zip(row, log_energies, strict=True)) for row in dct_table()]
    return [(total + (1 << 20)) >> 21 for total in sums]


@cache
def autocorrelation_table() -> list[Row]:
    """[lag][bin] cosines over the window's own autocorrelation, Q12."""
    of_window = [sum(hann(n) * hann(n + lag) for n in range(WINDOW - lag)) for lag in range(max(LAGS) + 1)]
    return [
        [rounded(math.cos(2 * math.pi * k * lag / DFT) * of_window[0] / of_window[lag] * 4096) for k in BAND]
        for lag in LAGS
    ]


def voicing(power: Row, noise: Row) -> tuple[int, int]:
    """Powers and noise Q4 -> periodicity Q8, and the (first) lag in samples where it is highest."""
    over_noise = [min(power[k] // max(noise[k], 1), 1 << 20) for k in BAND]
    correlation = [sum(a * b for a, b in zip(row, over_noise, strict=True)) for row in autocorrelation_table()]
    peak = max(correlation)
    return (peak >> 4) // max(sum(over_noise), 1), LAGS[correlation.index(peak)]


class Network:
    """Layers over frames, each from this frame and from those d and 2 d frames before it.

    Weights are 128ths, what a layer gives sixteenths from 0 to 127. Before the stream everything is 0.
    """

    def __init__(self, numbers: Path) -> None:
        self.layers, self.last = network_layers(numbers), last_layer(numbers)
        self.heard: list[list[Row]] = [[] for _ in self.layers]

    def give(self, row: Row) -> int:
        """Inputs of the next frame, -127..127 -> what the last layer gives, 2048ths."""
        for (weights, bias, dilation), heard in zip(self.layers, self.heard, strict=True):
            heard.append(row)
            total = list(bias)
            for tap, matrix in enumerate(weights):
                place = len(heard) - 1 - dilation * (2 - tap)
                for value, outputs in zip(heard[place] if place >= 0 else [], matrix, strict=False):
                    total = [before + value * weight for before, weight in zip(total, outputs, strict=True)]
            row = [limited(number >> 7, 0) for number in total]
        last, last_bias = self.last
        return last_bias + sum(value * weight for value, weight in zip(row, last, strict=True))


class Activity:
    """Odds of speech, frame by frame."""

    def __init__(self) -> None:
        self.network = Network(NUMBERS)

    def odds(self, bands: Row, noise: Row, periodicity: int) -> int:
        """40 log2 energies of the frame and of the noise, Q16, periodicity Q8 -> natural-log odds, Q11."""
        mean = sum(bands) // BANDS
        row = [limited((band - floor) >> 13, -16) for band, floor in zip(bands, noise, strict=True)]
        row += [limited((band - mean) >> 13, -127) for band in bands]
        row.append(limited(periodicity >> 1, 0))
        return self.network.give(row)


def limited(value: int, lowest: int) -> int:
    """Between lowest and 127."""
    return min(max(value, lowest), 127)


@cache
def network_layers(numbers: Path) -> list[tuple[list[list[Row]], Row, int]]:
    """[tap, the oldest first][input][output] weights, bias and dilation of each layer."""
    stored = np.load(numbers)
    return [
        (stored[f"weights{place}"].tolist(), stored[f"bias{place}"].tolist(), dilation)
        for place, dilation in enumerate(stored["dilations"].tolist())
    ]


@cache
def last_layer(numbers: Path) -> tuple[Row, int]:
    """A weight for each channel, and the bias."""
    stored = np.load(numbers)
    return stored["last_weights"].tolist(), int(stored["last_bias"][0])


def odds_wanted(percent: int) -> int:
    """The odds at which a frame is speech, Q11."""
    return rounded(math.log(percent / (100 - percent)) * 2048)


def full_scale(sample: int) -> bool:
    """Whether a sample counts as clipped."""
    return abs(sample) >= 32700


def dropped(hop: Row) -> int:
    """Samples that repeat the 15 before them and are not at full scale."""
    return sum(len(set(hop[n - 15 : n + 1])) == 1 and not full_scale(hop[n]) for n in range(15, HOP))


def hear(samples: Row, settings: Settings) -> Iterator[tuple[Stages, Frame]]:
    """The whole chain from a fresh start, window by window."""
    trackers = [(Minimum(), MinimaControlled()) for _ in range(BINS)]
    activity, wanted = Activity(), odds_wanted(settings.probability_percent)
    for start in range(0, len(samples) - WINDOW + 1, HOP):
        hop = samples[start : start + HOP]
        power = power_spectrum(samples[start : start + WINDOW])
        noise = [tracker.assume(p) for p, (tracker, _) in zip(power, trackers, strict=True)]
        floor = [tracker.assume(p) for p, (_, tracker) in zip(power, trackers, strict=True)]
        clean = [subtract(p, n, settings) for p, n in zip(power, noise, strict=True)]
        counted = [min(n, 1 << 46) for n in floor]  # in its levels; see LOUDEST_NOISE
        periodicity, pitch_lag = voicing(power, floor)
        bands = log_mel(power)
        odds = activity.odds(bands, log_mel(counted), periodicity)
        stages = Stages(power, noise, floor, clean, log_mel(clean))
        yield (
            stages,
            Frame(
                mfcc=cepstrum(stages.log_mel),
                spectrum=power,
                bands=bands,
                speech=int(odds >= wanted),
                odds=odds,
                periodicity=periodicity,
                pitch_lag=pitch_lag,
                snr=level(power) - level(counted),
                noise=level(counted),
                clipped=sum(full_scale(sample) for sample in hop),
                dropped=dropped(hop),
                offset=sum(hop),
            ),
        )


def frames(samples: Row, settings: Settings | None = None) -> list[Frame]:
    """What is known of each window, from a fresh start."""
    return [frame for _, frame in hear(samples, settings or Settings())]


def without_mean(mfcc: list[Row]) -> list[Row]:
    """Cepstral mean removal over an utterance."""
    means = [sum(column) // len(mfcc) for column in zip(*mfcc, strict=True)]
    return [[value - mean for value, mean in zip(frame, means, strict=True)] for frame in mfcc]
