"""A key for the road: sealed with a passphrase, so that a backup may lie where others can read it."""

import json
import os

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from edgevoice.errors import StorageError
from edgevoice.storage.keys import KEY_BYTES, Key

SHORTEST = 12  # characters: whoever has the file may try as many as they like
SALT_BYTES = 16
_PURPOSE = "edgevoice key in a backup"
# OWASP Password Storage Cheat Sheet names these as strong as 128 MiB and one pass; 32 MiB fit on a small Pi.
_COST, _BLOCK, _PASSES = 2**15, 8, 3
_MOST_BYTES = 2**28  # of memory that a foreign file may ask for: 128 * cost * block


def wrap(key: Key, passphrase: str) -> bytes:
    """The key as JSON that only the passphrase opens (scrypt, RFC 7914; AES-256-GCM); StorageError for a short one."""
    if len(passphrase) < SHORTEST:
        raise StorageError(f"the passphrase has {len(passphrase)} characters: at least {SHORTEST} are wanted")
    salt = os.urandom(SALT_BYTES)
    sealed = _stretched(passphrase, salt, _COST, _BLOCK, _PASSES).seal(key.secret, _PURPOSE)
    figures = {"kdf": "scrypt", "n": _COST, "r": _BLOCK, "p": _PASSES, "salt": salt.hex(), "sealed": sealed.hex()}
    return json.dumps(figures).encode()


def unwrap(wrapped: bytes, passphrase: str) -> Key:
    """The key again; StorageError for another passphrase, or where this is no wrapped key."""
    try:
        read = json.loads(wrapped)
        cost, block, passes = int(read["n"]), int(read["r"]), int(read["p"])
        salt, sealed = bytes.fromhex(read["salt"]), bytes.fromhex(read["sealed"])
        if read["kdf"] != "scrypt" or not 0 < 128 * cost * block <= _MOST_BYTES or not 0 < passes <= 16:
            raise ValueError("its figures are none of ours")
        secret = _stretched(passphrase, salt, cost, block, passes).open(sealed, _PURPOSE)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise StorageError(f"the key in this backup cannot be read ({error}): take another backup") from error
    if secret is None or len(secret) != KEY_BYTES:
        raise StorageError("the passphrase does not open the key in this backup: try again, letter by letter")
    return Key(secret)


def _stretched(passphrase: str, salt: bytes, cost: int, block: int, passes: int) -> Key:
    return Key(Scrypt(salt, KEY_BYTES, cost, block, passes).derive(passphrase.encode()))
