"""MFCC of an utterance -> does a mouth move in it: a bell, an engine or rain holds its spectrum, speech does not."""

import numpy as np

from edgevoice.listening.features import MFCC_BITS, Cepstra

_COEFFICIENTS = slice(1, 13)  # the envelope, without level and pitch
_LAG = 5  # frames, 50 ms: a phone's length
# Set so that the rain, engine, bell and room noise of the visit lie below one of these and nearly all speech above.
_SLOWEST = int(2.1 * (1 << MFCC_BITS))
_NARROWEST = int(1.8 * (1 << MFCC_BITS))


def is_articulated(mfcc: Cepstra) -> bool:
    """(n, 40) int32 Q10: whether the envelope changes as fast, and over as wide a range, as speech."""
    envelope = mfcc[:, _COEFFICIENTS].astype(np.int64)
    if len(envelope) <= _LAG:
        return False
    change = np.abs(envelope[_LAG:] - envelope[:-_LAG])
    spread = np.abs(envelope - envelope.sum(axis=0) // len(envelope))
    return bool(change.sum() >= _SLOWEST * change.size and spread.sum() >= _NARROWEST * spread.size)
