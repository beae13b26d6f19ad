"""What the door is made of, as small protocols; the drivers stand beside this file.

No call leaves a door open: there is ``Lock.open_for(seconds)`` and no ``Lock.open()``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the guard runs this file too, and must stay small: no NumPy
    from edgevoice.listening.capture import AudioBlock

Clock = Callable[[], float]
"""Seconds, never backwards: ``time.monotonic``, or one that a program sets."""


class Light(Enum):
    """What the lights can say, one at a time; docs/hardware.md has the colours."""

    OFF = "off"
    BOOTING = "booting"
    LISTENING = "listening"
    CHECKING = "checking"
    PROVING = "second factor"
    OPEN = "open"
    REFUSED = "refused"
    SAY_AGAIN = "say it again"
    LOCKED_OUT = "locked out"
    KNOWN_SOUND = "known sound"
    ENROLLING = "enrolling"
    DOOR_HELD = "door held"
    DOOR_FORCED = "door forced"
    FAULT = "fault"


class Press(Enum):
    """What a debounced button tells."""

    SHORT = "short"
    """Released before ``hold_seconds``."""
    HELD = "held"
    """Told once, when ``hold_seconds`` have passed with the button still down."""
    STUCK = "stuck"
    """Still down after ``stuck_seconds``: a fault of the button, told once."""


class Prompt(Enum):
    """What a sounder can say; the value is the name of its text and of its clip."""

    GRANTED = "granted"
    REFUSED = "refused"
    SAY_AGAIN = "say-again"
    LOCKED_OUT = "locked-out"
    FAULT = "fault"
    CLAIM = "claim"  # nobody is enrolled: the first person may claim the door
    ASK_ADMINISTRATOR = "ask-administrator"
    ASK_SENTENCE = "ask-sentence"
    TAKE_GOOD = "take-good"
    TOO_SHORT = "too-short"
    TOO_FAR = "too-far"
    TOO_NOISY = "too-noisy"
    TOO_LOUD = "too-loud"
    BROKEN_SOUND = "broken-sound"
    OTHER_VOICE = "other-voice"
    SAME_RECORDING = "same-recording"
    ALREADY_ENROLLED = "already-enrolled"
    DONE = "done"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed-out"
    NOT_ADMINISTRATOR = "not-administrator"
    ASK_WHO = "ask-who"  # who is to be removed
    REMOVED = "removed"
    PROMOTED = "promoted"
    ASK_PRESS = "ask-press"  # for intent
    ASK_DIGITS = "ask-digits"
    DIGIT_0 = "digit-0"
    DIGIT_1 = "digit-1"
    DIGIT_2 = "digit-2"
    DIGIT_3 = "digit-3"
    DIGIT_4 = "digit-4"
    DIGIT_5 = "digit-5"
    DIGIT_6 = "digit-6"
    DIGIT_7 = "digit-7"
    DIGIT_8 = "digit-8"
    DIGIT_9 = "digit-9"
    DOOR_HELD = "door-held"
    DOOR_FORCED = "door-forced"
    TAMPER = "tamper"
    KNOWN_SOUND = "known-sound"


class Microphone(Protocol):
    """A source of 16 kHz mono int16 sound."""

    def blocks(self) -> "Iterator[AudioBlock]":
        """Yield blocks in order until the source ends (a file) or is closed (a device).

        A device that gives nothing yields blocks without a sample at about the same rate.
        """
        ...

    def close(self) -> None:
        """Release the source; safe to call twice."""
        ...

    @property
    def healthy(self) -> bool:
        """Whether what ``blocks`` gives is sound: a muted or dead device gives one value for ever, one that is
        away nothing."""
        ...


class Lock(Protocol):
    """A relay that releases the door for a bounded time and shuts itself."""

    def open_for(self, seconds: float) -> None:
        """Release the door for ``seconds`` (0 < seconds <= 30); a second call restarts the pulse."""
        ...

    def shut(self) -> None:
        """Secure the door now; never raises because it is already shut."""
        ...

    def close(self) -> None:
        """Shut, and give the relay back for good; safe to call twice."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether the relay is energised at this moment."""
        ...


class Lights(Protocol):
    """Three LEDs or one RGB LED."""

    def show(self, light: Light) -> None:
        """Show one state; it replaces the one before."""
        ...

    def progress(self, share: float) -> None:
        """How far an enrolment is, 0..1 (more or less is taken as that); ENROLLING shows it, now and from then on."""
        ...

    def close(self) -> None:
        """Go dark, and give the pins back for good; safe to call twice."""
        ...


class Button(Protocol):
    """A push button, debounced."""

    def take(self) -> list[Press]:
        """What happened since it was last asked, oldest first; never blocks."""
        ...

    def close(self) -> None:
        """Give the pin back for good; safe to call twice."""
        ...


class Contact(Protocol):
    """A door contact, a tamper switch, a request-to-exit button: two wires that are joined or not."""

    @property
    def is_open(self) -> bool:
        """Whether the circuit is open, debounced: the door or the lid is open, a button is up. A broken wire too."""
        ...

    def take(self) -> "list[tuple[float, bool]]":
        """(since when, by the driver's clock; whether it was open), oldest first: how it was when it was first looked
        at, then what has changed since it was last asked, however long that is ago; never blocks."""
        ...

    def close(self) -> None:
        """Give the pin back for good; safe to call twice."""
        ...


@dataclass(frozen=True)
class Contacts:
    """The contacts of a door; ``None``: not fitted."""

    door: Contact | None = None
    """Open: the door is open."""
    exit: Contact | None = None
    """Closed: somebody presses request-to-exit."""
    tamper: Contact | None = None
    """Open: somebody opens the case."""

    def close(self) -> None:
        """Give all pins back for good; safe to call twice."""
        for contact in (self.door, self.exit, self.tamper):
            if contact is not None:
                contact.close()


class Sounder(Protocol):
    """A buzzer, or a loudspeaker that speaks."""

    def say(self, prompts: Sequence[Prompt]) -> None:
        """Start, and return at once; it replaces what is being said. None of them: silence."""
        ...

    @property
    def busy(self) -> bool:
        """Whether it can be heard at this moment."""
        ...

    def close(self) -> None:
        """Fall silent for good; safe to call twice."""
        ...


class Watchdog(Protocol):
    """What restarts the service when it hangs."""

    def ready(self) -> None:
        """The door serves."""
        ...

    def alive(self) -> None:
        """A frame was really read and the pipeline really returned."""
        ...

    def waiting(self) -> None:
        """The pipeline really returned, but there is no microphone to read from."""
        ...

    def stopping(self) -> None:
        """The service ends by itself."""
        ...

    def status(self, text: str) -> None:
        """One line for whoever asks how it goes."""
        ...
