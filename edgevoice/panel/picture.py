"""A view -> an SVG file, as the README shows it."""

import io
import re
from pathlib import Path

from rich.console import Console

from edgevoice.errors import StorageError
from edgevoice.panel.draw import WIDTH, panel
from edgevoice.panel.view import View

_FONTS = "DejaVu Sans Mono, Menlo, Consolas, monospace"


def save_picture(view: View, path: Path) -> None:
    """Draw ``view`` into ``path``; StorageError where that cannot be written."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(panel(view))
    drawing = console.export_svg(title="edgevoice", unique_id="panel")
    # No font from elsewhere: a picture must not call anybody.
    drawing = re.sub(r"@font-face \{.*?\}", "", drawing, flags=re.DOTALL)
    drawing = drawing.replace("font-family: Fira Code, monospace", f"font-family: {_FONTS}")
    # Blanks at the ends of texts count: some readers leave them out, and the words run together.
    drawing = drawing.replace("<svg ", '<svg xml:space="preserve" ', 1)
    try:
        path.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}; name another file with --picture") from error
