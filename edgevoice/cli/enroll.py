"""``edgevoice enroll NAME``: a new person, from files or from the microphone, through the same gates."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk, sound_files
from edgevoice.config import Settings
from edgevoice.listening.utterance import Utterance
from edgevoice.storage.voiceprints import Voiceprint

SENTENCES = (
    "The kettle is on in the kitchen and the paper is on the table.",
    "Every Thursday the bread van stops at the corner just before nine.",
    "Would you water the two small plants in the hall while I am away?",
    "I usually take the long road home because of the river.",
    "There is a key under the third stone, but please do not tell anybody.",
)
"""To be read aloud; any others of that length serve as well."""


LONGEST_WAIT_S = 120.0  # for a microphone that hears nobody


@click.command()
@click.argument("name")
@click.argument("wav", nargs=-1, type=sound_files)
@click.option("--renew", is_flag=True, help="Replace the voiceprint of somebody enrolled.")
@click.option("--add", "adds", is_flag=True, help="Add to the voiceprint of somebody enrolled.")
@pass_desk
def enroll(desk: Desk, name: str, wav: tuple[Path, ...], renew: bool, adds: bool) -> None:
    """Enrol NAME from WAV files, each utterance a take, or from the microphone with prompts."""
    if renew and adds:
        raise click.UsageError("--renew replaces the voiceprint that --add would add to: give one of the two")
    how = app.How.RENEW if renew else app.How.ADD if adds else app.How.NEW
    settings = desk.loaded.settings
    with app.house(desk.loaded) as house:
        voiceprint = app.enroll_files(settings, house, name, wav, how) if wav else _enroll_aloud(desk, house, name, how)
    record = {"enrolled": voiceprint.speaker, "utterances": voiceprint.utterances, "model": voiceprint.model}
    desk.answer(record, f"{voiceprint.speaker} is enrolled from {voiceprint.utterances} utterances")


def _enroll_aloud(desk: Desk, house: app.House, name: str, how: app.How) -> Voiceprint:
    enroller = app.Enroller(desk.loaded.settings, house, name, how)
    for number, utterance in zip(count(1), _takes(desk, desk.loaded.settings), strict=False):
        progress = enroller.hear(f"sentence {number}", utterance)
        told = "; ".join(progress.complaints) or "good"
        record = {
            "event": "take",
            "accepted": progress.accepted,
            "wanted": progress.wanted,
            "complaints": list(progress.complaints),
        }
        desk.answer(record, f"  {told} ({progress.accepted} of {progress.wanted})")
        if progress.complete:
            break
        _prompt(desk, number)
    return enroller.keep()


def _takes(desk: Desk, settings: Settings) -> Iterator[Utterance]:
    """What is said into the microphone until it has been quiet for too long."""
    microphone, ear = app.microphone(settings), app.ear(settings)
    microphone.open()
    _prompt(desk, 0)
    deadline = time.monotonic() + LONGEST_WAIT_S
    try:
        for block in microphone.blocks():
            for utterance in ear.hear(block):
                yield utterance
                deadline = time.monotonic() + LONGEST_WAIT_S
            if time.monotonic() > deadline:
                return
    finally:
        microphone.close()


def _prompt(desk: Desk, number: int) -> None:
    desk.say(f"Read aloud: {SENTENCES[number % len(SENTENCES)]}")
