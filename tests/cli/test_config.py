"""``edgevoice config``."""

from pathlib import Path

from edgevoice.config import FILE_NAME, Settings, entries, load
from tests.cli.conftest import Shell


def test_every_setting_is_shown_with_its_source(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    file.write_text("[door]\nopen_seconds = 3.0")
    records = {record["key"]: record for record in shell.json("--config", file, "config", "show").records}
    assert list(records) == [key for key, _ in entries(Settings())]
    assert records["door.open_seconds"] == {
        "key": "door.open_seconds",
        "value": 3.0,
        "source": "file",
        "file": str(file),
    }
    assert records["storage.folder"]["source"] == "option"
    assert records["gpio.relay_pin"]["source"] == "default"


def test_the_commented_file_is_written_where_it_is_looked_for_and_never_over_another(shell: Shell) -> None:
    assert shell.json("config", "init").records == [{"file": str(shell.data / FILE_NAME)}]
    assert load(data=shell.data).file == shell.data / FILE_NAME
    again = shell("config", "init")
    assert again.status == 1
    assert "is there already" in again.err


def test_the_data_folder_that_it_makes_is_for_its_owner_alone(shell: Shell) -> None:
    assert shell("config", "init").status == 0
    assert shell.data.stat().st_mode & 0o777 == 0o700


def test_it_is_written_into_the_file_that_is_named(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "own.toml"
    assert shell("config", "init", file).status == 0
    assert shell("--config", file, "config", "show").status == 0


def test_a_wrong_file_is_an_error_of_every_command(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text("[door]\nopen_secs = 3.0")
    for command in (["config", "show"], ["events"], ["run"], ["speakers", "list"]):
        said = shell("--config", file, *command)
        assert said.status == 1
        assert "unknown key door.open_secs" in said.err
