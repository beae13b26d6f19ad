"""``edgevoice check --board``: a wired board, step by step, for its owner."""

import sys
from collections.abc import Callable
from contextlib import closing
from threading import Timer

import click

from edgevoice import app
from edgevoice.cli.board_steps import Finding, Person, clicks, hears, lights_up, moves, presses, sounds
from edgevoice.cli.desk import Desk
from edgevoice.cli.serve import ending_by_signal
from edgevoice.config import Settings
from edgevoice.errors import EdgevoiceError
from edgevoice.hardware import Contact, Light
from edgevoice.storage.alone import alone
from edgevoice.storage.files import make_data_folder

Step = Callable[[Settings, Person], Finding]

MARKS = {True: "ok  ", False: "FAIL", None: "?   "}
FAKE = Finding(None, "a fake, by the settings: nothing to test")


def check_board(desk: Desk) -> bool:
    """Every step, a line each; whether none failed. What could not be told or asked is no failure.

    StorageError where the door serves: it owns the board.
    """
    settings = desk.loaded.settings
    make_data_folder(desk.loaded.data)
    with alone(desk.loaded.data), ending_by_signal():
        results = [_try(desk, name, step, settings) for name, step in STEPS.items()]
    return all(results)


def _try(desk: Desk, name: str, step: Step, settings: Settings) -> bool:
    try:
        found = step(settings, Person(lambda question: _ask(desk, question), desk.say))
    except EdgevoiceError as error:
        found = Finding(False, str(error))
    desk.answer({"check": name, "ok": found.ok, "found": found.told}, f"{MARKS[found.ok]}  {name:12} {found.told}")
    return found.ok is not False


def _ask(desk: Desk, question: str) -> str | None:
    """None with --json, and where standard input has ended."""
    if desk.as_json:
        return None
    click.echo(f"{question}: ", nl=False)
    line = sys.stdin.readline()
    return line.removesuffix("\n") if line else None


def _microphone(settings: Settings, person: Person) -> Finding:
    microphone = app.microphone(settings)
    too_long = Timer(person.patience_s, microphone.close)  # one that says nothing would never come back
    with closing(microphone):
        microphone.open()
        too_long.start()
        try:
            return hears(microphone, app.ear(settings), settings.door, person)
        finally:
            too_long.cancel()


def _led(light: Light, colour: str) -> Step:
    def step(settings: Settings, person: Person) -> Finding:
        if settings.lights.driver == "fake":
            return FAKE
        if getattr(settings.gpio, f"{colour}_pin") is None:
            return Finding(None, f"not fitted: gpio.{colour}_pin is not set")
        with closing(app.lights(settings)) as lights:
            return lights_up(lights, light, colour, person)

    return step


def _sounder(settings: Settings, person: Person) -> Finding:
    if settings.sounder.driver == "fake":
        return FAKE
    with closing(app.sounder(settings)) as sounder:
        return sounds(sounder, person)


def _relay(settings: Settings, person: Person) -> Finding:
    if settings.lock.driver == "fake":
        return FAKE
    with closing(app.lock(settings)) as lock:
        return clicks(lock, person)


def _button(settings: Settings, person: Person) -> Finding:
    if settings.button.driver == "fake":
        return FAKE
    with closing(app.button(settings)) as button:
        return presses(button, "inside", person)


def _outside(settings: Settings, person: Person) -> Finding:
    if settings.pin.driver == "fake":
        return FAKE
    with closing(app.outside_button(settings)) as button:
        return presses(button, "at the door", person)


def _contact(name: str, opens: str, closes: str) -> Step:
    def step(settings: Settings, person: Person) -> Finding:
        if settings.contacts.driver == "fake":
            return FAKE
        with closing(app.contacts(settings)) as contacts:
            contact: Contact | None = getattr(contacts, name)
            if contact is None:
                return Finding(None, f"not fitted: gpio.{name}_pin is not set")
            return moves(contact, f"the {name} contact", opens, closes, person)

    return step


STEPS: dict[str, Step] = {
    "microphone": _microphone,
    "red LED": _led(Light.REFUSED, "red"),
    "green LED": _led(Light.OPEN, "green"),
    "blue LED": _led(Light.LISTENING, "blue"),
    "sounder": _sounder,
    "relay": _relay,
    "button": _button,
    "outside": _outside,
    "door": _contact("door", "Open the door", "Close the door"),
    "exit": _contact("exit", "Release request-to-exit", "Press request-to-exit"),
    "tamper": _contact("tamper", "Open the case", "Close the case"),
}
