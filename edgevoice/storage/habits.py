"""How each person usually sounds: four running means, sealed, gone with the person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from edgevoice.errors import StorageError
from edgevoice.storage.database import Database
from edgevoice.storage.people import row_of
from edgevoice.storage.sealed import HABITS
from edgevoice.storage.secrets import Secrets

LONGEST_MEMORY = 50
"""Utterances: a mean of so many moves on with the person."""
FEWEST = 3
"""Utterances, before there is anything usual."""


@dataclass(frozen=True)
class Usual:
    """Means of each figure over so many utterances."""

    figures: Mapping[str, float]
    utterances: int


class Habits:
    """Keeps and gives the means; what they are of is the caller's business."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database, self._secrets = database, secrets

    def note(self, name: str, figures: Mapping[str, float]) -> None:
        """Take one utterance of an enrolled person in; SpeakerError, StorageError, and nothing is kept then."""
        row = row_of(self._database, name)[0]
        with self._database.transaction():
            before = self._read(row)
            count = before.utterances + 1 if before else 1
            weight = 1 / min(count, LONGEST_MEMORY)
            old = before.figures if before else {}
            means = {
                key: old.get(key, value) + weight * (value - old.get(key, value)) for key, value in figures.items()
            }
            plain = json.dumps({"utterances": count, "figures": means}).encode()
            self._database.rows(
                "insert or replace into habits values (?, ?)", (row, self._secrets.seal(plain, HABITS.purpose(row)))
            )

    def usual(self, name: str) -> Usual | None:
        """What is usual for an enrolled person; None before FEWEST utterances. SpeakerError, StorageError."""
        found = self._read(row_of(self._database, name)[0])
        return found if found and found.utterances >= FEWEST else None

    def _read(self, row: int) -> Usual | None:
        found = self._database.rows("select sealed from habits where speaker = ?", (row,))
        if not found:
            return None
        try:
            sealed = found[0][0]
            assert isinstance(sealed, bytes)
            read = json.loads(self._secrets.open(sealed, HABITS.purpose(row)))
            return Usual({str(key): float(value) for key, value in read["figures"].items()}, int(read["utterances"]))
        except (ValueError, KeyError, AttributeError) as error:
            raise StorageError(f"habits {row} cannot be read: put back a backup of the database") from error
