"""A door that cannot be served says so with its lights: dark ones are those of a door that waits for a press."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from edgevoice.app.drivers import lights
from edgevoice.config import Settings
from edgevoice.hardware import Light

SHOWN_SECONDS = 10.0
"""Once before each time that the service is started anew; the pins go with the program."""


@contextmanager
def told_by_lights(settings: Settings, seconds: float = SHOWN_SECONDS) -> Iterator[None]:
    """Whatever fails in the ``with`` statement is shown as a fault for so long, by lights alone, and then raised."""
    try:
        yield
    except Exception:
        if settings.lights.driver != "fake":
            with suppress(Exception), closing(lights(settings)) as shown:  # the first error is the one to be told
                shown.show(Light.FAULT)
                time.sleep(seconds)
        raise
