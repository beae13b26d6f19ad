"""Tables that a script writes into a page, between two marking lines."""

from collections.abc import Sequence
from pathlib import Path

from edgevoice.errors import SettingsError


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, the others to the right."""
    lines = [headings, ("---", *["---:"] * (len(headings) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_between(path: Path, marker: str, text: str) -> None:
    """Replace what stands between the markers of a file; SettingsError where they are not there once, in order."""
    opening, closing = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read to put the table in ({error})") from error
    before, found, rest = content.partition(opening)
    _, also_found, after = rest.partition(closing)
    if not found or not also_found or opening in rest:
        raise SettingsError(f"{path}: no place for the table; wanted the lines {opening} and {closing}, once, in order")
    path.write_text(f"{before}{opening}\n{text}\n{closing}{after}", encoding="utf-8")
