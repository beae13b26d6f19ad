"""A known sound -> what happens: it is written down and told; the lock moves for the owner's own fire alarm alone.

Opening for a fire alarm is a rule of its own, beside ``decide``, and off unless the owner names the alarm: whoever can
play that sound at the door opens it. docs/replay.md says when that is worth it, and what is better.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from edgevoice.hardware import Lock, Prompt, Sounder
from edgevoice.hardware.pulse import LONGEST_PULSE_SECONDS
from edgevoice.listening.frames import Frames
from edgevoice.recognition.known_sounds import KnownSounds, Sounding
from edgevoice.storage.events import Events

Fault = Callable[[Exception], object]


@dataclass(frozen=True)
class SoundRules:
    """What happens when a sound of the library (`edgevoice recordings`) is heard while the door listens."""

    listen: bool = True
    """Whether the door listens for them at all; each is written to the audit log once an occurrence."""
    say: bool = True
    """Whether the sounder tells it too."""
    again_after_s: Annotated[float, Field(ge=1, le=3_600)] = 10.0
    """After so many seconds without it, the same sound counts as heard anew, 1..3600."""
    fire_alarm: str | None = None
    """Name of the one recording that opens the door while it sounds; none: no sound does. Whoever plays it opens."""
    fire_alarm_s: Annotated[float, Field(ge=5, le=120)] = 10.0
    """For how many seconds it must have sounded before that, 5..120."""


def opens_for_fire(sounding: Sounding, rules: SoundRules) -> bool:
    """Whether this is the owner's fire alarm, and has sounded for long enough. Pure; no other sound opens anything."""
    if not rules.listen or not rules.fire_alarm or sounding.name != rules.fire_alarm:
        return False
    return sounding.at_s - sounding.since_s >= rules.fire_alarm_s  # False for NaN


class SoundWatch:
    """Listens for known sounds beside the voice, and never in its way: what fails here ends here."""

    def __init__(
        self, known: KnownSounds | None, rules: SoundRules, lock: Lock, sounder: Sounder, events: Events, fault: Fault
    ) -> None:
        """``known``: None where nobody listens for them; ``fault``: shows and writes down what went wrong."""
        self._known, self._rules, self._lock = known, rules, lock
        self._sounder, self._events, self._fault = sounder, events, fault

    def hear(self, frames: Frames) -> list[Sounding]:
        """The frames of the last block -> each occurrence that begins in it. Never raises an Exception.

        After a failure it listens no more, until the next start: a fault is told once, and the voice goes on.
        """
        try:
            found = self._known.hear(frames.spectrum) if self._known else []
            for sounding in found:
                self._act(sounding)
            return [sounding for sounding in found if sounding.first]
        except Exception as error:  # whatever the library, the disk or a driver raises
            self._known = None
            self._fault(error)
            return []

    def _act(self, sounding: Sounding) -> None:
        figures = {"aligned_hashes": float(sounding.aligned_hashes)}
        if sounding.first:
            self._events.write("sound", f"{sounding.name} was heard", None, figures)
            if self._rules.say:
                self._sounder.say([Prompt.KNOWN_SOUND])
        if opens_for_fire(sounding, self._rules) and not self._lock.is_open:
            lasted = sounding.at_s - sounding.since_s
            reason = (
                f"the fire alarm {sounding.name} has sounded for {lasted:.1f} s, {self._rules.fire_alarm_s:g} s wanted"
            )
            self._events.write("open", reason, None, figures)  # first: what cannot be written down does not open
            self._lock.open_for(LONGEST_PULSE_SECONDS)
