"""log2 of integers by table."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers

LOG2_BITS = 16  # results are Q16
TABLE_BITS = 8  # 256 segments, linear between them: error <= 2.7e-6 (curvature) + 2**-16 (rounding)

_POINTS = 1 + np.arange((1 << TABLE_BITS) + 1) / (1 << TABLE_BITS)
TABLE: Integers = np.rint(np.log2(_POINTS) * (1 << LOG2_BITS)).astype(np.int64)
_STEPS: Integers = np.diff(TABLE)
_REST_BITS = 22  # of the mantissa, behind the table's index: 30 bits in all
_FLOAT_BITS = 52  # of a float64's mantissa, behind its leading 1
_FLOAT_BIAS = 1023


def log2_q16(values: Integers) -> Integers:
    """log2(max(values, 1)) in Q16; values < 2**62. Monotone; exact at powers of two."""
    values = np.maximum(values, 1)
    # A float64 holds what is wanted: the position of the highest bit, and the bits behind it. Numbers beyond 2**53 are
    # rounded on the way; clearing a bit 32 places below the highest keeps a carry out of the 30 bits that count.
    bits = (values & ~(values >> 32)).astype(np.float64).view(np.int64)
    position = bits >> (_FLOAT_BITS - TABLE_BITS)
    index = position & ((1 << TABLE_BITS) - 1)
    exponent = (position >> TABLE_BITS) - _FLOAT_BIAS
    rest = (bits >> (_FLOAT_BITS - TABLE_BITS - _REST_BITS)) & ((1 << _REST_BITS) - 1)
    result: Integers = (exponent << LOG2_BITS) + TABLE[index] + ((_STEPS[index] * rest) >> _REST_BITS)
    return result


_POWER_BITS = 30
POWERS: Integers = np.rint(2.0 ** (_POWER_BITS - np.arange(1 << TABLE_BITS) / (1 << TABLE_BITS))).astype(np.int64)
"""2^(-k / 256), Q30."""


def mean_power_q16(logs: Integers) -> int:
    """log2 of n >= 1 powers, Q16 -> log2 of their mean, Q16.

    Logarithms are cut to 8 bits behind the point, so the mean is up to 1 / 256 too high; what lies 30 octaves and more
    under the loudest counts as nothing.
    """
    loudest = int(logs.max())
    below = (loudest - logs) >> (LOG2_BITS - TABLE_BITS)
    powers = POWERS[below & ((1 << TABLE_BITS) - 1)] >> np.minimum(below >> TABLE_BITS, _POWER_BITS + 1)
    mean = int(powers.sum()) // len(logs)
    return loudest + int(log2_q16(np.array([mean]))[0]) - (_POWER_BITS << LOG2_BITS)
