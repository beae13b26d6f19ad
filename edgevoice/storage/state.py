"""What must be remembered across a restart: a few named figures."""

import json
from collections.abc import Mapping

from edgevoice.storage.database import Database


class State:
    """Named sets of figures, each replaced as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, name: str, figures: Mapping[str, float]) -> None:
        """Remember ``figures`` under ``name``, on the disk when this returns."""
        with self._database.transaction():
            self._database.rows(
                "insert or replace into state (name, figures) values (?, ?)", (name, json.dumps(figures))
            )

    def get(self, name: str) -> dict[str, float] | None:
        """What was put, None where nothing was, and an empty dict where it can no longer be read."""
        found = self._database.rows("select figures from state where name = ?", (name,))
        return _figures(str(found[0][0])) if found else None


def _figures(text: str) -> dict[str, float]:
    try:
        read = json.loads(text)
        return {str(name): float(value) for name, value in read.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
