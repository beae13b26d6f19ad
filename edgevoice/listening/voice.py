"""An utterance's frames -> is it a voice that speaks: a dog, a baby, a bell or rain moves otherwise than speech."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers
from edgevoice.fixedpoint.logarithm import log2_q16
from edgevoice.listening.features import Cepstra
from edgevoice.listening.voice_rule import BIAS, RULE
from edgevoice.listening.voicing import VOICED
from edgevoice.listening.window import FRAMES_PER_SECOND

UNIT_BITS = 10  # every statistic is Q10
_LEVEL, _TRACT, _DETAIL, _FINE = slice(0, 1), slice(1, 7), slice(7, 13), slice(13, 40)
_STEADY = 16  # neighbouring pitch lags that differ by less than 1/16 belong to one glide of a larynx


def statistics(mfcc: Cepstra, speech: Integers, periodicity: Integers, pitch_lag: Integers) -> dict[str, int]:
    """(n, 40) Q10, (n,) flags with one set at least, (n,) Q8, (n,) samples -> by name, Q10, of the whole utterance."""
    cepstrum = mfcc.astype(np.int64)
    spoken = cepstrum[speech == 1]
    voiced = (speech == 1) & (periodicity >= VOICED)
    return {
        "level change in 100 ms": _change(cepstrum[:, _LEVEL], 10),
        "tract change in 100 ms": _change(cepstrum[:, _TRACT], 10),
        "tract change in 50 ms": _change(cepstrum[:, _TRACT], 5),
        "detail change in 10 ms": _change(cepstrum[:, _DETAIL], 1),
        "fine change in 20 ms": _change(cepstrum[:, _FINE], 2),
        "fine change in 50 ms": _change(cepstrum[:, _FINE], 5),
        "spread of c1": _spread(spoken[:, 1]),
        "spread of c2": _spread(spoken[:, 2]),
        "spread of c3": _spread(spoken[:, 3]),
        "spread of c14": _spread(spoken[:, 14]),
        "fine structure": int(np.abs(spoken[:, _FINE]).sum()) // spoken[:, _FINE].size,
        "periodicity": (int(periodicity[speech == 1].sum()) << 2) // len(spoken),
        "voiced share": (int(voiced.sum()) << UNIT_BITS) // len(spoken),
        "voiced runs a second": _runs_a_second(voiced),
        "steady pitch": _steadiness(voiced, pitch_lag),
        "pitch spread": _spread(log2_q16(pitch_lag[voiced]) >> 6),
    }


def voice_odds(found: dict[str, int]) -> int:
    """Statistics -> natural-log odds that a person speaks, Q10, by a quadratic rule; 0 or more is a voice.

    Quadratic, since a voice lies between sounds that change too little (a bell) and too much (a knock).
    """
    levels = [_normalised(found[name], *rule[:4]) for name, rule in RULE.items()]
    odds = BIAS << UNIT_BITS
    for row, (_, _, _, _, weight, products) in enumerate(RULE.values()):
        odds += weight * levels[row]
        pairs = zip(products, levels[row:], strict=True)
        odds += sum(product * (levels[row] * other >> UNIT_BITS) for product, other in pairs)
    return odds >> UNIT_BITS


def _normalised(value: int, lowest: int, highest: int, centre: int, gain: int) -> int:
    """A statistic within its range, less its mean, in standard deviations, Q10; beyond the range counts as its end."""
    level: int = (min(max(value, lowest), highest) - centre) * gain >> UNIT_BITS
    return level


def _change(cepstrum: Integers, lag: int) -> int:
    """Mean absolute change of (n, k) over so many frames."""
    change: Integers = np.abs(cepstrum[lag:] - cepstrum[:-lag])
    return int(change.sum()) // max(change.size, 1)


def _spread(values: Integers) -> int:
    """Mean distance of (n,) from their mean; 0 where there are none."""
    if not len(values):
        return 0
    return int(np.abs(values - int(values.sum()) // len(values)).sum()) // len(values)


def _runs_a_second(flags: Integers) -> int:
    starts = int(flags[0]) + int((flags[1:] & ~flags[:-1]).sum())
    return (starts * FRAMES_PER_SECOND << UNIT_BITS) // len(flags)


def _steadiness(voiced: Integers, lag: Integers) -> int:
    """Share of neighbouring voiced frames whose pitch glides."""
    both = voiced[1:] & voiced[:-1]
    steady = both & (np.abs(lag[1:] - lag[:-1]) * _STEADY < lag[:-1])
    return (int(steady.sum()) << UNIT_BITS) // max(int(both.sum()), 1)
