"""``edgevoice events``: the audit log."""

import click

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk


@click.command()
@click.option("--last", default=20, show_default=True, type=click.IntRange(min=1), help="How many of the newest.")
@pass_desk
def events(desk: Desk, last: int) -> None:
    """What the door did, when and why; oldest first."""
    with app.house(desk.loaded) as house:
        found = house.events.last(last)
    for event in found:
        record = {
            "id": event.id,
            "at": event.at.isoformat(),
            "kind": event.kind,
            "reason": event.reason,
            "speaker": event.speaker,
            "figures": dict(event.figures),
        }
        desk.answer(record, f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}  {event.kind:8}  {event.reason}")
    if not found:
        desk.say("nothing has happened yet")
