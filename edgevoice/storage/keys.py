"""A key: what it seals, opens and signs, and the file that it lives in."""

import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edgevoice.errors import LostKeyError, StorageError
from edgevoice.storage.files import EVERYBODY, beside, flush, place

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1: 96 bits; random, so good for 2^32 seals (8.3)
MAC_BYTES = 32

ENROL_AGAIN = (
    "put the key's backup in its place (`edgevoice restore`), or give it up (`edgevoice key reset`):"
    " without the key everybody must enrol again"
)


class Key:
    """AES-256-GCM to seal, and HMAC-SHA256 with a second key derived from the first (HKDF, RFC 5869) to sign."""

    def __init__(self, secret: bytes) -> None:
        """``secret``: 32 random bytes."""
        self.secret = secret
        self.id = _derive(secret, "edgevoice key id", 8).hex()
        """Names the key and tells nothing of it: 16 hexadecimal digits."""
        self._cipher = AESGCM(secret)
        self._signing = _derive(secret, "edgevoice audit chain", KEY_BYTES)

    @classmethod
    def random(cls) -> "Key":
        """A new one."""
        return cls(AESGCM.generate_key(KEY_BYTES * 8))

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Nonce and ciphertext with its tag; only the same ``purpose`` opens it (authenticated, not hidden)."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes | None:
        """What was sealed for this purpose; None for another key, purpose or byte."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError):  # ValueError: shorter than a nonce
            return None

    def sign(self, text: bytes) -> bytes:
        """32 bytes that nobody can compute without the key."""
        return hmac.digest(self._signing, text, "sha256")


def read_key(path: Path) -> Key:
    """The key in a file; LostKeyError where there is none, StorageError where it cannot be read or trusted."""
    try:
        secret, mode = path.read_bytes(), path.stat().st_mode
    except FileNotFoundError as error:
        raise LostKeyError(f"the key {path} is missing: {ENROL_AGAIN}") from error
    except OSError as error:
        raise StorageError(f"cannot read the key {path}: {error.strerror}; correct its permissions") from error
    if len(secret) != KEY_BYTES:
        raise LostKeyError(f"the key {path} has {len(secret)} bytes, {KEY_BYTES} wanted: {ENROL_AGAIN}")
    if mode & EVERYBODY:
        raise StorageError(f"the key {path} is open to everybody (mode {mode & 0o777:o}): run chmod 600 on it")
    return Key(secret)


def write_key(key: Key, path: Path, over: bool = False) -> None:
    """Write it 0600, whole or not at all; where there is one it stays, unless it shall be written ``over``."""
    try:
        with beside(path) as ready:
            ready.write_bytes(key.secret)
            if over:
                place(ready, path)
                return
            flush(ready)
            try:
                os.link(ready, path)
            except FileExistsError:
                return  # another program placed one in the meantime; that one counts
            flush(path.parent)
    except OSError as error:
        raise StorageError(
            f"cannot write the key {path}: {error.strerror}; free some space or correct the permissions"
        ) from error


def _derive(secret: bytes, what_for: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=what_for.encode()).derive(secret)
