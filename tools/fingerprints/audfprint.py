"""audfprint2 (D. Ellis's audfprint), as its command line sets it up: 4 shifts of a query, window 2, 5 hashes at least."""

import numpy as np
import soxr
from audfprint2.core.analyzer import Analyzer, landmarks2hashes
from audfprint2.core.hash_table import HashTable
from audfprint2.core.matcher import Matcher
from numpy.typing import NDArray

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.fingerprints import Answer

QUERY_SHIFTS = 4
_ENTRY_BYTES = 4  # of its table of 2**20 rows, whose row number is the hash


class Audfprint:
    """Its own analysis, table and matcher; only the reading of files, which wants ffmpeg, is left out."""

    name = "audfprint2"

    def __init__(self) -> None:
        self._analyzer, self._matcher, self._table = Analyzer(), Matcher(), HashTable()
        self._matcher.window, self._matcher.threshcount = 2, 5

    def add(self, name: str, sound: Samples) -> None:
        """As ``audfprint add``."""
        hashes = self._hashes(sound, 1)
        self._table.store(name, [(int(time), int(hash_)) for time, hash_ in hashes.tolist()])

    def lookup(self, sound: Samples) -> Answer:
        """As ``audfprint match``; the strength is its number of filtered hashes."""
        hashes = self._hashes(sound, QUERY_SHIFTS)
        found = self._matcher.match_hashes(self._table, hashes) if len(hashes) else np.zeros((0, 7), dtype=np.int32)
        found = found[found[:, 1] > 0]
        if not len(found):
            return Answer(None, 0, False)
        return Answer(str(self._table.names[int(found[0, 0])]), int(found[0, 1]), True)

    def stored_bytes(self) -> int:
        """The entries in use; its table takes 419 MB of memory however many they are."""
        return int(np.minimum(self._table.counts, self._table.depth).sum()) * _ENTRY_BYTES

    def _hashes(self, sound: Samples, shifts: int) -> NDArray[np.int32]:
        """Analyzer.wavfile2hashes, from samples: (m, 2) of time and hash, each pair once."""
        rate, hop = self._analyzer.target_sr, self._analyzer.n_hop
        wave = soxr.resample(sound.astype(np.float32) / 32768, SAMPLE_RATE, rate)
        found = [self._analyzer.find_peaks(wave[shift * hop // shifts :], rate) for shift in range(shifts)]
        hashes = np.concatenate([landmarks2hashes(self._analyzer.peaks2landmarks(peaks)) for peaks in found])
        return np.unique(hashes, axis=0).astype(np.int32) if len(hashes) else np.zeros((0, 2), dtype=np.int32)
