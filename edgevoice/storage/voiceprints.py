"""Voiceprints as they lie in the database: sealed, each for its owner and its model and for nothing else.

Where one has adapted, the one that its owner enrolled with lies beside it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgevoice.errors import SpeakerError, StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.sealed import VOICEPRINTS
from edgevoice.storage.secrets import Secrets

Vector = NDArray[np.float32]

DAMAGED = "the voiceprint is damaged: `edgevoice enroll --renew NAME`, or put a backup in place (`edgevoice restore`)"
_STORED = np.dtype("<f4")  # little-endian, so that the file can move between machines


@dataclass(frozen=True, eq=False)
class Voiceprint:
    """The voice of one person: vector (d,) float32, comparable only with vectors of the same ``model``."""

    speaker: str
    vector: Vector
    model: str
    utterances: int


class Vault:
    """Seals and opens voiceprints; an owner is the number of their row among the speakers."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database = database
        self._secrets = secrets

    def keep(self, owner: int, plain: bytes, model: str, utterances: int) -> None:
        """Seal ``to_bytes`` of a voiceprint in place of the owner's last, with the key that opens everybody else's too.

        StorageError: no such key, and nothing was kept.
        """
        others = self._database.rows("select speaker, model, sealed from voiceprints where speaker != ?", (owner,))
        for other, others_model, sealed in others:
            self.open_sound(other, others_model, sealed)
        sealed = self._secrets.seal(plain, VOICEPRINTS.purpose(owner, model))
        self._database.rows(
            "insert or replace into voiceprints values (?, ?, ?, ?)", (owner, model, utterances, sealed)
        )

    def open(self, owner: object, model: object, sealed: object) -> Vector:
        """(d,) float32; StorageError where it is damaged or the key is not there."""
        plain = self._secrets.open(sealed if isinstance(sealed, bytes) else b"", VOICEPRINTS.purpose(owner, model))
        return np.frombuffer(plain, dtype=_STORED).astype(np.float32)

    def open_sound(self, owner: object, model: object, sealed: object) -> Vector | None:
        """None where it is damaged; StorageError where the key is not there, when nobody's opens."""
        try:
            return self.open(owner, model, sealed)
        except StorageError:
            if self._secrets.current() is None:  # raises where the key that the database names is not there
                raise
            return None

    def keep_original(self, owner: int) -> None:
        """Lay the present voiceprint aside, unless one lies there already."""
        self._database.rows("insert or ignore into originals select * from voiceprints where speaker = ?", (owner,))

    def original(self, owner: int) -> bytes | None:
        """The sealed one from before it adapted, None where it has not; empty where it is damaged beyond reading."""
        found = self._database.rows("select sealed from originals where speaker = ?", (owner,))
        sealed = found[0][0] if found else None
        return sealed if sealed is None or isinstance(sealed, bytes) else b""

    def put_back(self, owner: int) -> None:
        """The original in place of the present one."""
        self._database.rows("insert or replace into voiceprints select * from originals where speaker = ?", (owner,))
        self.drop_original(owner)

    def drop_original(self, owner: int) -> None:
        """Forget what lies aside."""
        self._database.rows("delete from originals where speaker = ?", (owner,))


def to_bytes(name: str, vector: Vector) -> bytes:
    """What ``Vault.keep`` seals; SpeakerError where the vector is unusable."""
    finite = np.isfinite(vector)
    if vector.ndim != 1 or not finite.all() or not vector.any():
        raise SpeakerError(
            f"the voiceprint of {name[:80]!a} is unusable: {int(finite.sum())} finite numbers in shape {vector.shape};"
            " one row of finite numbers, not all zero, is wanted: check the model with `edgevoice check`"
        )
    return vector.astype(_STORED).tobytes()
