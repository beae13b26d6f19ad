"""``edgevoice visit``: sounds that ship with edgevoice play as the microphone; the rest is the door itself."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.choose import choose, unseen
from edgevoice.cli.desk import Desk, pass_desk
from edgevoice.cli.display import Lines
from edgevoice.cli.recordings import sound_of
from edgevoice.cli.serve import Service, StreamClock, ending_by_signal
from edgevoice.cli.summary import Recorded, summarise
from edgevoice.config import Loaded
from edgevoice.door.known_sounds import SoundRules
from edgevoice.door.lockout import LockoutRules
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.panel.picture import save_picture
from edgevoice.visit import FOLDER, Visit, load_visit


@click.command()
@click.option("--fast", is_flag=True, help="As fast as it goes, not in real time.")
@click.option(
    "--picture", type=click.Path(path_type=Path), help="Save the panel, as it looks while the door is open, as SVG."
)
@click.option(
    "--heard-before", is_flag=True, help="Another visit: an unlock, a replay of it, and a smoke alarm that is known."
)
@pass_desk
def visit(desk: Desk, fast: bool, picture: Path | None, heard_before: bool) -> int:
    """Two enrolled people, two strangers, weather and a knock come to the door; no microphone is needed.

    Ends by itself with a table; exit status 1 where an outcome is not as expected. People and events are kept in a
    temporary folder; lock, lights, sounder, buttons and contacts are fakes, and nothing but a voice is asked for.
    """
    return play(desk, fast, picture, heard_before)


def play(desk: Desk, fast: bool, picture: Path | None = None, heard_before: bool = False) -> int:
    """Enrol, play, sum up; the exit status."""
    script = load_visit()
    with ending_by_signal(), _apart(desk.loaded) as loaded:
        _enroll(desk, loaded, script)
        if heard_before:
            _know(desk, loaded, script)
            script = replace(script, steps=script.heard_before)
        recorded = _serve(desk, loaded, script, fast, picture)
    return summarise(desk, script, recorded)


@contextmanager
def _apart(loaded: Loaded) -> Iterator[Loaded]:
    """The owner's settings, but for the people, the events, all that is wired, what sounds lead to, and what no
    clip can give beside a voice: a press, a second factor, the time of a lockout."""
    settings = loaded.settings
    fakes = replace(
        settings,
        lock=replace(settings.lock, driver="fake"),
        lights=replace(settings.lights, driver="fake"),
        button=replace(settings.button, driver="fake"),
        pin=replace(settings.pin, driver="fake"),
        contacts=replace(settings.contacts, driver="fake"),
        sounder=replace(settings.sounder, driver="fake"),
        door=replace(settings.door, intent_seconds=0.0, second_factor="none"),
        lockout=LockoutRules(),
        sounds=SoundRules(then="lights"),
    )
    with tempfile.TemporaryDirectory(prefix="edgevoice-visit-") as folder:
        yield replace(loaded, settings=fakes, data=Path(folder))


def _enroll(desk: Desk, loaded: Loaded, script: Visit) -> None:
    with app.house(loaded) as house:
        for name, takes in script.enrolment.items():
            enrolled = app.enroll_files(loaded.settings, house, name, [FOLDER / take for take in takes])
            desk.say(f"{name} is enrolled from {enrolled.utterances} utterances")


def _know(desk: Desk, loaded: Loaded, script: Visit) -> None:
    with app.house(loaded) as house:
        for name, file in script.known.items():
            house.recordings.add(name, [sound_of(FOLDER / file)])
            desk.say(f"{name} is known from {file}")


def _serve(desk: Desk, loaded: Loaded, script: Visit, fast: bool, picture: Path | None) -> Recorded:
    microphone = app.files([FOLDER / step.file for step in script.steps], realtime=not fast)

    def step_at(t_s: float) -> int:
        played = microphone.file_at(round(t_s * SAMPLE_RATE))
        return microphone.played.index(played) if played else 0

    display = choose(desk)
    if picture is not None and isinstance(display, Lines):
        display = unseen()
    recorded = Recorded(display, step_at)
    clock = StreamClock()
    with app.house(loaded) as house, app.device(loaded.settings, house, clock) as device, recorded:
        Service(device, recorded, lambda t_s: script.steps[step_at(t_s)].what, clock).serve(microphone)
    if picture and recorded.picture:
        save_picture(recorded.picture, picture)
    return recorded
