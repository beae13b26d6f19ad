"""Whose the files of a data folder are, whoever puts them there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgevoice import app
from edgevoice.config import Loaded, Settings, load
from edgevoice.errors import SettingsError, StorageError
from edgevoice.storage.archive import pack, unpack_and_restore
from edgevoice.storage.backups import back_up
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.events import Events
from edgevoice.storage.keys import Key, write_key
from edgevoice.storage.rotation import give_up, rotate
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers

NOBODY, STRANGER = 65534, 65533
PASSPHRASE = "four words of nonsense"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="is about what root does")


@pytest.fixture
def data() -> Iterator[Path]:
    """The folder of a service that is not root, where all may look for it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)


@contextmanager
def become(user: int) -> Iterator[None]:
    os.setegid(user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def enrol(folder: Path) -> None:
    with Database.open(folder) as database:
        Speakers(database, Secrets(folder / "key", database)).add("Ada", np.ones(8, np.float32), "xvector", 3)


def owners(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.lstat().st_uid, path.lstat().st_gid) for path in folder.rglob("*")}


def all_of_the_service(folder: Path) -> None:
    """Every file is the service's, which finds everybody."""
    assert set(owners(folder).values()) == {(NOBODY, NOBODY)}, owners(folder)
    with become(NOBODY), Database.open(folder) as database:
        secrets = Secrets(folder / "key", database)
        assert [voice.speaker for voice in Speakers(database, secrets).voiceprints("xvector")] == ["Ada"]
        Events(database, secrets=secrets).write("open", "it serves")


def test_what_root_begins_belongs_to_whom_the_folder_belongs_to(data: Path) -> None:
    enrol(data)
    all_of_the_service(data)


def test_a_key_that_root_changed_can_be_read_by_the_door(data: Path) -> None:
    with become(NOBODY):
        enrol(data)
    with Database.open(data) as database:
        secrets = Secrets(data / "key", database)
        back_up(database)
        rotate(database, secrets, Events(database, secrets=secrets))
        assert "edgevoice-000002.sqlite" in owners(data)
    all_of_the_service(data)


def test_a_house_that_root_began_anew_is_the_services(data: Path) -> None:
    with become(NOBODY):
        enrol(data)
    (data / "key").unlink()
    with Database.open(data) as database:
        secrets = Secrets(data / "key", database)
        give_up(database, secrets, Events(database, secrets=secrets))
    enrol(data)
    all_of_the_service(data)


@pytest.mark.parametrize("lost", ["nothing", "the database", "both"])
def test_what_root_restored_is_the_services(data: Path, tmp_path: Path, lost: str) -> None:
    with become(NOBODY):
        enrol(data)
    away = tmp_path / "away.zip"
    with Database.open(data) as database:
        pack(database, Secrets(data / "key", database), away, PASSPHRASE)
    assert owners(tmp_path) == {away.name: (0, 0)}
    for name in {"nothing": (), "the database": (FILE_NAME,), "both": (FILE_NAME, "key")}[lost]:
        (data / name).unlink()
    unpack_and_restore(data, away, lambda: PASSPHRASE)
    all_of_the_service(data)


def test_who_is_neither_root_nor_its_owner_is_told_how(data: Path) -> None:
    data.chmod(0o777)
    with become(STRANGER):
        for put in (lambda: write_key(Key.random(), data / "key"), lambda: Database.open(data)):
            with pytest.raises(StorageError, match=r"belongs to nobody.*#65533 puts there.*sudo -u nobody edgevoice"):
                put()
    assert owners(data) == {}


def test_a_folder_of_root_tells_nothing_of_who_serves(data: Path) -> None:
    os.chown(data, 0, NOBODY)
    data.chmod(0o770)
    with become(NOBODY):
        enrol(data)
    assert {user for user, _ in owners(data).values()} == {NOBODY}


@pytest.mark.parametrize("inside", [".", "within"])
def test_a_folder_that_this_user_may_not_look_into_is_told_with_what_to_do(data: Path, inside: str) -> None:
    folder = data / inside
    data.chmod(0o700)
    settings = replace(Settings(), storage=replace(Settings().storage, folder=folder))
    with become(STRANGER):
        with pytest.raises(StorageError, match=r"Permission denied.*run it as the user whom it belongs to"):
            app.open_house(Loaded(settings, None, folder, {}))
        with pytest.raises(SettingsError, match=r"edgevoice\.toml: cannot be read .*Permission denied"):
            load(data=folder)


def test_a_link_in_the_folder_of_the_service_does_not_lead_root_to_close_a_file_of_the_system(
    data: Path, tmp_path: Path
) -> None:
    system = tmp_path / "passwd"
    system.write_text("root:x:0:0\n" * 999)
    system.chmod(0o644)
    (data / FILE_NAME).symlink_to(system)
    with pytest.raises(StorageError, match="not SQLite"):
        Database.open(data)
    assert system.stat().st_mode & 0o777 == 0o644
    assert system.read_text() == "root:x:0:0\n" * 999
