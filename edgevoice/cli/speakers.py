"""``edgevoice speakers``: the people."""

import logging

import click

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk
from edgevoice.errors import StorageError

_log = logging.getLogger(__name__)


@click.group()
def speakers() -> None:
    """The people whom the door knows."""


@speakers.command(name="list")
@pass_desk
def list_people(desk: Desk) -> None:
    """Everybody enrolled, in the order of enrolment."""
    with app.house(desk.loaded) as house:
        people = house.speakers.list()
    for person in people:
        record = {
            "name": person.name,
            "model": person.model,
            "utterances": person.utterances,
            "enrolled_at": person.enrolled_at,
            "administrator": person.administrator,
        }
        role = ", administrator" if person.administrator else ""
        told = f"{person.name}  ({person.utterances} utterances, {person.enrolled_at}, {person.model}{role})"
        desk.answer(record, told)
    if not people:
        desk.say("nobody is enrolled; run: edgevoice enroll NAME")


@speakers.command()
@click.argument("name")
@pass_desk
def remove(desk: Desk, name: str) -> None:
    """Forget a person: voiceprint, and name in the audit log."""
    with app.house(desk.loaded) as house:
        gone = house.register.remove(name, force=True)
        alone = bool(house.speakers.list()) and not house.register.administrators()
    desk.answer({"removed": gone}, f"{gone} was removed")
    if alone:
        desk.say("nobody is an administrator now; for enrolment at the button: edgevoice speakers promote NAME")


@speakers.command()
@click.argument("name")
@pass_desk
def promote(desk: Desk, name: str) -> None:
    """Let a person allow enrolments at the button."""
    with app.house(desk.loaded) as house:
        kept = house.register.promote(name)
    desk.answer({"promoted": kept}, f"{kept} is an administrator now")


@speakers.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Even the last administrator.")
@pass_desk
def demote(desk: Desk, name: str, force: bool) -> None:
    """Let a person no longer allow enrolments at the button."""
    with app.house(desk.loaded) as house:
        kept = house.register.demote(name, force)
    desk.answer({"demoted": kept}, f"{kept} is no administrator any more")


@speakers.command()
@click.argument("name")
@pass_desk
def reset(desk: Desk, name: str) -> None:
    """Undo what a voiceprint has learned from unlocks."""
    with app.house(desk.loaded) as house:
        person = house.speakers.find(name).name
        done = house.register.reset(person)
    told = (
        f"{person} has the voiceprint of the enrolment again" if done else f"the voiceprint of {person} never adapted"
    )
    desk.answer({"reset": person, "adapted": done}, told)


@speakers.command()
@click.argument("old")
@click.argument("new")
@pass_desk
def rename(desk: Desk, old: str, new: str) -> None:
    """Call a person otherwise, in the audit log too."""
    with app.house(desk.loaded) as house, house.database.transaction():
        before = house.speakers.find(old).name
        now = house.speakers.rename(before, new)
        try:
            house.events.write("renamed", "somebody was renamed")
        except StorageError as error:  # whoever has lost the key can still rename people
            _log.warning("this is not in the audit log: %s", error)
    desk.answer({"renamed": before, "to": now}, f"{before} is called {now} now")
