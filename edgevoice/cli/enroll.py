"""``edgevoice enroll NAME``: a new person, from files or from the microphone, through the same gates."""

import time
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import count
from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.desk import Desk, pass_desk, sound_files
from edgevoice.config import Settings
from edgevoice.errors import SpeakerError
from edgevoice.hardware.sound_file import read_sound
from edgevoice.identify import hear_all
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.recognise import Recogniser
from edgevoice.storage.names import fold, tidy
from edgevoice.storage.voiceprints import Voiceprint

SENTENCES = (
    "The kettle is on in the kitchen and the paper is on the table.",
    "Every Thursday the bread van stops at the corner just before nine.",
    "Would you water the two small plants in the hall while I am away?",
    "I usually take the long road home because of the river.",
    "There is a key under the third stone, but please do not tell anybody.",
)
"""To be read aloud; any others of that length serve as well."""


class How(Enum):
    """What becomes of the voice."""

    NEW = "new"
    RENEW = "renew"
    ADD = "add"


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
    how = How.RENEW if renew else How.ADD if adds else How.NEW
    settings = desk.loaded.settings
    with app.house(desk.loaded) as house:
        voiceprint = enroll_files(settings, house, name, wav, how) if wav else _enroll_aloud(desk, house, name, how)
    record = {"enrolled": voiceprint.speaker, "utterances": voiceprint.utterances, "model": voiceprint.model}
    desk.answer(record, f"{voiceprint.speaker} is enrolled from {voiceprint.utterances} utterances")


def enroll_files(
    settings: Settings, house: app.House, name: str, files: Sequence[Path], how: How = How.NEW
) -> Voiceprint:
    """Every utterance of every file is a take; EnrolmentError, SpeakerError, AudioError."""
    refuse_name(house, name, how)
    recogniser = app.recogniser(settings, house.speakers)
    enrolment = app.enrolment(settings, recogniser)
    heard: list[Utterance] = []
    for file in files:
        utterances = hear_all(app.ear(settings), read_sound(file))
        heard += utterances
        for utterance in utterances:
            enrolment.hear(str(file), utterance.quality, recogniser.embed(utterance), recogniser.agreement(utterance))
        if not utterances:
            enrolment.reject(str(file), "no speech was heard: say a whole sentence")
    with house.database.transaction():
        kept = keep(house, recogniser, enrolment.voiceprint(name), how)
        app.remember_enrolment(settings, house, kept.speaker, heard)
    return kept


def _enroll_aloud(desk: Desk, house: app.House, name: str, how: How) -> Voiceprint:
    refuse_name(house, name, how)
    settings = desk.loaded.settings
    recogniser = app.recogniser(settings, house.speakers)
    enrolment = app.enrolment(settings, recogniser)
    heard: list[Utterance] = []
    for number, utterance in zip(count(1), _takes(desk, settings), strict=False):
        heard.append(utterance)
        voice, agreement = recogniser.embed(utterance), recogniser.agreement(utterance)
        progress = enrolment.hear(f"sentence {number}", utterance.quality, voice, agreement)
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
    with house.database.transaction():
        kept = keep(house, recogniser, enrolment.voiceprint(name), how)
        app.remember_enrolment(settings, house, kept.speaker, heard)
    return kept


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


def refuse_name(house: app.House, name: str, how: How) -> None:
    """Tell now what storage would refuse after everything was said; SpeakerError."""
    tidied = tidy(name)
    known = any(fold(person.name) == fold(tidied) for person in house.speakers.list())
    if known and how is How.NEW:
        raise SpeakerError(f"{tidied!r} is enrolled already; choose another name, or replace the voice with --renew")
    if how is not How.NEW and not known:
        raise SpeakerError(f"{tidied!r} is not enrolled; leave --{how.value} out")


def keep(house: app.House, recogniser: Recogniser, voiceprint: Voiceprint, how: How) -> Voiceprint:
    """Store a voice that the door can tell from every other, and write it down."""
    if how is How.ADD:
        return house.register.extend(voiceprint, recogniser)
    return house.register.enrol(voiceprint, recogniser, renew=how is How.RENEW)
