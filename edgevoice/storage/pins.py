"""The PIN of each person: scrypt of it, sealed; never the PIN itself."""

import hmac
import json
import os

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from edgevoice.errors import StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.people import row_of
from edgevoice.storage.sealed import PINS
from edgevoice.storage.secrets import Secrets

SHORTEST, LONGEST = 4, 12  # digits
SALT_BYTES, HASH_BYTES = 16, 32
# OWASP Password Storage Cheat Sheet names these as strong as 128 MiB and one pass; 16 MiB fit on a small Pi.
_COST, _BLOCK, _PASSES = 2**14, 8, 5


class Pins:
    """Sets, clears and compares. Whoever is removed takes the PIN along."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database, self._secrets = database, secrets

    def put(self, name: str, pin: str) -> str:
        """Give a person a PIN in the place of the one before; the name as it is kept.

        SpeakerError: nobody of that name; StorageError: no 4 to 12 digits, disk or key.
        """
        if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
            raise StorageError(
                f"a PIN has {SHORTEST} to {LONGEST} digits, and nothing else; {len(pin)} characters came"
            )
        salt = os.urandom(SALT_BYTES)
        figures = {"n": _COST, "r": _BLOCK, "p": _PASSES, "salt": salt.hex()}
        plain = json.dumps(figures | {"hash": _stretched(pin, salt, _COST, _BLOCK, _PASSES).hex()}).encode()
        with self._database.transaction():
            number, kept = row_of(self._database, name)
            sealed = self._secrets.seal(plain, PINS.purpose(number))
            self._database.rows("insert or replace into pins values (?, ?)", (number, sealed))
        return kept

    def clear(self, name: str) -> bool:
        """Take a person's PIN away; whether there was one. SpeakerError, StorageError."""
        with self._database.transaction():
            number, _ = row_of(self._database, name)
            return bool(self._database.rows("delete from pins where speaker = ? returning speaker", (number,)))

    def owners(self) -> list[str]:
        """Who has a PIN."""
        rows = self._database.rows("select s.name from speakers s join pins p on p.speaker = s.id order by s.id")
        return [str(name) for (name,) in rows]

    def fits(self, name: str, pin: str) -> bool:
        """Whether this is the PIN of that person; it takes as long for a wrong one. StorageError, SpeakerError."""
        number, kept = row_of(self._database, name)
        found = self._database.rows("select sealed from pins where speaker = ?", (number,))
        if not found or not isinstance(found[0][0], bytes):
            return False
        plain = self._secrets.open(found[0][0], PINS.purpose(number))
        try:
            read = json.loads(plain)
            salt, wanted = bytes.fromhex(read["salt"]), bytes.fromhex(read["hash"])
            cost, block, passes = int(read["n"]), int(read["r"]), int(read["p"])
        except (ValueError, TypeError, KeyError) as error:
            raise StorageError(f"the PIN of {kept} cannot be read: set it anew with edgevoice pin set") from error
        return hmac.compare_digest(_stretched(pin, salt, cost, block, passes), wanted)


def _stretched(pin: str, salt: bytes, cost: int, block: int, passes: int) -> bytes:
    """scrypt, RFC 7914."""
    return Scrypt(salt, HASH_BYTES, cost, block, passes).derive(pin.encode())
