"""log2 of integers by table."""

import numpy as np

from edgevoice.fixedpoint.exact import Integers

LOG2_BITS = 16  # results are Q16
TABLE_BITS = 8  # 256 segments, linear between them: error <= 2.7e-6 (curvature) + 2**-16 (rounding)

_TABLE: Integers = np.rint(np.log2(1 + np.arange((1 << TABLE_BITS) + 1) / (1 << TABLE_BITS)) * (1 << LOG2_BITS)).astype(
    np.int64
)
_MANTISSA_BITS = 30


def log2_q16(values: Integers) -> Integers:
    """log2(max(values, 1)) in Q16; values < 2**62. Monotone; exact at powers of two."""
    values = np.maximum(values, 1)
    exponent = _floor_log2(values)
    # The mantissa with 30 fractional bits, whatever the size of the number.
    mantissa = np.where(
        exponent > _MANTISSA_BITS,
        values >> np.maximum(exponent - _MANTISSA_BITS, 0),
        values << np.maximum(_MANTISSA_BITS - exponent, 0),
    ) - (1 << _MANTISSA_BITS)
    rest_bits = _MANTISSA_BITS - TABLE_BITS
    index = mantissa >> rest_bits
    rest = mantissa & ((1 << rest_bits) - 1)
    left = _TABLE[index]
    step = _TABLE[index + 1] - left
    result: Integers = (exponent << LOG2_BITS) + left + ((step * rest) >> rest_bits)
    return result


def _floor_log2(values: Integers) -> Integers:
    """Position of the highest set bit of positive integers, by halving."""
    exponent = np.zeros_like(values)
    for bits in (32, 16, 8, 4, 2, 1):
        high = values >= (1 << bits)
        exponent += high * bits
        values = np.where(high, values >> bits, values)
    return exponent
