"""``edgevoice key``: what voiceprints and audit details are sealed with."""

import click

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk
from edgevoice.storage.rotation import give_up, rotate


@click.group()
def key() -> None:
    """The key that seals voiceprints and audit log.

    It lies in the file "key" beside the database, for its owner's eyes alone, and in no local backup. Without it nobody
    can open what it sealed: a copy belongs somewhere else (edgevoice backup FILE, which asks for a passphrase).
    """


@key.command()
@pass_desk
def show(desk: Desk) -> None:
    """Where the key is and whether it is the right one; never the key itself."""
    with app.house(desk.loaded) as house:
        found = house.secrets.current()
        path = house.secrets.path
    name = found.id if found else None
    told = f"{path} holds the key {name}, which seals this database" if name else "nothing is sealed yet"
    desk.answer({"file": str(path), "key": name}, told)


@key.command(name="rotate")
@pass_desk
def rotate_key(desk: Desk) -> None:
    """Make a new key and seal everything anew with it; the old one opens nothing then.

    The door stays shut while this runs. Backups beside the database are replaced by a new one; those that were taken
    away still open with the key that they carry. Heads of the audit log that were noted before are no longer found.
    """
    with app.house(desk.loaded) as house:
        new = rotate(house.database, house.secrets, house.events)
        proof = house.events.verify()
    head = f"{proof.last_id}:{proof.head}"
    desk.answer({"key": new.id, "head": head}, f"everything is sealed with the new key {new.id}\nhead: {head}")


@key.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def reset(desk: Desk, yes: bool) -> None:
    """Begin anew where the key is lost: everybody must enrol again.

    Refused while the key is there. The audit log stays, with number, time and kind of each event; what the lost key
    sealed of it cannot be read any more.
    """
    if not yes:
        click.confirm("Forget everybody who is enrolled?", abort=True, err=True)
    with app.house(desk.loaded) as house:
        people = give_up(house.database, house.secrets, house.events)
    desk.answer({"enrol_again": people}, f"there is a new key; {people} people must enrol again: edgevoice enroll NAME")
