"""``edgevoice speakers``: the people."""

import click

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk


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
        }
        told = f"{person.name}  ({person.utterances} utterances, {person.enrolled_at}, {person.model})"
        desk.answer(record, told)
    if not people:
        desk.say("nobody is enrolled; run: edgevoice enroll NAME")


@speakers.command()
@click.argument("name")
@pass_desk
def remove(desk: Desk, name: str) -> None:
    """Forget a person: voiceprint, and name in the audit log."""
    with app.house(desk.loaded) as house:
        house.speakers.remove(name)
        house.events.write("removed", "somebody was removed")
    desk.answer({"removed": name}, f"{name} was removed")


@speakers.command()
@click.argument("old")
@click.argument("new")
@pass_desk
def rename(desk: Desk, old: str, new: str) -> None:
    """Call a person otherwise, in the audit log too."""
    with app.house(desk.loaded) as house:
        house.speakers.rename(old, new)
    desk.answer({"renamed": old, "to": new}, f"{old} is called {new} now")
