"""``edgevoice events``: the audit log."""

import logging

import click

from edgevoice import app
from edgevoice.cli.desk import NO, Desk, pass_desk
from edgevoice.errors import StorageError
from edgevoice.storage.events import MOST_EVENTS

_DIGITS = 18  # of a number that SQLite can look for, whatever they are
_log = logging.getLogger(__name__)


@click.command()
@click.option(
    "--last", default=20, show_default=True, type=click.IntRange(1, MOST_EVENTS), help="How many of the newest."
)
@click.option("--verify", "verifying", is_flag=True, help="Whether the log is as it was written; exit status 3: no.")
@click.option("--noted", metavar="HEAD", help="With --verify: a head noted earlier, which must still be there.")
@pass_desk
def events(desk: Desk, last: int, verifying: bool, noted: str | None) -> int:
    """What the door did, when and why; oldest first."""
    if noted and not verifying:
        raise click.UsageError("--noted needs --verify")
    if verifying:
        return _verify(desk, noted)
    with app.house(desk.loaded) as house:
        found, why = house.events.last(last), _why_unreadable(house)
    for event in found:
        record = {
            "id": event.id,
            "at": event.at.isoformat(),
            "kind": event.kind,
            "reason": event.reason,
            "speaker": event.speaker,
            "figures": dict(event.figures),
            "clock_set": event.clock_set,
            "readable": event.readable,
        }
        clock = "" if event.clock_set else "(the clock was not set)  "
        desk.answer(record, f"{event.at.astimezone():%Y-%m-%d %H:%M:%S%z}  {clock}{event.kind:8}  {event.reason}")
    if not found:
        desk.say("nothing has happened yet")
    if not all(event.readable for event in found):
        _log.warning("%s", why)
    return 0


def _why_unreadable(house: app.House) -> str:
    try:
        house.secrets.current()
    except StorageError as error:
        return str(error)
    return "what cannot be read is damaged, or was sealed with a key that is lost: edgevoice events --verify"


def _verify(desk: Desk, noted: str | None) -> int:
    with app.house(desk.loaded) as house:
        proof = house.events.verify()
        problems = list(proof.problems)
        if noted and not house.events.holds(*_number_and_mac(noted)):
            problems.append(f"event {noted.partition(':')[0]} is not the one that was noted")
    head = f"{proof.last_id}:{proof.head}"
    record = {"ok": not problems, "rows": proof.rows, "head": head, "problems": problems}
    told = "\n".join(problems) if problems else f"{proof.rows} events, each as it was written"
    desk.answer(record, f"{told}\nhead: {head}")
    return NO if problems else 0


def _number_and_mac(noted: str) -> tuple[int, str]:
    number, colon, mac = noted.partition(":")
    if not (colon and number.isdecimal() and len(number) <= _DIGITS):
        raise click.UsageError(f"--noted wants NUMBER:DIGITS, as --verify prints it, and not {noted!r}")
    return int(number), mac
