"""The sounds that are looked up, as the peaks of their spectra, two bytes each; never audio."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from edgevoice.errors import RecordingError
from edgevoice.storage.database import Database
from edgevoice.storage.names import fold, tidy

_log = logging.getLogger(__name__)

_ALL = "select name, file, landmarks, frames, peaks, beeps, added_at from recordings order by id"


@dataclass(frozen=True)
class Sound:
    """One sound as it is stored: the file it came from, the version of what made its peaks, its length in frames of
    10 ms, its peaks, and its beeps where it is a sound of steady tones."""

    file: str
    landmarks: str
    frames: int
    peaks: bytes
    beeps: bytes = b""


@dataclass(frozen=True)
class KnownSound:
    """A sound in the library, under the name that a lookup answers; UTC time in ISO 8601."""

    name: str
    sound: Sound
    added_at: str


KnownSounds = list[KnownSound]  # named here, as a class with a method called list cannot say list[...]


class Recordings:
    """Adds, lists and removes sounds by name; several may share one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, sounds: Sequence[Sound]) -> list[str | None]:
        """Keep all of them under ``name``, or none where that fails.

        For each: None where it was added, or the name under which the very same peaks are known already, when it was
        not. SpeakerError: the name is unfit.
        """
        tidied = tidy(name)
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        with self._database.transaction():
            return [self._add(tidied, sound, now) for sound in sounds]

    def list(self) -> KnownSounds:
        """All of them, in the order of adding; one that cannot be read is left out, and a warning names it."""
        found = [_known(*row) for row in self._database.rows(_ALL)]
        return [each for each in found if each is not None]

    def remove(self, name: str) -> int:
        """Forget every sound of this name, whatever its case; how many there were. RecordingError where there is none.

        Deleted bytes are overwritten, as far as a file system on a flash card can promise that.
        """
        with self._database.transaction():
            gone = self._database.rows("delete from recordings where folded = ? returning id", (fold(name),))
        if not gone:
            names = list(dict.fromkeys(known.name for known in self.list()))
            told = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
            raise RecordingError(f"no sound is known as {name[:80]!a}; known: {told or 'nothing'}")
        return len(gone)

    def _add(self, name: str, sound: Sound, now: str) -> str | None:
        same = "select name from recordings where peaks = ? and landmarks = ?"
        if found := self._database.rows(same, (sound.peaks, sound.landmarks)):
            return str(found[0][0])
        row = (name, fold(name), sound.file, sound.landmarks, sound.frames, sound.peaks, sound.beeps, now)
        columns = "name, folded, file, landmarks, frames, peaks, beeps, added_at"
        self._database.rows(f"insert into recordings ({columns}) values (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return None


def _known(
    name: object, file: object, landmarks: object, frames: object, peaks: object, beeps: object, at: object
) -> KnownSound | None:
    """One row; None, and a warning, where it cannot be one of ours."""
    if not (isinstance(frames, int) and isinstance(peaks, bytes) and isinstance(beeps, bytes)) or len(peaks) % 2:
        told = "the sound %r cannot be read and is left out: remove it (edgevoice recordings remove), add it again"
        _log.warning(told, name)
        return None
    return KnownSound(str(name), Sound(str(file), str(landmarks), frames, peaks, beeps), str(at))
