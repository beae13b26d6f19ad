"""pydejavu-rollong's fingerprint and alignment, over a dictionary in place of its MySQL or PostgreSQL server."""

import warnings
from collections import defaultdict

import numpy as np
import soxr

from edgevoice.listening.capture import SAMPLE_RATE, Samples
from tools.fingerprints import Answer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydub looks for ffmpeg, which is not used here, and SciPy has moved its filters
    import dejavu as package
    from dejavu.config.settings import DEFAULT_FS, FINGERPRINT_REDUCTION
    from dejavu.logic.fingerprint import fingerprint

_ROW_BYTES = FINGERPRINT_REDUCTION // 2 + 3 + 4  # BINARY(10), MEDIUMINT and INT: its row without dates and two indexes


class _Songs:
    """What Dejavu.align_matches asks of its database."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def get_song_by_id(self, number: int) -> dict[str, object]:
        """The columns that an answer is made of."""
        return {"song_name": self.names[number], "total_hashes": 1, "file_sha1": ""}


class Dejavu:
    """Sound at 44.1 kHz, for which its windows are made; a query always has an answer if one hash is known."""

    name = "pydejavu-rollong"

    def __init__(self) -> None:
        self._songs = _Songs()
        self._rows: dict[str, list[tuple[int, int]]] = defaultdict(list)  # hash -> song and offset
        self._aligner = package.Dejavu.__new__(package.Dejavu)  # its constructor would connect to a server
        self._aligner.db = self._songs

    def add(self, name: str, sound: Samples) -> None:
        """As its fingerprint_file, whose rows are a set."""
        song = len(self._songs.names)
        self._songs.names.append(name)
        for hash_, offset in set(_fingerprint(sound)):
            self._rows[hash_].append((song, int(offset)))

    def lookup(self, sound: Samples) -> Answer:
        """As its recognisers; the strength is the count that align_matches ranks by, which it does not tell."""
        hashes = set(_fingerprint(sound))
        matches = [(song, at - int(offset)) for hash_, offset in hashes for song, at in self._rows.get(hash_, ())]
        if not matches:
            return Answer(None, 0, False)
        hits = {song: sum(1 for number, _ in matches if number == song) for song, _ in matches}
        best = self._aligner.align_matches(matches, hits, len(hashes), 1)[0]
        strength = matches.count((best["song_id"], best["offset"]))
        return Answer(self._songs.names[best["song_id"]], strength, True)

    def stored_bytes(self) -> int:
        """Its rows, without dates, keys and indexes."""
        return sum(map(len, self._rows.values())) * _ROW_BYTES


def _fingerprint(sound: Samples) -> list[tuple[str, int]]:
    wave = soxr.resample(sound.astype(np.float32), SAMPLE_RATE, DEFAULT_FS)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found: list[tuple[str, int]] = fingerprint(np.rint(wave).clip(-32768, 32767).astype(np.int16), Fs=DEFAULT_FS)
    return found
