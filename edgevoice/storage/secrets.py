"""Encryption at rest: the key that belongs to this database, read from a file outside it."""

from contextlib import suppress
from pathlib import Path

from edgevoice.errors import LostKeyError, StorageError
from edgevoice.storage import chain
from edgevoice.storage.database import Database
from edgevoice.storage.files import flush
from edgevoice.storage.keys import ENROL_AGAIN, Key, read_key, write_key
from edgevoice.storage.sealed import VOICEPRINTS

FILE_NAME = "key"


class Secrets:
    """Seals and opens bytes with the key in ``path``.

    The key is read when it is first needed, so that people can be listed and removed after it is lost. The database
    says which key has sealed all that is in it. While the key is being changed a second file, ``key.new``, stands
    beside the first; whichever the database names counts, so that a power cut at any moment loses nothing.
    """

    def __init__(self, path: Path, database: Database) -> None:
        self.path = path
        self.new_path = path.with_name(f"{path.name}.new")
        self._database = database
        self._key: Key | None = None

    def create_key(self) -> None:
        """Make a random key, 0600, where there is none; whole or not at all, and never over another."""
        if not self.path.exists():
            write_key(Key.random(), self.path)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Nonce and ciphertext with its tag, for the caller's transaction to keep; StorageError without the key."""
        return self.key().seal(plain, purpose)

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for this purpose; another key, purpose or byte raises StorageError."""
        self._key = self._key or read_key(self.path)
        plain = self._key.open(sealed, purpose)
        if plain is None and (plain := self._open_with_any(sealed, purpose)) is None:
            raise StorageError(f"{purpose} does not open with the key {self.path}: {ENROL_AGAIN}")
        return plain

    def key(self) -> Key:
        """The key to write with, within the caller's transaction: the one that the database names.

        The first time of all it is made, or the one that lies there taken, and its name written down.
        """
        recorded = self._recorded()
        if recorded is None:
            self._key = self._adopt()
        elif self._key is None or self._key.id != recorded:
            self._key = self._find(recorded)
        return self._key

    def current(self) -> Key | None:
        """The key that the database names, to read with; None where it names none. StorageError where it is lost."""
        recorded = self._recorded()
        return None if recorded is None else self._find(recorded)

    def settle(self) -> None:
        """Put the new key in the place of the old one where the database names it, and drop one that never came into
        force. Only between transactions: what one that is still open has written may be undone."""
        if not self.new_path.exists():
            return
        assert not self._database.in_transaction
        with self._database.transaction():  # nobody else is changing the key now
            recorded = self._recorded()
            try:
                if _id(self.new_path) == recorded:
                    self.new_path.replace(self.path)
                elif _id(self.path) == recorded:
                    self.new_path.unlink()
                flush(self.path.parent)
            except OSError as error:
                raise StorageError(f"cannot put the new key in its place, {self.path}: {error.strerror}") from error

    def _recorded(self) -> str | None:
        found = self._database.rows("select key from sealing")
        return str(found[0][0]) if found else None

    def _adopt(self) -> Key:
        """The key for a database that names none yet: a new one only where nothing was ever sealed."""
        people = self._database.rows("select speaker, model, sealed from voiceprints")
        if not people:
            self.create_key()
        key = read_key(self.path)
        for speaker, model, sealed in people:
            if not isinstance(sealed, bytes) or key.open(sealed, VOICEPRINTS.purpose(speaker, model)) is None:
                raise LostKeyError(f"a voiceprint does not open with the key {self.path}: {ENROL_AGAIN}")
        record(self._database, key)
        chain.begin(self._database, key)
        return key

    def _find(self, recorded: str) -> Key:
        """The key of that name, from the one file or the other."""
        told: StorageError | None = None
        for path in (self.path, self.new_path):
            try:
                key = read_key(path)
            except StorageError as error:
                told = error if path == self.path else told
                continue
            if key.id == recorded:
                return key
        raise told or LostKeyError(
            f"the key {self.path} is another than the one that sealed this database: {ENROL_AGAIN}"
        )

    def _open_with_any(self, sealed: bytes, purpose: str) -> bytes | None:
        """After a change of the key by another program: the new one is kept for the next time."""
        for key in keys_beside(self.path):
            plain = key.open(sealed, purpose)
            if plain is not None:
                self._key = key
                return plain
        return None


def keys_beside(path: Path) -> list[Key]:
    """Every key that can be read: the one in ``path``, and one that is about to take its place."""
    found: list[Key] = []
    for each in (path, path.with_name(f"{path.name}.new")):
        with suppress(StorageError):
            found.append(read_key(each))
    return found


def _id(path: Path) -> str | None:
    try:
        return read_key(path).id
    except StorageError:
        return None


def record(database: Database, key: Key) -> None:
    """Write down that everything here is sealed with this key, within the caller's transaction."""
    database.rows("insert or replace into sealing values (1, ?)", (key.id,))


def set_aside(path: Path, copy: bool = False) -> None:
    """Give the key there another name, or with ``copy`` a second one, before another takes its place: a key is never
    destroyed by mistake, as it may be another door's, or that of an older backup."""
    if not path.exists():
        return
    number = 1
    while (aside := path.with_name(f"{path.name}.unused-{number}")).exists():
        number += 1
    try:
        aside.hardlink_to(path)
        if not copy:
            path.unlink()
    except OSError as error:
        raise StorageError(f"cannot move the key {path} aside: {error.strerror}") from error
