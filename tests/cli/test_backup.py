"""``edgevoice backup`` and ``edgevoice restore``."""

from pathlib import Path

import pytest

from edgevoice.storage.database import FILE_NAME, Database
from edgevoice.visit import FOLDER
from tests.cli.conftest import Shell


def names(shell: Shell) -> list[object]:
    return [person["name"] for person in shell.json("speakers", "list").records]


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text("correct horse battery staple\n")
    return file


def test_a_backup_that_was_taken_away_brings_people_and_key_back(
    household: Shell, tmp_path: Path, passphrase: Path
) -> None:
    away = tmp_path / "away.zip"
    (record,) = household.json("backup", away, "--passphrase-file", passphrase).records
    assert record == {"file": str(away), "key": True}
    for path in household.data.iterdir():
        path.unlink()
    assert household("restore", away, "--passphrase-file", passphrase).status == 0
    assert names(household) == ["Ada", "Ben"]
    assert household("identify", FOLDER / "ada-unlock-1.opus").status == 0
    assert household.json("events", "--last", "1").records[0]["kind"] == "restored"


def test_a_person_removed_by_mistake_is_back_and_how_it_was_is_kept(household: Shell, tmp_path: Path) -> None:
    away = tmp_path / "away.zip"
    assert household("backup", away, "--without-key").status == 0
    assert household("speakers", "remove", "Ben").status == 0
    said = household("restore", away)
    assert said.status == 0
    assert "how it was before is kept in edgevoice-000001.sqlite" in said.out
    assert names(household) == ["Ada", "Ben"]


def test_the_last_good_daily_backup_is_put_back_without_a_file(household: Shell) -> None:
    assert "keep that too, elsewhere" in household("backup").out
    (household.data / FILE_NAME).write_bytes(b"a letter" * 9999)
    assert "was damaged, and moved to" in household("restore").out
    assert names(household) == ["Ada", "Ben"]


def test_where_the_audit_log_cannot_be_written_on_no_backup_is_made_and_the_last_good_one_helps(
    household: Shell,
) -> None:
    assert household("backup").status == 0
    with Database.open(household.data) as database:
        database.rows("update chain set last_mac = x'00' || substr(last_mac, 2)")
    said = household("backup")
    assert said.status == 1
    assert "where the audit log begins and ends was changed by another program, or is damaged" in said.err
    assert "was damaged, and moved to" in household("restore").out
    assert names(household) == ["Ada", "Ben"]
    assert household("speakers", "promote", "Ben").status == 0


def test_without_any_good_backup_that_is_an_error_with_what_to_do(household: Shell) -> None:
    folder = household.data / "backups"
    for found in (0, 1):
        said = household("restore")
        assert said.status == 1
        told = f"there is no good daily backup in {folder} ({found} found), and nothing was changed: name a FILE"
        assert told in said.err
        assert "damaged or gone" not in said.err  # the database is sound
        folder.mkdir(exist_ok=True)
        (folder / "edgevoice-000001.sqlite").write_bytes(b"a letter" * 999)
    assert names(household) == ["Ada", "Ben"]


def test_a_file_that_is_no_backup_is_named_as_it_was_given(household: Shell, tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text("Dear Ada\n" * 99)
    said = household("restore", letter)
    assert said.status == 1
    told = f"{letter} is no backup of edgevoice, or a damaged one; nothing was changed: take another one"
    assert said.err == f"edgevoice: error: {told}\n"
    assert names(household) == ["Ada", "Ben"]


def test_a_backup_of_another_house_is_named_as_it_was_given(household: Shell, tmp_path: Path) -> None:
    away, other = tmp_path / "away.zip", tmp_path / "other"
    assert household("backup", away, "--without-key").status == 0
    said = household("--data", other, "restore", away)
    assert said.status == 1
    assert f"{away} is sealed with a key that is not here" in said.err


@pytest.mark.parametrize("away", [False, True])
def test_a_house_without_its_key_is_named_and_no_copy_of_it(household: Shell, tmp_path: Path, away: bool) -> None:
    (household.data / "key").unlink()
    said = household("backup", tmp_path / "away.zip", "--without-key") if away else household("backup")
    assert said.status == 1
    assert f"{household.data / FILE_NAME} is sealed with a key that is not here" in said.err


def test_wrong_usage_and_missing_files_are_told(household: Shell, tmp_path: Path, passphrase: Path) -> None:
    assert household("backup", "--without-key").status == 2
    assert household("backup", tmp_path / "both.zip", "--without-key", "--passphrase-file", passphrase).status == 2
    assert not (tmp_path / "both.zip").exists()
    for command in (
        ("restore", str(tmp_path / "none.zip"), "--passphrase-file", str(passphrase)),
        ("backup", str(tmp_path / "away.zip"), "--passphrase-file", str(tmp_path / "none")),
    ):
        said = household(*command)
        assert said.status == 1
        assert "No such file" in said.err
    assert names(household) == ["Ada", "Ben"]
