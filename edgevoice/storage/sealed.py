"""What is sealed in the database, and for which purpose: so that a new key can seal all of it anew."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sealed:
    """A table with a column ``sealed``, bound to some other columns of its row, which are never changed."""

    table: str
    bound: tuple[str, ...]
    form: str
    vital: bool
    """Whether a row that no longer opens must stop a change of the key: people would be lost by it."""

    def purpose(self, *values: object) -> str:
        """What the row with these values in its bound columns is sealed for, and opens for nothing else."""
        return self.form.format(*values)


VOICEPRINTS = Sealed("voiceprints", ("speaker", "model"), "voiceprint {} of {}", vital=True)
EVENTS = Sealed("events", ("id", "at", "kind"), "event {} at {} of kind {}", vital=False)
ORIGINALS = Sealed("originals", ("speaker", "model"), "voiceprint {} of {}", vital=True)
HEARD = Sealed("heard", ("id",), "heard {}", vital=False)
HABITS = Sealed("habits", ("speaker",), "habits {}", vital=False)
PINS = Sealed("pins", ("speaker",), "PIN of {}", vital=False)  # lost ones are set anew

SEALED = (VOICEPRINTS, EVENTS, ORIGINALS, HEARD, HABITS, PINS)
"""Every table with a column ``sealed``; a test compares this with the schema."""
