"""Which display tells of a serving door. Rich is loaded where there may be a terminal: a service needs none of it."""

import io
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from edgevoice.cli.desk import Desk
from edgevoice.cli.display import Lines

if TYPE_CHECKING:
    from rich.console import Console

    from edgevoice.cli.live import LivePanel


def choose(desk: Desk) -> "Lines | LivePanel":
    """The panel on a terminal whose encoding has its characters, lines elsewhere."""
    forced = {"FORCE_COLOR", "TTY_COMPATIBLE"} & os.environ.keys()  # what rich takes for a terminal too
    if desk.as_json or not (sys.stdout.isatty() or forced):
        return Lines(desk)
    console: Console = import_module("rich.console").Console()
    return _panel(console) if console.is_terminal and not console.options.ascii_only else Lines(desk)


def unseen() -> "LivePanel":
    """A panel that nobody sees, to be saved as a picture."""
    return _panel(import_module("rich.console").Console(file=io.StringIO()))


def _panel(console: "Console") -> "LivePanel":
    panel: LivePanel = import_module("edgevoice.cli.live").LivePanel(console)
    return panel
