"""The people the door knows."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import count

import numpy as np

from edgevoice.errors import SpeakerError, StorageError
from edgevoice.storage.backups import condemn, renew
from edgevoice.storage.database import Database
from edgevoice.storage.names import fold, tidy
from edgevoice.storage.people import nobody
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.voiceprints import DAMAGED, Vault, Vector, Voiceprint, to_bytes

_log = logging.getLogger(__name__)
_ALL = (
    "select s.id, s.name, v.model, v.utterances, s.enrolled_at, s.administrator, v.sealed"
    " from speakers s join voiceprints v on v.speaker = s.id order by s.id"
)


@dataclass(frozen=True)
class Speaker:
    """One enrolled person: name, the model that made the voiceprint, utterances it rests on, UTC time in ISO 8601,
    whether they may allow an enrolment."""

    name: str
    model: str
    utterances: int
    enrolled_at: str
    administrator: bool = False


@dataclass(frozen=True)
class _Row:
    id: int
    speaker: Speaker
    sealed: object


_Rows = list[_Row]
People = list[Speaker]  # named here, as a class with a method called list cannot say list[...]
Voiceprints = list[Voiceprint]


class Speakers:
    """Adds, lists, renames and removes people; a name finds its person in any case or width."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database = database
        self._vault = Vault(database, secrets)
        self._told: set[tuple[str, Speaker]] = set()

    def add(self, name: str, vector: Vector, model: str, utterances: int) -> None:
        """Enrol a new person with a voiceprint (d,) of ``model``, averaged over so many utterances.

        SpeakerError: the name is unfit or taken, the vector unusable. StorageError: disk or key; nothing was kept then.
        """
        tidied, plain = tidy(name), to_bytes(name, vector)
        with self._database.transaction():
            self._refuse_taken(tidied)
            now = datetime.now(timezone.utc).isoformat(timespec="seconds")
            ((row,),) = self._database.rows(
                "insert into speakers (name, folded, enrolled_at) values (?, ?, ?) returning id",
                (tidied, fold(tidied), now),
            )
            assert isinstance(row, int)
            self._vault.keep(row, plain, model, utterances)

    def renew(self, name: str, vector: Vector, model: str, utterances: int) -> None:
        """Replace the voiceprint of an enrolled person: the way back in after a change of the model."""
        plain = to_bytes(name, vector)
        with self._database.transaction():
            row = self._find(name).id
            self._vault.keep(row, plain, model, utterances)
            self._vault.drop_original(row)

    def adapt(self, before: Voiceprint, vector: Vector) -> bool:
        """Move the voiceprint of a person; the one they enrolled with is kept, and ``reset`` brings it back.

        False where it is no longer the one ``before``, as another program has enrolled them anew: it stays as it is.
        """
        plain = to_bytes(before.speaker, vector)
        with self._database.transaction():
            row = self._find(before.speaker)
            if not np.array_equal(self._open(row).vector, before.vector):
                return False
            self._vault.keep_original(row.id)
            self._vault.keep(row.id, plain, row.speaker.model, row.speaker.utterances)
        return True

    def enrolled_with(self, name: str) -> Voiceprint:
        """The voiceprint as it was before it adapted."""
        row = self._find(name)
        original = self._vault.original(row.id)
        return self._open(row if original is None else replace(row, sealed=original))

    def reset(self, name: str) -> bool:
        """Undo every adaptation of a person's voiceprint; whether there was any. StorageError: it is damaged."""
        with self._database.transaction():
            row = self._find(name)
            if self._vault.original(row.id) is None:
                return False
            self.enrolled_with(name)  # a damaged one must not take the place of a sound one
            self._vault.put_back(row.id)
        return True

    def set_administrator(self, name: str, administrator: bool) -> None:
        """Let a person allow enrolments, or no longer."""
        row = self._find(name)
        with self._database.transaction():
            self._database.rows("update speakers set administrator = ? where id = ?", (int(administrator), row.id))

    def free_name(self) -> str:
        """``person 1`` or the next that nobody is called: for somebody whose name nobody can type."""
        taken = {fold(person.name) for person in self.list()}
        return next(name for name in (f"person {number}" for number in count(1)) if fold(name) not in taken)

    def list(self) -> People:
        """Everybody enrolled, in the order of enrolment; works without the key."""
        return [row.speaker for row in self._rows()]

    def remove(
        self, name: str, refuse: Callable[[], object] = lambda: None, write_down: Callable[[], object] = lambda: None
    ) -> None:
        """Delete a person and their voiceprint; works without the key. The audit log has a number and no name for them.

        Deleted bytes are overwritten in the file and its log, as far as a file system on a flash card can promise that.
        A new backup takes the place of all that lie beside the database. ``refuse`` and ``write_down``: in the
        same transaction, before the person is gone and after; what they raise keeps the person.
        """
        with self._database.transaction():
            person = self._find(name)
            refuse()
            self._database.rows("delete from speakers where id = ?", (person.id,))
            condemn(self._database)
            write_down()
        if not self._database.forget():
            _log.warning(
                "traces of a removed person stay in the database or its write-ahead log until the next removal: "
                "another program was using it, or the disk is full"
            )
        renew(self._database)

    def rename(self, old: str, new: str) -> str:
        """Call a person otherwise, and thereby in the audit log, which names people by number; the name as kept."""
        tidied = tidy(new)
        with self._database.transaction():
            person = self._find(old)
            self._refuse_taken(tidied, unless=person.id)
            self._database.rows(
                "update speakers set name = ?, folded = ? where id = ?", (tidied, fold(tidied), person.id)
            )
        return tidied

    def voiceprints(self, model: str) -> Voiceprints:
        """Every voiceprint that ``model`` made, for scoring; StorageError without the key that seals them.

        Voiceprints of another model cannot be compared and are not among them: ``outdated`` names their owners,
        and so does one warning in the log. Nor are damaged ones, whose owners ``damaged`` names.
        """
        found = []
        for row in self._rows():
            if row.speaker.model != model:
                self._tell(
                    row.speaker, f"must enrol again: the voiceprint is of model {row.speaker.model}, this is {model}"
                )
            elif (opened := self._open_sound(row)) is None:
                self._tell(row.speaker, f"is not known any more: {DAMAGED}")
            else:
                found.append(opened)
        return found

    def unknown(self, model: str) -> People:
        """Who must enrol again to be known with ``model``: ``outdated``, or damaged."""
        return [row.speaker for row in self._rows() if row.speaker.model != model or self._open_sound(row) is None]

    def damaged(self) -> People:
        """Whose voiceprint, or the one laid aside when it adapted, does not open although the right key is there:
        nobody else is kept out by it.

        StorageError without the key: then nobody's opens, and none of them is damaged.
        """
        return [row.speaker for row in self._rows() if self._open_sound(row) is None or self._has_lost_original(row)]

    def outdated(self, model: str) -> People:
        """Who must enrol again, because another model made their voiceprint."""
        return [speaker for speaker in self.list() if speaker.model != model]

    def _open(self, row: _Row) -> Voiceprint:
        speaker = row.speaker
        try:
            vector = self._vault.open(row.id, speaker.model, row.sealed)
        except StorageError as error:
            raise StorageError(f"the voiceprint of {speaker.name}: {error}") from error
        return Voiceprint(speaker.name, vector, speaker.model, speaker.utterances)

    def _open_sound(self, row: _Row) -> Voiceprint | None:
        """None where the row is damaged, and not the key the wrong one."""
        speaker = row.speaker
        vector = self._vault.open_sound(row.id, speaker.model, row.sealed)
        return None if vector is None else Voiceprint(speaker.name, vector, speaker.model, speaker.utterances)

    def _has_lost_original(self, row: _Row) -> bool:
        original = self._vault.original(row.id)
        return original is not None and self._open_sound(replace(row, sealed=original)) is None

    def _tell(self, speaker: Speaker, what: str) -> None:
        if (what, speaker) not in self._told:
            self._told.add((what, speaker))
            _log.warning("%s %s", speaker.name, what)

    def _rows(self) -> _Rows:
        return [_row(*values) for values in self._database.rows(_ALL)]

    def find(self, name: str) -> Speaker:
        """The person of that name, in any case or width; SpeakerError."""
        return self._find(name).speaker

    def _find(self, name: str) -> _Row:
        rows, folded = self._rows(), fold(name)
        for row in rows:
            if fold(row.speaker.name) == folded:
                return row
        raise nobody(name, [row.speaker.name for row in rows])

    def _refuse_taken(self, name: str, unless: int | None = None) -> None:
        for row in self._rows():
            if row.id != unless and fold(row.speaker.name) == fold(name):
                raise SpeakerError(
                    f"{row.speaker.name!r} is enrolled already: choose a name that tells the two apart,"
                    f" or remove the first (`edgevoice speakers remove`)"
                )


def _row(*values: object) -> _Row:
    number, name, model, utterances, enrolled_at, administrator, sealed = values
    assert isinstance(number, int)  # SQLite keeps nothing else in a primary key
    rests_on = utterances if isinstance(utterances, int) else 0
    speaker = Speaker(str(name), str(model), rests_on, str(enrolled_at), bool(administrator))
    return _Row(number, speaker, sealed)
