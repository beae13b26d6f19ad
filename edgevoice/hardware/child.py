"""How a driver starts a process of its own: always with this very code."""

import sys
from pathlib import Path

_PACKAGES = str(Path(__file__).resolve().parents[2])
_RUN = (
    "import sys; sys.path = [{packages!r}, *filter(None, sys.path)]; "
    "import runpy; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
)


def command(module: str, *arguments: str) -> list[str]:
    """What runs a module of edgevoice. ``python -m`` would take one of that name from the current folder first."""
    return [sys.executable, "-c", _RUN.format(packages=_PACKAGES, module=module), *arguments]
