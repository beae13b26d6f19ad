"""The list of steps in tools/__init__.py is whole."""

import re
from pathlib import Path

import tools


def test_every_step_is_listed() -> None:
    assert tools.__doc__ is not None
    (folder,) = tools.__path__
    steps = {path.stem for path in Path(folder).glob("[!_]*.py")} | {"explore"}
    assert steps <= set(re.findall(r"\w+", tools.__doc__))
