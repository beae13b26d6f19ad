"""The front end as its definition: plain Python integers, one number at a time. Slow, and the last word.

Tables are made with ``math`` alone; everything after them is integer arithmetic with stated shifts.
"""

import math

WINDOW, HOP, DFT, BANDS = 400, 160, 512, 40
BINS = DFT // 2 + 1


def rounded(value: float) -> int:
    """Round half to even, as the tables are made."""
    return round(value)


def dft_table() -> list[list[tuple[int, int]]]:
    """[bin][sample] -> (cosine, sine) times the Hann window, Q15."""
    table = []
    for k in range(BINS):
        row = []
        for n in range(WINDOW):
            hann = 0.5 - 0.5 * math.cos(2 * math.pi * n / WINDOW)
            angle = 2 * math.pi * ((n * k) % DFT) / DFT
            row.append((rounded(hann * math.cos(angle) * 32768), rounded(hann * math.sin(angle) * 32768)))
        table.append(row)
    return table


def power_spectrum(window: list[int], table: list[list[tuple[int, int]]]) -> list[int]:
    """400 samples -> 257 powers, Q4: amplitudes keep two fractional bits."""
    powers = []
    for row in table:
        real = sum(sample * cosine for sample, (cosine, _) in zip(window, row, strict=True))
        imaginary = sum(sample * sine for sample, (_, sine) in zip(window, row, strict=True))
        real, imaginary = (real + (1 << 12)) >> 13, (imaginary + (1 << 12)) >> 13
        powers.append(real * real + imaginary * imaginary)
    return powers


class Noise:
    """One bin's noise: recursive averaging over groups of 8 frames, held where speech is present."""

    PRIOR = 100 * 150 << 4

    def __init__(self) -> None:
        self.estimate = self.PRIOR
        self.recent = [self.PRIOR] * 16
        self.group: list[int] = []
        self.groups = 0

    def assume(self, power: int) -> int:
        """Power of the next frame -> the noise assumed at this frame, which this frame has no part in."""
        assumed = self.estimate
        self.group.append(power)
        if len(self.group) == 8:
            mean = sum(self.group) // 8
            self.recent[self.groups % 16] = mean
            self.groups += 1
            lowest = min(self.recent)
            if mean <= 4 * lowest:
                self.estimate += (mean - self.estimate) >> 3
            self.estimate = max(self.estimate, lowest)
            self.group = []
        return assumed


def subtract(power: int, noise: int, over_q8: int = 512, floor_q8: int = 32) -> int:
    """max(P - 2 N, P / 8)."""
    return max(power - (noise * over_q8 >> 8), power * floor_q8 >> 8)


def mel_bank() -> list[list[int]]:
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


def log2_table() -> list[int]:
    """257 values of log2(1 + i / 256), Q16."""
    return [rounded(math.log2(1 + i / 256) * 65536) for i in range(257)]


def log2(value: int, table: list[int]) -> int:
    """log2(max(value, 1)), Q16: exponent, then linear between the table's points on a mantissa of 30 bits."""
    value = max(value, 1)
    exponent = value.bit_length() - 1
    mantissa = (value >> (exponent - 30) if exponent > 30 else value << (30 - exponent)) - (1 << 30)
    index, rest = mantissa >> 22, mantissa & ((1 << 22) - 1)
    return (exponent << 16) + table[index] + ((table[index + 1] - table[index]) * rest >> 22)


def log_mel(power: list[int], bank: list[list[int]], table: list[int]) -> list[int]:
    """257 powers Q4 -> 40 log2 energies Q16."""
    energies = [sum(weight * p for weight, p in zip(row, power, strict=True)) for row in bank]
    return [log2(energy, table) - (16 << 16) for energy in energies]


def dct_table() -> list[list[int]]:
    """[coefficient][band] orthonormal DCT-II, Q15."""
    return [
        [
            rounded(math.cos(math.pi * k * (2 * n + 1) / 80) * math.sqrt((1 if k == 0 else 2) / BANDS) * 32768)
            for n in range(BANDS)
        ]
        for k in range(BANDS)
    ]


def cepstrum(log_energies: list[int], table: list[list[int]]) -> list[int]:
    """40 log2 energies Q16 -> 40 MFCC Q10."""
    sums = [sum(a * b for a, b in zip(row, log_energies, strict=True)) for row in table]
    return [(total + (1 << 20)) >> 21 for total in sums]


def mfcc(samples: list[int]) -> list[list[int]]:
    """The whole chain from a fresh start: samples -> [frame][coefficient] Q10."""
    dft, bank, logs, dct = dft_table(), mel_bank(), log2_table(), dct_table()
    noise = [Noise() for _ in range(BINS)]
    frames = []
    for start in range(0, len(samples) - WINDOW + 1, HOP):
        power = power_spectrum(samples[start : start + WINDOW], dft)
        clean = [subtract(p, tracker.assume(p)) for p, tracker in zip(power, noise, strict=True)]
        frames.append(cepstrum(log_mel(clean, bank, logs), dct))
    return frames


def without_mean(frames: list[list[int]]) -> list[list[int]]:
    """Cepstral mean removal over an utterance."""
    means = [sum(column) // len(frames) for column in zip(*frames, strict=True)]
    return [[value - mean for value, mean in zip(frame, means, strict=True)] for frame in frames]
