"""The log at the foot of a panel."""

from collections.abc import Mapping, Sequence

from rich.text import Text

from edgevoice.panel.view import Happening

_KIND_WIDTH = 8  # characters


def draw_log(happenings: Sequence[Happening], lines: int, styles: Mapping[str, str]) -> list[Text]:
    """The last happenings in exactly so many lines, empty ones at the end; styles: of each kind, dim where none."""
    drawn = [_line(happening, styles) for happening in happenings[-lines:]]
    return drawn + [Text()] * (lines - len(drawn))


def _line(happening: Happening, styles: Mapping[str, str]) -> Text:
    text = Text(f"{happening.t_s:6.1f} s  ", style="dim", no_wrap=True, overflow="ellipsis")
    text.append(f"{happening.kind:{_KIND_WIDTH}}", style=styles.get(happening.kind, "dim"))
    return text.append(happening.text)
