"""A door that serves: the drivers, the pipeline and the state machine, put together."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edgevoice.app.drivers import Clock, lights, lock
from edgevoice.app.home import House
from edgevoice.app.models import ear, recogniser
from edgevoice.config import Settings
from edgevoice.door.act import Act
from edgevoice.door.aftermath import Aftermath
from edgevoice.door.kiosk import Kiosk
from edgevoice.door.lockout import Attempts
from edgevoice.hardware import Lights, Lock
from edgevoice.pipeline import Pipeline
from edgevoice.storage.alone import alone


@dataclass(frozen=True)
class Device:
    """A door that serves."""

    lock: Lock
    lights: Lights
    kiosk: Kiosk
    pipeline: Pipeline


@contextmanager
def device(settings: Settings, home: House, clock: Clock = time.monotonic) -> Iterator[Device]:
    """A door that serves until the end of the ``with`` statement, and is shut after it, whatever happens.

    StorageError where another process serves the same people: neither would know of the other's lockout.
    """
    with alone(home.database.path.parent), _put_together(settings, home, clock) as together:
        yield together


@contextmanager
def _put_together(settings: Settings, home: House, clock: Clock) -> Iterator[Device]:
    recognises = recogniser(settings, home.speakers)
    model = recognises.xvector.manifest.name
    recognises.threshold(
        sum(person.model == model for person in home.speakers.list())
    )  # refuse it now, not at the door
    the_lock = lock(settings, clock)
    try:
        the_lights = lights(settings, clock)
        try:
            act = Act(the_lock, the_lights, home.events, settings.door.open_seconds)
            attempts = Attempts(home.state, settings.lockout, clock)
            kiosk = Kiosk(the_lock, the_lights, act, attempts, settings.door, clock)
            afterwards = Aftermath(settings.mood, home.habits, home.events)
            pipeline = Pipeline(lambda: ear(settings, early=True), recognises, kiosk, afterwards)
            yield Device(the_lock, the_lights, kiosk, pipeline)
        finally:
            the_lights.close()
    finally:
        the_lock.close()
