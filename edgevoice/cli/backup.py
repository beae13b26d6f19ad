"""``edgevoice backup`` and ``edgevoice restore``: people and audit log, kept and put back."""

from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk
from edgevoice.errors import StorageError
from edgevoice.storage.archive import pack, unpack_and_restore
from edgevoice.storage.backups import FOLDER, back_up, backups
from edgevoice.storage.files import make_data_folder
from edgevoice.storage.restore import newest_good

_passphrase_file = click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="Its first line, instead of asking for one."
)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@_passphrase_file
@click.option("--without-key", is_flag=True, help="Leave the key out; then it must be kept elsewhere.")
@pass_desk
def backup(desk: Desk, file: Path | None, passphrase_file: Path | None, without_key: bool) -> None:
    """Write people and audit log to FILE, to be taken away, with the key behind a passphrase.

    Without FILE: one more of the daily backups beside the database, which hold no key.
    """
    if file is None and (passphrase_file or without_key):
        raise click.UsageError("a backup beside the database holds no key: name a FILE")
    if passphrase_file and without_key:
        raise click.UsageError("--without-key leaves out what a passphrase would be for: give one of the two")
    with app.house(desk.loaded) as house:
        if file is None:
            written = back_up(house.database, max(desk.loaded.settings.storage.backups_kept, 1)).path
        else:
            written = file
            passphrase = None if without_key else _passphrase(passphrase_file, new=True)
            pack(house.database, house.secrets, file, passphrase)
    with_key = file is not None and not without_key
    key = "with the key, behind the passphrase" if with_key else "without the key: keep that too, elsewhere"
    desk.answer({"file": str(written), "key": with_key}, f"wrote {written}, {key}")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@_passphrase_file
@pass_desk
def restore(desk: Desk, file: Path | None, passphrase_file: Path | None) -> None:
    """Put the people and the audit log of FILE in the place of those here; end the door first.

    Without FILE: the last good one of the daily backups. How it was before is kept as one more of them.
    """
    folder = desk.loaded.data
    chosen = file or _daily(folder)
    told = unpack_and_restore(folder, chosen, lambda: _passphrase(passphrase_file, new=False))
    desk.answer({"restored": str(chosen), "before": told}, f"{chosen} is in place; {told}")


def _daily(folder: Path) -> Path:
    """The last good one of the daily backups; StorageError where there is none."""
    make_data_folder(folder)
    good = newest_good(folder)
    if good is None:
        raise StorageError(
            f"there is no good daily backup in {folder / FOLDER} ({len(backups(folder))} found), and nothing was"
            " changed: name a FILE that `edgevoice backup FILE` wrote"
        )
    return good.path


def _passphrase(file: Path | None, new: bool) -> str:
    if file is None:
        asked: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True)
        return asked
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{file} cannot be read as a passphrase: {error}; name another file") from error
    return lines[0] if lines else ""
