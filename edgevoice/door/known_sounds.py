"""A known sound -> what happens: it is written down, shown, told; the lock moves for the owner's fire alarm alone.

Opening for a fire alarm is a rule of its own, beside ``decide``, and off unless the owner names the alarm: whoever can
play that sound at the door opens it. docs/replay.md says when that is worth it, and what is better.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol

from pydantic import Field

from edgevoice.hardware import Prompt, Sounder
from edgevoice.listening.frames import Frames
from edgevoice.recognition.known_sounds import KnownSounds, Sounding
from edgevoice.storage.events import Events
from edgevoice.storage.names import fold

ASKED_AGAIN_S = 5.0
"""While the fire alarm sounds, so often the door is asked to open; one that is still open stays so."""

Follows = Literal["notice", "lights", "sounder", "lights and sounder"]
"""What a sound leads to. Each occurrence gets its row in the audit log; "notice": that and no more."""


@dataclass(frozen=True)
class SoundRules:
    """What happens when a sound of the library (`edgevoice recordings`) is heard while the door listens."""

    listen: bool = True
    """Whether the door listens for them at all; each occurrence is written to the audit log."""
    then: Follows = "notice"
    """What follows for a sound that sounds.each does not name: "notice" (the row in the audit log, no more), "lights",
    "sounder" or "lights and sounder". While the device itself speaks it hears nobody."""
    each: Mapping[str, Follows] = field(default_factory=dict)
    """The same for single sounds, by their names in `edgevoice recordings list`, for example
    { "smoke alarm" = "lights and sounder", doorbell = "lights" }."""
    lights_seconds: Annotated[float, Field(ge=1, le=300)] = 10.0
    """How long the lights show it after it was heard last, 1..300; what the door itself has to show goes first."""
    again_after_s: Annotated[float, Field(ge=1, le=3_600)] = 10.0
    """After so many seconds without it, the same sound counts as heard anew, 1..3600."""
    fire_alarm: str | None = None
    """Name of the one recording that opens the door while it sounds; none: no sound does. Whoever plays it opens."""
    fire_alarm_s: Annotated[float, Field(ge=5, le=120)] = 10.0
    """For how many seconds it must have sounded before that, without three in which it was not recognised, 5..120."""


class Opens(Protocol):
    """What shows a sound, what a fire alarm asks to open, and what is told of a failure: ``door.kiosk.Kiosk``."""

    def sound(self) -> object: ...
    def fire(self, reason: str, figures: Mapping[str, float]) -> object: ...
    def fault(self, error: Exception) -> object: ...


def opens_for_fire(sounding: Sounding, rules: SoundRules) -> bool:
    """Whether this is the owner's fire alarm, and has sounded for long enough. Pure; no other sound opens anything.

    A sound that is known by its tones alone never does: anybody can whistle them.
    """
    if sounding.alike_percent is not None:
        return False
    if not rules.listen or not rules.fire_alarm or sounding.name != rules.fire_alarm:
        return False
    return sounding.at_s - sounding.since_s >= rules.fire_alarm_s  # False for NaN


def follows(name: str, rules: SoundRules) -> Follows:
    """What a sound of this name leads to; case does not count, as in the library."""
    return {fold(written): what for written, what in rules.each.items()}.get(fold(name), rules.then)


def unknown(rules: SoundRules, names: Iterable[str]) -> list[str]:
    """What is wrong with rules for sounds that are not in a library of these names."""
    known = list(dict.fromkeys(names))
    folded = {fold(name) for name in known}
    wrong = [f"sounds.each names {name!r}" for name in rules.each if fold(name) not in folded]
    if rules.fire_alarm and rules.fire_alarm not in known:  # to the letter, as it opens a door
        wrong.append(f"sounds.fire_alarm is {rules.fire_alarm!r}")
    advice = f"which is no known sound ({', '.join(known) or 'none is known'}): correct it, or add the sound"
    return [f"{each}, {advice} (edgevoice recordings add)" for each in wrong]


class SoundWatch:
    """Listens for known sounds beside the voice, and never in its way: what fails here ends here."""

    def __init__(
        self, known: KnownSounds | None, rules: SoundRules, door: Opens, events: Events, sounder: Sounder | None = None
    ) -> None:
        """``known``: None where nobody listens for them."""
        self._known, self._rules, self._door = known, rules, door
        self._events, self._sounder = events, sounder
        self._asked_s: float | None = None

    def hear(self, frames: Frames) -> list[Sounding]:
        """The frames of the last block -> each occurrence that begins in it. Never raises an Exception.

        A library that fails is listened for no more, until the next start: a fault is told once, and the voice goes on.
        What fails of that which follows is a fault too, and the next sound may be told.
        """
        try:
            found = self._known.hear(frames.spectrum) if self._known else []
        except Exception as error:  # whatever it raises, it would at every block
            self._known = None
            self._door.fault(error)
            return []
        for sounding in found:
            try:
                self._act(sounding)
            except Exception as error:  # whatever the disk or a driver raises
                self._door.fault(error)
        return [sounding for sounding in found if sounding.first]

    def _act(self, sounding: Sounding) -> None:
        by_tones, hashes = sounding.alike_percent, sounding.aligned_hashes
        figures = {"aligned_hashes": float(hashes)} if by_tones is None else {"alike_percent": float(by_tones)}
        if sounding.first:
            self._events.write("sound", f"{sounding.name} was heard", None, figures)
        self._tell(follows(sounding.name, self._rules), sounding.first)
        if opens_for_fire(sounding, self._rules) and self._may_ask(sounding.at_s):
            lasted, wanted = sounding.at_s - sounding.since_s, self._rules.fire_alarm_s
            reason = f"the fire alarm {sounding.name} has sounded for {lasted:.1f} s, {wanted:g} s wanted"
            self._asked_s = sounding.at_s
            self._door.fire(reason, figures)

    def _tell(self, what: Follows, first: bool) -> None:
        if "lights" in what:
            self._door.sound()  # at every look, so that they show it for as long as it sounds
        if first and "sounder" in what and self._sounder is not None:
            self._sounder.say([Prompt.KNOWN_SOUND])

    def _may_ask(self, at_s: float) -> bool:
        return self._asked_s is None or at_s - self._asked_s >= ASKED_AGAIN_S
