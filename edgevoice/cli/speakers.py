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
        _write_down(house, "removed", "somebody was removed")
    desk.answer({"removed": name}, f"{name} was removed")


@speakers.command()
@click.argument("old")
@click.argument("new")
@pass_desk
def rename(desk: Desk, old: str, new: str) -> None:
    """Call a person otherwise, in the audit log too."""
    with app.house(desk.loaded) as house:
        house.speakers.rename(old, new)
        _write_down(house, "renamed", "somebody was renamed")
    desk.answer({"renamed": old, "to": new}, f"{old} is called {new} now")


def _write_down(house: app.House, kind: str, reason: str) -> None:
    """Without the key people can still be removed; then nothing can be written down."""
    try:
        house.events.write(kind, reason)
    except StorageError as error:
        _log.warning("this is not in the audit log: %s", error)
