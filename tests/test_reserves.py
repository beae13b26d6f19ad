"""In a process of its own, as NumPy's reserve is one a process; what is in use is asked of glibc."""

import ctypes
import subprocess
import sys

import pytest

from edgevoice.app.reserves import give_back

COUNTED = """
import ctypes, numpy as np
from edgevoice.app.reserves import fill_reserves

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena blocks small maps mapped peak freed used free top".split()]

mallinfo = ctypes.CDLL(None).mallinfo2
mallinfo.restype = Info
{first}
before = mallinfo().used
for size in range(1, 1024):
    arrays = [np.empty(size, np.uint8) for _ in range(7)]
    del arrays
print(mallinfo().used - before)
"""


def grown(first: str) -> int:
    """Bytes that stay after arrays of every small size came and went."""
    counted = COUNTED.replace("{first}", first)
    return int(subprocess.run([sys.executable, "-c", counted], check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="glibc 2.33 counts what is in use")
def test_small_arrays_take_no_more_memory_once_the_reserves_are_full() -> None:
    assert grown("") > 3_000_000
    assert grown("fill_reserves()") < 50_000


def test_no_freed_tuples_are_kept_after_they_were_given_back() -> None:
    give_back()
    before = sys.getallocatedblocks()
    for _ in range(1_500):
        tuple(number for number in range(3))  # made longer, cut, and kept when it is freed
    assert sys.getallocatedblocks() > before + 1_000
    give_back()
    assert sys.getallocatedblocks() < before + 100
