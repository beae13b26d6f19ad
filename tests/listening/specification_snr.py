"""Blind SNR as its definition: plain Python integers, one frame at a time. Slow, and the last word.

The weights are trained, so they are read where they stand; the network itself is ``Network`` in specification.py.
"""

import math

from edgevoice.listening.shares import NUMBERS
from tests.listening.specification import BANDS, Frame, Network, Row, limited, log2
from tests.listening.specification_noise import excess, mean_power

AHEAD = 24  # rows that the network hears before it judges one
LOG2_E_Q16 = 94548
VOICED = 150  # Q8


def figures(frames: list[Frame]) -> Row:
    """Eighths of an octave, of the whole utterance: mean power over noise and over five other levels."""
    levels = [frame.snr + frame.noise for frame in frames]
    mean, ranked, count = mean_power(levels), sorted(levels), len(levels)
    unlikely = [level for level, frame in zip(levels, frames, strict=True) if frame.odds < 0]
    silence = mean_power(unlikely) if unlikely else mean - (127 << 16)
    others = [ranked[count // 5], ranked[count // 20], ranked[count // 2], silence, ranked[count - 1 - count // 20]]
    over_noise = excess([frame.snr for frame in frames], [frame.noise for frame in frames])
    return [limited(octaves >> 13, -127) for octaves in [over_noise, *(mean - other for other in others)]]


def rows(frames: list[Frame]) -> list[Row]:
    """What the network is fed of every second frame."""
    whole, mean = figures(frames), mean_power([frame.snr + frame.noise for frame in frames])
    bands = [frame.bands for frame in frames[::2]]
    ranked = [sorted(row[band] for row in bands) for band in range(BANDS)]
    soft, loud = ([levels[place] for levels in ranked] for place in (len(bands) // 5, -1 - len(bands) // 5))
    lags = sorted(log2(frame.pitch_lag) for frame in frames if frame.periodicity >= VOICED)
    found = []
    for frame, row in zip(frames[::2], bands, strict=True):
        fed = [limited((band - sum(row) // BANDS) >> 13, -127) for band in row]
        fed += [limited((band - level) >> 13, -16) for band, level in zip(row, soft, strict=True)]
        fed += [limited((band - level) >> 13, -127) for band, level in zip(row, loud, strict=True)]
        fed += [limited(frame.periodicity >> 1, 0), limited(frame.odds >> 8, -127)]
        fed += [limited((frame.snr + frame.noise - mean) >> 13, -127), limited(frame.snr >> 13, -127)]
        if frame.periodicity >= VOICED:
            lag = log2(frame.pitch_lag)
            fed += [limited((usual - lag) >> 11, -127) for usual in (lags[len(lags) // 2], log2(100))]
        else:
            fed += [0, 0]
        found.append(fed + whole)
    return found


def odds_of_power(frames: list[Frame]) -> Row:
    """Natural-log odds that a frame's power is speech, Q11: of every second frame, and its neighbour's alike."""
    network, fed = Network(NUMBERS), rows(frames)
    given = [network.give(row) for row in fed + [[0] * len(fed[0])] * AHEAD][AHEAD:]
    return [given[place // 2] for place in range(len(frames))]


def share(odds: int) -> int:
    """log2 of 1 / (1 + e^-odds), Q16; the odds that say how little is lacking are cut to 32nds, and to 16."""
    size = min(abs(odds) >> 6, 16 << 5)
    lacks = round(math.log2(1 + math.exp(-size / 32)) * 65536)
    return (min(odds, 0) * LOG2_E_Q16 >> 11) - lacks


def snr(frames: list[Frame]) -> float:
    """dB, -10..40."""
    levels = [frame.snr + frame.noise for frame in frames]
    odds = odds_of_power(frames)
    speech = mean_power([level + share(each) for level, each in zip(levels, odds, strict=True)])
    noise = mean_power([level + share(-each) for level, each in zip(levels, odds, strict=True)])
    return min(max((speech - noise) * 771 >> 16, -10 << 8), 40 << 8) / 256
