"""The index of a folder of sound: ``index.csv`` beside it."""

import csv
from pathlib import Path

from edgevoice.errors import SettingsError


def read_index(root: Path) -> list[dict[str, str]]:
    """A row a clip, by the names of the heading; SettingsError where there is no index to read."""
    path = root / "index.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as index:
            return list(csv.DictReader(index))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(
            f"{path}: cannot be read ({error}); wanted a CSV file: docs/your_own_recordings.md"
        ) from error
