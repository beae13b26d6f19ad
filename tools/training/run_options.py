"""What the steps that train share on the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., None])
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


def run_options(command: Command) -> Command:
    """``run_file``, ``root``, ``output`` and ``steps``."""
    options = [
        click.argument("run_file", type=click.Path(path_type=Path)),
        click.option("--root", type=_FOLDER, required=True, help="Folder with index.csv."),
        click.option("--output", type=_FOLDER, required=True, help="Folder of this run."),
        click.option("--steps", type=int, default=None, help="Fewer steps (for a trial)."),
    ]
    for option in reversed(options):
        command = option(command)
    return command
