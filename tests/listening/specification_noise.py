"""Noise trackers, enhancers and mean power over noise as their definition: plain Python integers, one by one.

Slow, and the last word. Powers are Q4, below 2**50. The two trackers of the device stand in specification.py.
"""

import math
from collections import Counter
from itertools import pairwise

from tests.listening.specification import BINS, Noise, log2


class Histogram(Noise):
    """The level at which the histogram of the last 32 group means has counted more than 12, smoothed."""

    def __init__(self) -> None:
        super().__init__()
        self.recent = [self.level(self.PRIOR)] * 32

    @staticmethod
    def level(power: int) -> int:
        """Half octaves of power."""
        return log2(power) >> 15

    def learn(self, mean: int) -> int:
        self.recent = [*self.recent[1:], self.level(mean)]
        histogram = Counter(self.recent)
        counted = level = 0
        while (counted := counted + histogram[level]) <= 12:
            level += 1
        return self.estimate + ((round(2 ** ((level + 0.5) / 2)) - self.estimate) >> 2)


def smoothed(frames: list[list[int]], now: int) -> list[int]:
    """Mean over frames now - 3 .. now (silence before the first) and bins k - 1, k, k, k + 1, rounded down."""
    four = [frames[t] if t >= 0 else [0] * BINS for t in range(now - 3, now + 1)]
    summed = [sum(column) for column in zip(*four, strict=True)]
    return [(summed[max(k - 1, 0)] + 2 * summed[k] + summed[min(k + 1, BINS - 1)]) // 16 for k in range(BINS)]


EDGES = [0, 10, 20, 40, 80, 140, BINS]


def over_subtraction(snr_q16: int, most: float, least: float) -> int:
    """Q8: ``most`` at -5 dB and below, ``least`` at 20 dB and above."""
    slope = (most - least) / 25
    over = round((most - 5 * slope) * 256) - (round(slope * 10 * math.log10(2) * 256) * snr_q16 >> 16)
    return min(max(over, round(least * 256)), round(most * 256))


def subtract_in_bands(
    powers: list[list[int]], noises: list[list[int]], most: float = 4.75, least: float = 1.0, floor: float = 0.125
) -> list[list[int]]:
    """[frame][bin] -> [frame][bin]"""
    cleaned = []
    for now, (power, noise) in enumerate(zip(powers, noises, strict=True)):
        smooth = smoothed(powers, now)
        frame = []
        for low, high in pairwise(EDGES):
            snr = log2(sum(smooth[low:high])) - log2(sum(noise[low:high]))
            over = over_subtraction(snr, most, least)
            for k in range(low, high):
                ratio = min((noise[k] << 12) // max(smooth[k], 1), 16 << 12)
                gain = max(4096 - (over * ratio >> 8), round(floor * 4096))
                frame.append(power[k] * gain >> 12)
        cleaned.append(frame)
    return cleaned


def wiener(powers: list[list[int]], noises: list[list[int]], floor: float = 0.125) -> list[list[int]]:
    """[frame][bin] -> [frame][bin]"""
    excess = [
        [max(p - n, 0) for p, n in zip(power, noise, strict=True)] for power, noise in zip(powers, noises, strict=True)
    ]
    cleaned = []
    for now, (power, noise) in enumerate(zip(powers, noises, strict=True)):
        amplitudes = [(s << 12) // max(s + n, 1) for s, n in zip(smoothed(excess, now), noise, strict=True)]
        gains = [max(amplitude * amplitude >> 12, round(floor * 4096)) for amplitude in amplitudes]
        cleaned.append([p * gain >> 12 for p, gain in zip(power, gains, strict=True)])
    return cleaned


def mean_power(levels: list[int]) -> int:
    """log2 powers, Q16 -> log2 of their mean, Q16: each is 2^30 2^-(octaves under the loudest, cut to 8 bits)."""
    total = 0
    for level in levels:
        octaves, rest = divmod(max(levels) - level >> 8, 256)
        total += round(2 ** (30 - rest / 256)) >> octaves
    return max(levels) + log2(total // len(levels)) - (30 << 16)


def excess(snrs: list[int], noises: list[int]) -> int:
    """Q16 octaves from the noise up to the mean power."""
    levels = [snr + noise for snr, noise in zip(snrs, noises, strict=True)]
    count = len(levels)
    within = min(sorted(noises)[count // 2], sorted(levels)[count // 10])
    return mean_power(levels) - max(noises[0], within)
