"""A backup that is taken away and put back: here, on another device, after the key was lost."""

import json
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgevoice.errors import StorageError
from edgevoice.storage import chain
from edgevoice.storage.alone import alone
from edgevoice.storage.archive import pack, unpack_and_restore
from edgevoice.storage.backups import back_up, backups, condemn, finish
from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.storage.events import Events
from edgevoice.storage.keys import write_key
from edgevoice.storage.passphrase import unwrap, wrap
from edgevoice.storage.rotation import give_up, rotate
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers

MODEL = "xvector-1"
PASSPHRASE = "correct horse battery staple"


def names(folder: Path) -> list[str]:
    """Who is enrolled; every voiceprint and every event must open, and the chain be whole."""
    with Database.open(folder) as database:
        events = Events(database)
        assert events.verify().problems == ()
        assert all(event.readable for event in events.last(99))
        return [voice.speaker for voice in Speakers(database, Secrets(folder / "key", database)).voiceprints(MODEL)]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``away.zip``, taken when Ada alone was enrolled, and ``data``, where Bo came later."""
    house = tmp_path_factory.mktemp("packed")
    with Database.open(house / "data") as database:
        secrets = Secrets(house / "data" / "key", database)
        speakers = Speakers(database, secrets)
        speakers.add("Ada", np.ones(8, np.float32), MODEL, 3)
        Events(database).write("open", "Ada scored 4.2", "Ada")
        pack(database, secrets, house / "away.zip", PASSPHRASE)
        speakers.add("Bo", np.eye(8, dtype=np.float32)[1], MODEL, 3)
    return house


@pytest.fixture
def archive(packed: Path, tmp_path: Path, folder: Path) -> Path:
    """The archive; the data is in ``folder``."""
    shutil.copytree(packed / "data", folder)
    return Path(shutil.copy2(packed / "away.zip", tmp_path))


def ask() -> str:
    return PASSPHRASE


def test_it_is_private_and_holds_the_key_behind_the_passphrase_alone(folder: Path, archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    assert (folder / "key").read_bytes() not in archive.read_bytes()
    with zipfile.ZipFile(archive) as members:
        assert members.namelist() == [FILE_NAME, "key.json"]
        assert unwrap(members.read("key.json"), PASSPHRASE).secret == (folder / "key").read_bytes()
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


def test_it_goes_back_where_it_came_from_and_how_it_was_before_is_kept(folder: Path, archive: Path) -> None:
    assert names(folder) == ["Ada", "Bo"]
    assert unpack_and_restore(folder, archive, ask) == "how it was before is kept in edgevoice-000001.sqlite"
    assert names(folder) == ["Ada"]
    unpack_and_restore(folder, backups(folder)[0].path, ask)
    assert names(folder) == ["Ada", "Bo"]


def test_it_makes_another_device_the_same_house(tmp_path: Path, archive: Path) -> None:
    assert unpack_and_restore(tmp_path / "new", archive, ask) == "there was no other before it"
    assert names(tmp_path / "new") == ["Ada"]
    assert (tmp_path / "new" / "key").stat().st_mode & 0o777 == 0o600


def test_it_brings_the_key_back_after_that_was_lost(folder: Path, archive: Path) -> None:
    (folder / "key").unlink()
    unpack_and_restore(folder, archive, ask)
    assert names(folder) == ["Ada"]
    unpack_and_restore(folder, backups(folder)[0].path, ask)  # how it was before, which the key opens too
    assert names(folder) == ["Ada", "Bo"]


def test_what_no_key_opens_any_more_is_moved_aside(folder: Path, archive: Path) -> None:
    with Database.open(folder) as database:
        secrets = Secrets(folder / "key", database)
        rotate(database, secrets, Events(database, secrets=secrets))
    (folder / "key").unlink()
    assert "one that the key does not open, and moved to" in unpack_and_restore(folder, archive, ask)
    assert names(folder) == ["Ada"]


def test_it_goes_back_after_the_key_was_changed_and_the_newer_key_is_kept(folder: Path, archive: Path) -> None:
    with Database.open(folder) as database:
        secrets = Secrets(folder / "key", database)
        newer = rotate(database, secrets, Events(database, secrets=secrets))
    unpack_and_restore(folder, archive, ask)
    assert names(folder) == ["Ada"]
    assert (folder / "key.unused-1").read_bytes() == newer.secret != (folder / "key").read_bytes()


def test_it_takes_the_place_of_a_damaged_database(folder: Path, archive: Path) -> None:
    (folder / FILE_NAME).write_bytes(b"this is a letter, not a database" * 999)
    assert unpack_and_restore(folder, archive, ask) == f"the database was damaged, and moved to {FILE_NAME}.damaged-1"
    assert names(folder) == ["Ada"]


def test_it_takes_the_place_of_a_database_that_is_gone(folder: Path, archive: Path) -> None:
    (folder / FILE_NAME).unlink()
    assert unpack_and_restore(folder, archive, ask) == "the database was gone"
    assert names(folder) == ["Ada"]


def test_a_restore_cut_off_before_the_end_is_finished_or_undone_at_the_next_start(folder: Path, archive: Path) -> None:
    with Database.open(folder) as database:
        secrets = Secrets(folder / "key", database)
        rotate(database, secrets, Events(database, secrets=secrets))
    with zipfile.ZipFile(archive) as members:
        write_key(unwrap(members.read("key.json"), PASSPHRASE), folder / "key.new")
        members.extract(FILE_NAME, folder / "unpacked")
    shutil.copytree(folder, folder.with_name("undone"))
    with Database.open(folder) as database:
        database.become(folder / "unpacked" / FILE_NAME)
    for each, people in ((folder, ["Ada"]), (folder.with_name("undone"), ["Ada", "Bo"])):
        with Database.open(each) as database:
            Secrets(each / "key", database).settle()
        assert not (each / "key.new").exists()
        assert names(each) == people


def test_a_wrong_passphrase_changes_nothing(folder: Path, archive: Path) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(StorageError, match="passphrase does not open the key in this backup"):
        unpack_and_restore(folder, archive, lambda: "correct horse battery stable")
    assert (sorted(folder.rglob("*")), names(folder)) == (before, ["Ada", "Bo"])


def locked(archive: bytes) -> bytes:
    """As a zip program that asks for a password of its own marks it."""
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = archive.index(header) + flags
        archive = archive[:place] + b"\x01" + archive[place + 1 :]
    return archive


BROKEN = {
    "a letter": lambda whole: b"Dear Ada" * 999,
    "half of it": lambda whole: whole[: len(whole) // 2],
    "a password of another program": locked,
}
KEYS = {"no figures": b'{"n": Infinity}', "too deep": b"[" * 100_000}


@pytest.mark.parametrize("damage", [*BROKEN, *KEYS, "another key", "no database", "a foreign database"])
def test_what_is_no_good_backup_changes_nothing(tmp_path: Path, folder: Path, archive: Path, damage: str) -> None:
    whole, bad = archive.read_bytes(), tmp_path / "bad.zip"
    if damage in BROKEN:
        bad.write_bytes(BROKEN[damage](whole))
    else:
        with zipfile.ZipFile(archive) as source, zipfile.ZipFile(bad, "w") as target:
            database, key = source.read(FILE_NAME), KEYS.get(damage, source.read("key.json"))
            if damage == "another key":
                with Database.open(tmp_path / "other") as other:
                    Events(other).write("open", "elsewhere")
                    key = wrap(Secrets(tmp_path / "other" / "key", other).key(), PASSPHRASE)
            if damage != "no database":
                target.writestr(FILE_NAME, b"x" * 9000 if damage == "a foreign database" else database)
            target.writestr("key.json", key)
    with pytest.raises(StorageError):
        unpack_and_restore(folder, bad, ask)
    assert names(folder) == ["Ada", "Bo"]
    assert not (folder / "key.new").exists()


def test_an_audit_log_longer_than_the_default_comes_back_whole(tmp_path: Path, folder: Path) -> None:
    with Database.open(folder) as database:
        secrets = Secrets(folder / "key", database)
        Events(database, secrets=secrets).write("note", "long ago")
        with database.transaction():  # as after 150,000 more events, of which none is kept here
            chain.begin(database, secrets.key(), replace(chain.read_ends(database, secrets.key()), last_id=150_000))
        pack(database, secrets, tmp_path / "long.zip", PASSPHRASE)
    unpack_and_restore(folder, tmp_path / "long.zip", ask)
    with Database.open(folder) as database:
        assert "long ago" in [event.reason for event in Events(database).last(9)]


def test_nothing_is_put_back_under_a_door_that_serves(folder: Path, archive: Path) -> None:
    with alone(folder), pytest.raises(StorageError, match="another edgevoice serves this door"):
        unpack_and_restore(folder, archive, ask)
    assert names(folder) == ["Ada", "Bo"]


def test_no_file_is_overwritten_and_a_short_passphrase_is_refused(tmp_path: Path, folder: Path, archive: Path) -> None:
    whole = archive.read_bytes()
    with Database.open(folder) as database:
        secrets = Secrets(folder / "key", database)
        with pytest.raises(StorageError, match="is there already"):
            pack(database, secrets, archive, PASSPHRASE)
        with pytest.raises(StorageError, match="11 characters: at least 12"):
            pack(database, secrets, tmp_path / "short.zip", "x" * 11)
        with pytest.raises(StorageError, match="cannot be written"):
            pack(database, secrets, tmp_path / "nowhere" / "away.zip", PASSPHRASE)
    assert archive.read_bytes() == whole
    assert not (tmp_path / "short.zip").exists()


def test_after_the_key_was_given_up_a_backup_brings_everybody_back(folder: Path, archive: Path) -> None:
    (folder / "key").unlink()
    with Database.open(folder) as database:
        secrets = Secrets(folder / "key", database)
        assert give_up(database, secrets, Events(database, secrets=secrets)) == 2
        back_up(database)
    unpack_and_restore(folder, archive, ask)
    assert names(folder) == ["Ada"]


@pytest.mark.parametrize(
    "figures",
    [{"n": 2**30}, {"p": 10**6}, {"n": 3}, {"kdf": "none"}, {"salt": "no"}, {"sealed": 7}, {"r": -8}],
    ids=str,
)
def test_a_wrapped_key_that_asks_for_too_much_or_makes_no_sense_is_refused(
    folder: Path, archive: Path, figures: dict[str, object]
) -> None:
    with zipfile.ZipFile(archive) as members:
        wrapped = json.loads(members.read("key.json"))
    with pytest.raises(StorageError, match="cannot be read"):
        unwrap(json.dumps(wrapped | figures).encode(), PASSPHRASE)


def test_what_a_killed_door_wrote_last_comes_back_from_the_log_beside_its_database(
    tmp_path: Path, folder: Path, archive: Path
) -> None:
    killed = tmp_path / "killed"
    with Database.open(folder) as database:
        database.rows("pragma wal_checkpoint(truncate)")
        Speakers(database, Secrets(folder / "key", database)).add("Eve", np.eye(8, dtype=np.float32)[2], MODEL, 3)
        shutil.copytree(folder, killed)
    assert (killed / f"{FILE_NAME}-wal").stat().st_size > 0
    left = {path.name: path.read_bytes() for path in killed.iterdir() if path.is_file()}
    with Database.open(folder) as database:
        Speakers(database, Secrets(folder / "key", database)).remove("Eve")
    unpack_and_restore(folder, killed / FILE_NAME, ask)
    assert names(folder) == ["Ada", "Bo", "Eve"]
    assert {path.name: path.read_bytes() for path in killed.iterdir() if path.is_file()} == left


def test_in_another_folder_a_backup_takes_no_other_backup_with_it(tmp_path: Path, folder: Path, archive: Path) -> None:
    """The numbers that a removal condemned where it was made are others' here."""
    with Database.open(folder) as database:
        for _ in range(4):
            back_up(database)
        Speakers(database, Secrets(folder / "key", database)).remove("Bo")
    taken = Path(shutil.copy2(backups(folder)[0].path, tmp_path / "taken.sqlite"))
    new = tmp_path / "new card"
    new.mkdir()
    shutil.copy2(folder / "key", new)
    unpack_and_restore(new, taken, ask)
    with Database.open(new) as database:
        Speakers(database, Secrets(new / "key", database)).add("Dan", np.eye(8, dtype=np.float32)[3], MODEL, 3)
    unpack_and_restore(new, taken, ask)
    with Database.open(new) as database:
        finish(database)
    (kept, *_) = backups(new)
    with Database.read(kept.path) as before:
        assert ("Dan",) in before.rows("select name from speakers")


def test_a_backup_with_somebody_whose_removal_was_cut_off_does_not_outlive_a_restore(
    folder: Path, archive: Path
) -> None:
    with Database.open(folder) as database:
        old = back_up(database).path
        with database.transaction():  # all that a removal does before a power cut in its middle
            database.rows("delete from speakers where name = 'Bo'")
            condemn(database)
    assert old.exists()
    unpack_and_restore(folder, archive, ask)
    assert not old.exists()


def test_how_it_was_before_takes_the_place_of_no_older_backup(folder: Path, archive: Path) -> None:
    with Database.open(folder) as database:
        older = [back_up(database, keep=20).path for _ in range(9)]
    unpack_and_restore(folder, archive, ask)
    assert {*older} < {backup.path for backup in backups(folder)}
    assert len(backups(folder)) == 10


def test_an_archive_that_a_power_cut_left_unfinished_goes_with_the_next_backup(folder: Path, archive: Path) -> None:
    """install.md keeps it in the folder of the data, and it may hold somebody who is removed afterwards."""
    left = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, pathlib, signal, sys\n"
            "from edgevoice.storage.files import beside\n"
            "with beside(pathlib.Path(sys.argv[1]) / 'house.backup', ours=False): os.kill(os.getpid(), signal.SIGKILL)",
            str(folder),
        ],
        check=False,
        timeout=60,
    )
    assert left.returncode == -signal.SIGKILL
    assert list(folder.glob(".house.backup-*"))
    with Database.open(folder) as database:
        back_up(database)
    assert list(folder.glob(".house.backup-*")) == []
