"""The list of commands in tools/__init__.py is whole."""

import re
from pathlib import Path

import tools


def test_every_command_is_listed() -> None:
    assert tools.__doc__ is not None
    folder = Path(next(iter(tools.__path__)))
    deeper = [path for path in folder.glob("*/[!_]*.py") if "@click.command(" in path.read_text(encoding="utf-8")]
    names = [".".join(path.relative_to(folder).with_suffix("").parts) for path in [*folder.glob("[!_]*.py"), *deeper]]
    assert {*names, "explore"} <= set(re.findall(r"\w+(?:\.\w+)?", tools.__doc__))
