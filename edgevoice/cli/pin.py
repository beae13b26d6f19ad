"""``edgevoice pin``: the PINs of people, for doors that ask for one."""

import click

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk


@click.group()
def pin() -> None:
    """PINs, pressed at a button at the door after a known voice (door.second_factor = "pin").

    A digit is as many short presses, a zero ten; a pause ends the digit, a longer one the PIN.
    """


@pin.command(name="set")
@click.argument("name")
@pass_desk
def set_pin(desk: Desk, name: str) -> None:
    """Give a person a PIN of 4 to 12 digits, typed twice and never shown."""
    with app.house(desk.loaded) as house:
        person = house.speakers.find(name).name  # before anything is typed in vain
        typed = click.prompt(f"PIN of {person}", hide_input=True, confirmation_prompt=True, err=True)
        with house.database.transaction():
            kept = house.pins.put(person, str(typed))
            house.events.write("pin", f"{kept} has a new PIN", kept)
    desk.answer({"pin": kept, "set": True}, f"{kept} has a new PIN")


@pin.command()
@click.argument("name")
@pass_desk
def clear(desk: Desk, name: str) -> None:
    """Take a person's PIN away: a door that asks for one lets that person in no more."""
    with app.house(desk.loaded) as house:
        person = house.speakers.find(name).name
        with house.database.transaction():
            done = house.pins.clear(person)
            if done:
                house.events.write("pin", f"{person} has no PIN any more", person)
    desk.answer({"pin": person, "cleared": done}, f"{person} has no PIN{' any more' if done else ''}")


@pin.command(name="list")
@pass_desk
def list_owners(desk: Desk) -> None:
    """Who has a PIN, and who has none."""
    with app.house(desk.loaded) as house:
        people, owners = house.speakers.list(), house.pins.owners()
    for person in people:
        has = person.name in owners
        desk.answer({"name": person.name, "pin": has}, f"{person.name}  {'has a PIN' if has else 'has none'}")
