"""``edgevoice check``: a self-test, a line each, and what to do where one fails."""

import ctypes
import platform
from collections.abc import Callable
from datetime import datetime, timezone
from importlib.metadata import version

import click

from edgevoice import app
from edgevoice.cli.board import check_board
from edgevoice.cli.desk import Desk, pass_desk
from edgevoice.config import Loaded
from edgevoice.errors import EdgevoiceError, HardwareError, StorageError
from edgevoice.hardware.portaudio import choose
from edgevoice.hardware.recorder_process import list_devices
from edgevoice.recognition.recognise import Recogniser
from edgevoice.storage.backups import DAY_S, backups, free_bytes
from edgevoice.storage.events import BUILT_IN
from edgevoice.storage.voiceprints import DAMAGED
from edgevoice.tflite import interpreter

OLDEST_BACKUP_DAYS = 3
"""A door that serves makes one a day."""
LEAST_FREE_BYTES = 100_000_000
"""In the data folder; a backup of as many events as are kept by default takes 40 MB of it."""
_UNSYNCHRONISED = 5  # what adjtimex(2) returns, as TIME_ERROR, until something has set the clock by another one
_TIMEX_BYTES = 512  # more than its argument has on any system; all zero, it asks and changes nothing


@click.command()
@click.option(
    "--board", is_flag=True, help="Instead: microphone, lights, sounder, relay, button and contacts, with you."
)
@pass_desk
def check(desk: Desk, board: bool) -> int:
    """Test installation, settings, models, database, backups, clock, microphone, GPIO; exit status 1 if one fails."""
    if board:
        return 0 if check_board(desk) else 1
    results = [_try(desk, name, test) for name, test in TESTS.items()]
    return 0 if all(results) else 1


def _try(desk: Desk, name: str, test: Callable[[Loaded], str]) -> bool:
    try:
        found, good = test(desk.loaded), True
    except EdgevoiceError as error:
        found, good = str(error), False
    desk.answer({"check": name, "ok": good, "found": found}, f"{'ok  ' if good else 'FAIL'}  {name:12} {found}")
    return good


def _installation(_: Loaded) -> str:
    return f"edgevoice {version('edgevoice')}, Python {platform.python_version()}, {platform.machine()}"


def _settings(loaded: Loaded) -> str:
    return f"{loaded.file or 'defaults alone'}; data in {loaded.data}"


def _interpreter(_: Loaded) -> str:
    found = interpreter()
    return f"{found.name} {found.version}"


def _models(loaded: Loaded) -> str:
    with app.house(loaded) as house:
        recogniser: Recogniser = app.recogniser(loaded.settings, house.speakers)
        rate = loaded.settings.recognition.false_accept_rate
        people = len(house.speakers.voiceprints(recogniser.xvector.manifest.name))
        needed = recogniser.threshold(people)
    return f"{recogniser.xvector.manifest.name}; FAR {rate:g} among {max(people, 1)} asks for an LLR of {needed:.1f}"


def _mood(loaded: Loaded) -> str:
    if loaded.settings.models.mood == "off":
        return 'off: models.mood = "off"'
    model = app.emotion(loaded.settings, app.xvector(loaded.settings))
    if model is None:
        return "not installed: no mood is told; the door does not need one"
    return f"{model.manifest.name}; not for commercial use" if "NC" in model.manifest.licence else model.manifest.name


def _database(loaded: Loaded) -> str:
    with app.house(loaded) as house:
        house.database.check()
        house.events.check()
        return f"{house.database.path} is sound; people enrolled: {len(house.speakers.list())}"


def _people(loaded: Loaded) -> str:
    with app.house(loaded) as house:
        model = app.xvector(loaded.settings).manifest.name
        if outdated := [person.name for person in house.speakers.outdated(model)]:
            raise StorageError(
                f"{', '.join(outdated)}: enrolled with another model; run: edgevoice enroll --renew NAME, for each"
            )
        if damaged := [person.name for person in house.speakers.damaged()]:
            raise StorageError(f"{', '.join(damaged)}: {DAMAGED}")
        return f"{len(house.speakers.voiceprints(model))} voiceprints open with the key"


def _backups(loaded: Loaded) -> str:
    if not loaded.settings.storage.backups_kept:
        return "none are made: storage.backups_kept = 0"
    with app.house(loaded) as house:
        served_days = house.heard.served_s / DAY_S
    newest, now = next(iter(backups(loaded.data)), None), datetime.now(timezone.utc)
    if newest is None:
        if served_days > OLDEST_BACKUP_DAYS:
            raise StorageError(
                f"none, and the door has served for {served_days:.0f} days: `edgevoice events` tells why none could be"
                " made; make one: edgevoice backup"
            )
        return "none yet"
    told = f"the newest is of {newest.made_at:%Y-%m-%d %H:%M} UTC"
    if newest.made_at > now:
        raise StorageError(f"{told}, which is in the future: set the clock, then make another: edgevoice backup")
    if served_days and (now - newest.made_at).days >= OLDEST_BACKUP_DAYS:
        raise StorageError(
            f"{told}, and a door that serves makes one a day: `edgevoice events` tells why none could be made, or that"
            " the door did not serve; make one: edgevoice backup"
        )
    return told


def _free_space(loaded: Loaded) -> str:
    try:
        free = free_bytes(loaded.data)
    except OSError as error:
        raise StorageError(f"{loaded.data}: {error.strerror}; correct the permissions") from error
    return space_told(free)


def space_told(free: int) -> str:
    """``free``: bytes in the data folder; StorageError where they are too few."""
    if free < LEAST_FREE_BYTES:
        raise StorageError(
            f"{free / 1e6:.0f} MB, {LEAST_FREE_BYTES / 1e6:.0f} MB wanted: a door that cannot write down what it does"
            " stays shut; free some space, as with `journalctl --vacuum-size=50M`"
        )
    return f"{free / 1e6:.0f} MB"


def _clock(_: Loaded) -> str:
    return clock_told(datetime.now(timezone.utc), _adjtimex())


def clock_told(now: datetime, kernel: int) -> str:
    """``kernel``: what adjtimex(2) returns; HardwareError where the clock was never set."""
    if now.year < BUILT_IN:
        raise HardwareError(f"the clock shows {now:%Y-%m-%d}; set it, or let it be set: timedatectl set-ntp true")
    alone = "; no other clock has set it since the start: compare it with yours" if kernel == _UNSYNCHRONISED else ""
    return f"{now:%Y-%m-%d %H:%M:%S} UTC{alone}"


def _adjtimex() -> int:
    """-1 where it cannot be asked."""
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    except (OSError, AttributeError):  # not Linux
        return -1


def _microphone(loaded: Loaded) -> str:
    device = choose(list_devices(), loaded.settings.microphone.device)
    microphone = app.microphone(loaded.settings)
    microphone.open()
    try:
        return f"{device.name}, recording at {microphone.status.rate} Hz"
    finally:
        microphone.close()


def _gpio(loaded: Loaded) -> str:
    settings = loaded.settings
    driven = (settings.lock, settings.lights, settings.button, settings.contacts, settings.pin)
    if "gpio" not in {part.driver for part in driven} and settings.sounder.driver != "buzzer":
        return 'lock and lights are fakes: nothing will move; set lock.driver = "gpio" on a Pi'
    app.check_gpio(settings)
    if settings.gpio.simulated is not None:
        return f"a simulated board in {settings.gpio.simulated}: no pin of this machine moves"
    return "; ".join(f"{name.removesuffix('_pin')} on GPIO {pin}" for name, pin in settings.gpio.pins().items())


def _sounder(loaded: Loaded) -> str:
    return app.check_sounder(loaded.settings)


def _sounds(loaded: Loaded) -> str:
    with app.house(loaded) as house:
        return app.check_sounds(loaded.settings, house)


def _second_factor(loaded: Loaded) -> str:
    with app.house(loaded) as house:
        return app.check_factor(loaded.settings, house.pins, [person.name for person in house.speakers.list()])


TESTS: dict[str, Callable[[Loaded], str]] = {
    "installation": _installation,
    "settings": _settings,
    "interpreter": _interpreter,
    "models": _models,
    "mood": _mood,
    "database": _database,
    "people": _people,
    "backups": _backups,
    "free space": _free_space,
    "clock": _clock,
    "microphone": _microphone,
    "GPIO": _gpio,
    "sounder": _sounder,
    "known sounds": _sounds,
    "2nd factor": _second_factor,
}
