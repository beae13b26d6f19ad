"""Everything -> one HTML file that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edgevoice.errors import StorageError
from tools.explore.chapters import Picture
from tools.explore.clips import Refused
from tools.explore.study import FIGURES
from tools.explore.together import Figures, Neighbours

_DECIMALS = {"length": 2, "speech": 2, "flatness": 3, "clipped": 2, "onsets": 1, "syllables": 1, "words": 1}
_BY_DEFAULT = {"f0 spread": 1, "SNR": 1, "level": 1}


@dataclass(frozen=True)
class Chapter:
    """One clip: its name, what the file was, what was heard in it, its figures and, for the first clips, pictures."""

    name: str
    note: str
    heard: str
    figures: Figures
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Page:
    """left_out: what is not on the page for want of room, as a sentence or empty."""

    title: str
    made_of: str
    chapters: Sequence[Chapter]
    refused: Sequence[Refused]
    together: Sequence[Picture]
    neighbours: Sequence[Neighbours]
    left_out: str


def write(page: Page, path: Path) -> int:
    """The page as a file; its size in bytes. StorageError."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    text = environment.get_template("page.html.jinja").render(page=page, units=FIGURES, told=told)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}; name another file with --html") from error
    return len(text.encode())


def told(name: str, value: float | None) -> str:
    """A figure as the table shows it."""
    decimals = _DECIMALS.get(name, _BY_DEFAULT.get(name, 0))
    return "–" if value is None else f"{value:.{decimals}f}"
