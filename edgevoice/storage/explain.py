"""What SQLite says -> what happened, and what to do."""

import sqlite3
from pathlib import Path

from edgevoice.errors import DamagedError, StorageError

PUT_A_BACKUP = "put a backup in its place (`edgevoice restore`)"
_DAMAGED = ("not a database", "malformed")
_WHAT_TO_DO = {
    "not a database": f"not SQLite, or damaged: {PUT_A_BACKUP}",
    "malformed": f"the file is damaged: {PUT_A_BACKUP}",
    "disk is full": "nothing was changed: free some space and try again",
    "readonly": "it cannot be written: check the permissions of file and folder, and that the card is not read-only",
    "unable to open": "it cannot be opened: check the permissions of the file and its folder",
    "locked": "another program has been writing to it for {busy:g} s: end that program and try again",
    "unique constraint": "another program has put rows in: `edgevoice events --verify` tells which",
    "closed": "it was closed already: start edgevoice again",
    # SQLite says so too where a full disk has no room for its shared memory.
    "i/o error": "the disk is full, or the card does not answer: free some space, or check the kernel log",
}


def explained(error: sqlite3.Error, path: Path, busy_seconds: float) -> StorageError:
    """The error to raise instead; DamagedError where only a backup helps."""
    said = str(error).lower()
    advice = next((advice for words, advice in _WHAT_TO_DO.items() if words in said), "run `edgevoice check`")
    kind = DamagedError if any(words in said for words in _DAMAGED) else StorageError
    return kind(f"database {path}: {error}: {advice.format(busy=busy_seconds)}")
