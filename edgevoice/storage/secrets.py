"""Encryption at rest: AES-256-GCM with a key that lives in a file outside the database."""

import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edgevoice.errors import StorageError

FILE_NAME = "key"
KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1: 96 bits; random, so good for 2^32 seals (8.3)
_EVERYBODY = 0o007  # group access is left alone: systemd hands out credentials as 0440

_ENROL_AGAIN = (
    "put the key's backup in its place, or remove the people (`edgevoice speakers remove NAME`):"
    " without the key they must enrol again"
)


class Secrets:
    """Seals and opens bytes with the key in ``path``.

    The key is read when it is first needed, so that people can be listed and removed after it is lost.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cipher: AESGCM | None = None

    def create_key(self) -> None:
        """Make a random key, 0600, where there is none; whole or not at all, and never over another."""
        if self.path.exists():
            return
        try:
            _place(AESGCM.generate_key(KEY_BYTES * 8), self.path)
        except OSError as error:
            raise StorageError(
                f"cannot write the key {self.path}: {error.strerror}; free some space or correct the permissions"
            ) from error

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Nonce and ciphertext with its tag; only the same ``purpose`` opens it (authenticated, not hidden)."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._unlock().encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for this purpose; another key, purpose or byte raises StorageError."""
        cipher = self._unlock()
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: shorter than a nonce
            raise StorageError(f"{purpose} does not open with the key {self.path}: {_ENROL_AGAIN}") from error

    def _unlock(self) -> AESGCM:
        if self._cipher is None:
            self._cipher = AESGCM(_read(self.path))
        return self._cipher


def _read(path: Path) -> bytes:
    try:
        key, mode = path.read_bytes(), path.stat().st_mode
    except FileNotFoundError as error:
        raise StorageError(f"the key {path} is missing: {_ENROL_AGAIN}") from error
    except OSError as error:
        raise StorageError(f"cannot read the key {path}: {error.strerror}; correct its permissions") from error
    if len(key) != KEY_BYTES:
        raise StorageError(f"the key {path} has {len(key)} bytes, {KEY_BYTES} wanted: {_ENROL_AGAIN}")
    if mode & _EVERYBODY:
        raise StorageError(f"the key {path} is open to everybody (mode {mode & 0o777:o}): run chmod 600 on it")
    return key


def _place(key: bytes, path: Path) -> None:
    """Write beside, then link: the name appears with all its bytes on the disk, or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=".key-", dir=path.parent)  # O_EXCL, 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        return  # another program placed one in the meantime; that one counts
    finally:
        Path(name).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
