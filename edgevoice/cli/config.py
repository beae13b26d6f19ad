"""``edgevoice config``: the settings."""

from pathlib import Path

import click

from edgevoice.cli.desk import Desk, pass_desk
from edgevoice.config import FILE_NAME, as_toml, default_data_folder, documented, entries
from edgevoice.errors import SettingsError
from edgevoice.storage.files import make_data_folder


@click.group()
def config() -> None:
    """The settings."""


@config.command()
@pass_desk
def show(desk: Desk) -> None:
    """Every setting in force, and whether it is a default, from the file or from an option."""
    loaded = desk.loaded
    desk.say(f"# file: {loaded.file or 'none'}; data: {loaded.data}")
    for key, value in entries(loaded.settings):
        plain = str(value) if isinstance(value, Path) else value
        source = loaded.sources[key]
        record = {"key": key, "value": plain, "source": source, "file": str(loaded.file) if source == "file" else None}
        desk.answer(record, f"{f'{key} = {as_toml(value)}':60}  # {source}")


@config.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@pass_desk
def init(desk: Desk, file: Path | None) -> None:
    """Write FILE, or edgevoice.toml in the data folder, with every setting explained; never over an old one."""
    file = file or desk.config or _in_the_data_folder(desk)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(documented())
    except FileExistsError as error:
        raise SettingsError(f"{file} is there already; move it away first, or name another file") from error
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}; name another file") from error
    desk.answer({"file": str(file)}, f"wrote {file}")


def _in_the_data_folder(desk: Desk) -> Path:
    """Which may well be made by this: people and key come into it later."""
    folder = desk.data or default_data_folder()
    make_data_folder(folder)
    return folder / FILE_NAME
