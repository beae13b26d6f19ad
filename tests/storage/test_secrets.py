"""Sealing: what opens, what does not, and what the owner is told."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.errors import StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.keys import Key
from edgevoice.storage.secrets import Secrets


@pytest.fixture
def sealing(tmp_path: Path, database: Database) -> Secrets:
    (tmp_path / "keys").mkdir()
    secrets = Secrets(tmp_path / "keys" / "key", database)
    secrets.create_key()
    return secrets


def test_what_was_sealed_opens_with_the_key_on_the_disk(sealing: Secrets, database: Database) -> None:
    sealed = sealing.seal(b"a voice", "voiceprint 1")
    assert Secrets(sealing.path, database).open(sealed, "voiceprint 1") == b"a voice"
    assert b"a voice" not in sealed


def test_the_same_bytes_are_never_sealed_alike(sealing: Secrets) -> None:
    assert sealing.seal(b"a voice", "voiceprint 1") != sealing.seal(b"a voice", "voiceprint 1")


def test_a_seal_for_one_purpose_opens_for_no_other(sealing: Secrets) -> None:
    sealed = sealing.seal(b"a voice", "voiceprint 1")
    with pytest.raises(StorageError, match="voiceprint 2 does not open"):
        sealing.open(sealed, "voiceprint 2")


@given(at=st.integers(0, 40), bit=st.integers(0, 7))
def test_one_changed_bit_anywhere_is_noticed(at: int, bit: int) -> None:
    key = Key.random()
    sealed = bytearray(key.seal(b"thirteen long", "p"))
    assert len(sealed) == 41
    sealed[at] ^= 1 << bit
    assert key.open(bytes(sealed), "p") is None


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_what_is_cut_short_is_noticed(sealing: Secrets, length: int) -> None:
    with pytest.raises(StorageError, match="must enrol again"):
        sealing.open(sealing.seal(b"a voice", "p")[:length], "p")


def test_the_key_is_private_and_never_overwritten(sealing: Secrets) -> None:
    key = sealing.path.read_bytes()
    assert (len(key), sealing.path.stat().st_mode & 0o777) == (32, 0o600)
    sealing.create_key()
    assert sealing.path.read_bytes() == key
    assert [path.name for path in sealing.path.parent.iterdir()] == ["key"]


def test_a_lost_key_says_what_to_do(tmp_path: Path, database: Database) -> None:
    with pytest.raises(StorageError, match=r"key is missing: put the key's backup in its place.*must enrol again"):
        Secrets(tmp_path / "key", database).open(bytes(40), "p")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_the_wrong_length_says_what_to_do(sealing: Secrets, length: int, database: Database) -> None:
    sealing.path.write_bytes(bytes(length))
    with pytest.raises(StorageError, match=f"has {length} bytes, 32 wanted.*must enrol again"):
        Secrets(sealing.path, database).seal(b"a voice", "p")


def test_another_key_says_what_to_do(sealing: Secrets, database: Database) -> None:
    sealed = sealing.seal(b"a voice", "voiceprint 1")
    sealing.path.write_bytes(bytes(32))
    with pytest.raises(StorageError, match=r"voiceprint 1 does not open with the key.*must enrol again"):
        Secrets(sealing.path, database).open(sealed, "voiceprint 1")


def test_a_key_that_everybody_can_read_is_refused(sealing: Secrets, database: Database) -> None:
    sealing.path.chmod(0o604)
    with pytest.raises(StorageError, match=r"open to everybody .mode 604.: run chmod 600"):
        Secrets(sealing.path, database).seal(b"a voice", "p")


def test_a_key_that_is_a_folder_or_has_none_is_an_error_in_words(tmp_path: Path, database: Database) -> None:
    (tmp_path / "key").mkdir()
    with pytest.raises(StorageError, match="cannot read the key"):
        Secrets(tmp_path / "key", database).seal(b"a voice", "p")
    with pytest.raises(StorageError, match="cannot write the key"):
        Secrets(tmp_path / "nowhere" / "key", database).create_key()
