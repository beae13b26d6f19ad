"""Tables in Markdown: printed, and put into a page between two marking lines."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from edgevoice.errors import SettingsError

markdown_option = click.option(
    "--markdown",
    "page",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Also put it into this page, between its marking lines.",
)
"""Gives ``page``: Path | None."""


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, the others to the right."""
    lines = [headings, ("---", *["---:"] * (len(headings) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def titled_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table under its title."""
    return f"**{title}**\n\n{markdown_table(headings, rows)}"


def print_table(table: Table, width: int) -> None:
    """As wide as the terminal; so many columns where nobody watches, or it would be folded to 80."""
    Console(width=None if Console().is_terminal else width).print(table)


def publish(text: str, page: Path | None, marker: str) -> None:
    """Print it, and put it between the markers of a page where there is one."""
    click.echo(text)
    if page:
        write_between(page, marker, text)


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
