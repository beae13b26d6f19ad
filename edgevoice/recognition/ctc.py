"""Log posteriors -> log probability of one string, over all its alignments.

A. Graves et al., "Connectionist temporal classification", ICML 2006, section 4.1: the forward variables, in logarithms.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLANK = 0


def log_probability(posteriors: NDArray[np.float64], symbols: Sequence[int]) -> float:
    """(n, classes) log posteriors, n >= 1; symbols: none of them ``BLANK`` -> log P of exactly these, -inf .. 0."""
    path = np.full(2 * len(symbols) + 1, BLANK)
    path[1::2] = symbols
    # From two places back only onto a symbol, and only where it differs: a blank keeps equal ones apart.
    skips = np.zeros(len(path), dtype=bool)
    skips[2:] = (path[2:] != BLANK) & (path[2:] != path[:-2])
    forward = np.full(len(path), -np.inf)
    forward[:2] = posteriors[0, path[:2]]
    for now in posteriors[1:]:
        one_back = np.concatenate([[-np.inf], forward[:-1]])
        two_back = np.where(skips, np.concatenate([[-np.inf, -np.inf], forward[:-2]])[: len(path)], -np.inf)
        forward = np.logaddexp(np.logaddexp(forward, one_back), two_back) + now[path]
    return float(np.logaddexp.reduce(forward[-2:]))
