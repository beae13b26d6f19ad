"""A voice lock for a door: who speaks, and whether to open.

>>> import edgevoice                                                    # doctest: +SKIP
>>> for evidence in edgevoice.load().identify(samples_int16, 48_000):   # doctest: +SKIP
...     for score in evidence.scores[:1]:  # the best first; none where nobody is enrolled
...         print(score.speaker, score.llr, evidence.threshold)
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgevoice.identify import Identifier

__all__ = ["load"]


def load(config: Path | None = None) -> "Identifier":
    """Models, people and settings, ready to ``identify``; ``config``: a TOML file, else where the command line looks.

    Belongs to the thread that calls this. Raises EdgevoiceError: settings, models or the database cannot be used.
    """
    # Only when asked for: every module of edgevoice runs this file first.
    from edgevoice.app import load_identifier  # noqa: PLC0415

    return load_identifier(config)
