"""``edgevoice identify WAV...``: who speaks."""

from collections.abc import Callable
from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.decision import as_record, as_text, silence_record
from edgevoice.cli.desk import Desk, ask_each, pass_desk, sound_files
from edgevoice.door.decide import Decision, DoorState, decide
from edgevoice.door.gates import NO_SPEECH
from edgevoice.hardware.sound_file import read_sound
from edgevoice.identify import Identifier
from edgevoice.listening.capture import SAMPLE_RATE
from edgevoice.recognition.recognise import Evidence

AT_REST = DoorState(locked_out_for_s=0.0, healthy=True)
Judge = Callable[[Evidence], Decision]


@click.command()
@click.argument("wav", nargs=-1, required=True, type=sound_files)
@pass_desk
def identify(desk: Desk, wav: tuple[Path, ...]) -> int:
    """One decision for each utterance, with everything it rests on; moves no lock.

    Exit status 3 where a file has no utterance that would open the door.
    """
    settings = desk.loaded.settings
    with app.house(desk.loaded) as house:
        identifier = app.identifier(settings, app.recogniser(settings, house.speakers))
        return ask_each(
            wav, lambda path: tell(desk, path, identifier, lambda heard: decide(heard, AT_REST, settings.door))
        )


def tell(desk: Desk, path: Path, identifier: Identifier, judge: Judge) -> bool:
    """Print a decision for each utterance of a file; whether any would open the door. AudioError."""
    samples = read_sound(path)
    decisions = [(evidence, judge(evidence)) for evidence in identifier.identify(samples, SAMPLE_RATE)]
    for evidence, decision in decisions:
        file = str(path)
        desk.answer(as_record(file, evidence, decision), as_text(file, evidence, decision))
    if not decisions:
        desk.answer(silence_record(str(path), len(samples) / SAMPLE_RATE), f"{path}: refuse: {NO_SPEECH}")
    return any(decision.opens for _, decision in decisions)
