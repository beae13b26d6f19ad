"""A door that serves: the drivers, the pipeline and the state machine, put together."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version

from edgevoice.app.drivers import button, contacts, lights, lock, sounder, watchdog
from edgevoice.app.factor import FactorParts, factor
from edgevoice.app.heard_before import replay_guard, sound_watch
from edgevoice.app.home import House, mending
from edgevoice.app.models import ear, enrolment, recogniser
from edgevoice.app.reserves import fill_reserves, settled
from edgevoice.app.upkeep import upkeep
from edgevoice.config import Settings
from edgevoice.door.act import Act
from edgevoice.door.adaptation import Adaptation
from edgevoice.door.aftermath import Aftermath
from edgevoice.door.claim import Claim
from edgevoice.door.inputs import Inputs
from edgevoice.door.kiosk import Extras, Kiosk
from edgevoice.door.known_sounds import SoundWatch
from edgevoice.door.left_out import DamageWatch, demand_one_model
from edgevoice.door.lockout import Attempts
from edgevoice.door.machine import Limits
from edgevoice.door.reception import Reception
from edgevoice.door.runs import Runs
from edgevoice.errors import StorageError
from edgevoice.hardware import Button, Clock, Contacts, Light, Lights, Lock, Sounder, Watchdog
from edgevoice.pipeline import Pipeline
from edgevoice.recognition.recognise import Recogniser
from edgevoice.storage.alone import alone

DOOR_BUSY_SECONDS = 0.5
"""How long a door waits while another program writes: then it stays shut and goes on listening."""


@dataclass(frozen=True)
class Device:
    """A door that serves."""

    lock: Lock
    lights: Lights
    kiosk: Kiosk
    pipeline: Pipeline
    watchdog: Watchdog = field(default_factory=watchdog)
    button: Button | None = None
    contacts: Contacts = field(default_factory=Contacts)
    sounder: Sounder | None = None
    sounds: SoundWatch | None = None
    outside: Button | None = None


@contextmanager
def device(
    settings: Settings,
    home: House,
    clock: Clock = time.monotonic,
    pressed: Button | None = None,
    parts: FactorParts | None = None,
) -> Iterator[Device]:
    """A door that serves until the end of the ``with`` statement, and is shut after it, whatever happens.

    ``pressed``: a button instead of the one that the settings choose; ``parts``: of the second factor, only beside a
    fake lock. HardwareError, ModelError, SettingsError where a second factor is set and cannot work. StorageError where
    another process serves the same people: neither would know of the other's lockout.
    """
    fill_reserves()
    with alone(home.database.path.parent):
        home.database.wait_at_most(DOOR_BUSY_SECONDS)
        home.database.mend_with(mending(home))
        with (
            upkeep(settings, home),
            Runs(home.database, home.events) as runs,
            _put_together(settings, home, clock, pressed, parts, runs) as together,
            settled(),
        ):
            yield together


@contextmanager
def _put_together(
    settings: Settings, home: House, clock: Clock, pressed: Button | None, parts: FactorParts | None, runs: Runs
) -> Iterator[Device]:
    """The lock first: its relay is off before anything else is made, and again before anything else is closed."""
    with ExitStack() as at_the_end:
        the_lock = at_the_end.enter_context(closing(lock(settings, clock)))
        the_lights = at_the_end.enter_context(closing(lights(settings, clock)))
        the_lights.show(Light.BOOTING)
        recognises = recogniser(settings, home.speakers)
        model = recognises.xvector.manifest.name
        people = sum(person.model == model for person in home.speakers.list())
        recognises.threshold(people)  # refuse it now, not at the door
        the_button = at_the_end.enter_context(closing(pressed or button(settings, clock)))
        the_contacts = at_the_end.enter_context(closing(contacts(settings)))
        the_sounder = at_the_end.enter_context(closing(sounder(settings, clock)))
        act = Act(the_lock, the_lights, home.events, the_sounder, clock)
        at_the_end.enter_context(closing(act))
        attempts = Attempts(home.state, settings.lockout, clock)
        the_factor, outside = factor(settings, home.pins, clock, parts)
        if outside is not None:
            at_the_end.enter_context(closing(outside))
        extras = Extras(
            Inputs(the_button, the_contacts),
            _reception(settings, home, recognises, clock),
            Adaptation(settings.adaptation, home.speakers),
            the_factor,
        )
        kiosk = Kiosk(act, attempts, settings.door, clock, _limits(settings), extras)
        at_the_end.callback(the_lock.shut)
        guarded, heard_out = replay_guard(settings, home, recognises)
        watched = DamageWatch(guarded, home.speakers.damaged)
        what = f"edgevoice {version('edgevoice')}, x-vector {model}"
        one_model = partial(demand_one_model, home.speakers.outdated(model), model)
        for begin in (partial(runs.started, what), watched.look, one_model):
            try:
                begin()
            except StorageError as error:
                kiosk.fault(error)
        afterwards = Aftermath(settings.mood, home.habits, home.events)
        pipeline = Pipeline(lambda: ear(settings, early=True), watched, kiosk, heard_out, afterwards)
        yield Device(
            the_lock,
            the_lights,
            kiosk,
            pipeline,
            button=the_button,
            contacts=the_contacts,
            sounder=the_sounder,
            sounds=sound_watch(settings, home, kiosk, the_sounder),
            outside=outside,
        )


def _limits(settings: Settings) -> Limits:
    door = settings.door
    return Limits(
        open_s=door.open_seconds,
        answer_s=settings.enrolment.answer_seconds,
        held_s=door.held_seconds,
        leave_s=door.leave_seconds,
        intent_s=door.intent_seconds,
        factor_s=0.0 if door.second_factor == "none" else door.factor_seconds,
        sound_s=settings.sounds.lights_seconds,
    )


def _reception(settings: Settings, home: House, recognises: Recogniser, clock: Clock) -> Reception:
    claim = Claim(home.state, settings.enrolment.claim_minutes, clock)
    return Reception(home.register, recognises, claim, lambda: enrolment(settings, recognises))
