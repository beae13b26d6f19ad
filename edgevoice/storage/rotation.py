"""A new key: everything is sealed anew with it, in one transaction; or the old one is lost and given up.

Two files change, the database and the key, and no file system changes two at once. So the new key is written beside the
old one first; then the database, in one transaction, is sealed anew and names the new key; then the new key takes the
place of the old one. A power cut before the end of the transaction leaves the old key in force, one after it the new
one, and whoever opens the database next finds which.
"""

from collections.abc import Callable

from edgevoice.errors import LostKeyError, StorageError
from edgevoice.storage import chain
from edgevoice.storage.backups import condemn, renew
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.keys import Key, write_key
from edgevoice.storage.sealed import EVENTS, SEALED, Sealed
from edgevoice.storage.secrets import Secrets, record, set_aside

Step = Callable[[str], None]
"""Told what comes next."""
_MOST_TOLD = 5  # problems of the audit log that are named, so that the event stays short
_AT_ONCE = 500  # rows in memory


def rotate(database: Database, secrets: Secrets, events: Events, step: Step = lambda _: None) -> Key:
    """Change the key; StorageError where that is not possible, and then nothing has changed.

    Whatever was wrong with the audit log before is written into it, as the new key signs every row as it stands.
    """
    step("look at what is there")
    secrets.settle()
    with database.transaction():
        old, new = secrets.key(), Key.random()
        found = chain.problems(database, old)
        step("write the new key beside the old one")
        write_key(new, secrets.new_path, over=True)
        for sealed in SEALED:
            step(f"seal {sealed.table} anew")
            _seal_anew(database, sealed, old, new)
        step("sign the audit log anew")
        _put_in_force(database, new)
        step("write it down")
        events.write("key", f"the key was changed, from {old.id} to {new.id}; {_told(found)}")
        step("end the transaction")
    step("put the new key in the place of the old one")
    secrets.settle()
    step("overwrite what the old key has sealed")
    database.forget()
    step("make a new backup in the place of the older ones")
    renew(database)
    step("done")
    return new


def give_up(database: Database, secrets: Secrets, events: Events) -> int:
    """Begin anew with another key where the old one is lost; how many people must enrol again.

    Nobody can open their voiceprints any more, so they go. The rows of the audit log stay: number, time and kind can
    be read, the details cannot. StorageError where the key is there, or where that cannot be told now, as another
    program writes or the key may not be read: nothing was changed then.
    """
    if _opens(database, secrets):
        raise StorageError(f"the key {secrets.path} is there and is the right one: `edgevoice key rotate` changes it")
    set_aside(secrets.path)
    with database.transaction():
        ((people,),) = database.rows("select count(*) from speakers")
        assert isinstance(people, int)
        new = Key.random()
        write_key(new, secrets.new_path, over=True)
        for sealed in SEALED:
            if sealed is not EVENTS:
                database.rows(f"delete from {sealed.table}")
        database.rows("delete from speakers")
        _put_in_force(database, new)
        told = f"the key was lost; {people} people must enrol again; the details of older events cannot be read"
        events.write("key", told)
    secrets.settle()
    database.forget()
    renew(database)
    return people


def _put_in_force(database: Database, new: Key) -> None:
    chain.sign_anew(database, new)
    record(database, new)
    condemn(database)


def _seal_anew(database: Database, sealed: Sealed, old: Key, new: Key) -> None:
    columns, after = ", ".join(sealed.bound), -(2**62)
    while rows := database.rows(
        f"select rowid, sealed, {columns} from {sealed.table} where rowid > ? order by rowid limit ?", (after, _AT_ONCE)
    ):
        for number, secret, *bound in rows:
            assert isinstance(number, int)
            after = number
            purpose = sealed.purpose(*bound)
            plain = old.open(secret, purpose) if isinstance(secret, bytes) else None
            if plain is not None:
                again = new.seal(plain, purpose)
                database.rows(f"update {sealed.table} set sealed = ? where rowid = ?", (again, number))
            elif sealed.vital:
                raise StorageError(
                    f"{purpose} does not open, and would be lost: remove that person first (`edgevoice check`"
                    " tells who), or put a backup in place (`edgevoice restore`)"
                )


def _told(found: list[str]) -> str:
    if not found:
        return "the audit log was whole"
    more = f" and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
    return f"the audit log was not whole: {'; '.join(found[:_MOST_TOLD])}{more}"


def _opens(database: Database, secrets: Secrets) -> bool:
    try:
        with database.transaction():
            secrets.key()
    except LostKeyError:
        return False
    return True
