"""What is in a folder of sound: its index, ``index.csv`` or any other of the same form, and its files."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from edgevoice.errors import SettingsError

SOUND_FILES = frozenset({".flac", ".ogg", ".opus", ".wav"})
COLUMNS = ("path", "kind", "split", "set", "speaker", "session", "label", "seconds", "licence")
_OF_A_FOLDER = ("path", "kind", "split", "set", "speaker", "label")


def read_index(root: Path, columns: Sequence[str] = _OF_A_FOLDER) -> list[dict[str, str]]:
    """``read_rows`` of the index in a folder."""
    return read_rows(root / "index.csv", columns)


def read_rows(index: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """A row a clip, by the names of the heading, what is left out as "".

    SettingsError where it cannot be read, lacks one of these columns, lists no clip or one clip twice, which would be
    compared with itself.
    """
    try:
        with index.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            found, rows = reader.fieldnames or [], list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(
            f"{index}: the index cannot be read ({error}); wanted a CSV file in UTF-8: docs/your_own_recordings.md"
        ) from error
    if missing := [column for column in columns if column not in found]:
        raise SettingsError(
            f"{index}: column {', '.join(missing)} is missing; found {', '.join(found) or 'no column'}; "
            f"wanted at least {', '.join(columns)}: docs/your_own_recordings.md"
        )
    if not rows:
        raise SettingsError(f"{index}: found a heading but no clip; wanted a line a clip")
    listed: set[str] = set()
    for row in rows:
        path = Path(row["path"]).as_posix()
        if row["path"] and path in listed:
            raise SettingsError(f"{index}: {path} is listed twice; wanted a line a clip: take one of them out")
        listed.add(path)
    return rows


def write_index(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Rows of ``COLUMNS``, one by one, so that a run that is stopped leaves what it has made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def sound_files(folder: Path) -> list[Path]:
    """All that are named like sound, under the folder, in order; an empty list where there is none."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUND_FILES)
