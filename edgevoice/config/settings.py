"""All settings: one dataclass a section. The rooms define their own; here stand only those that no room owns."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from edgevoice.config.in_time import refuse_too_short, time_for_a_challenge, time_for_a_pin
from edgevoice.door.adaptation import AdaptationRules
from edgevoice.door.aftermath import MoodRules
from edgevoice.door.decide import Rules
from edgevoice.door.enrolment import EnrolmentRules
from edgevoice.door.known_sounds import SoundRules
from edgevoice.door.lockout import LockoutRules
from edgevoice.door.rhythm import RhythmRules
from edgevoice.errors import SettingsError
from edgevoice.hardware.microphone_settings import MicrophoneSettings
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.pulse import LONGEST_PULSE_SECONDS
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.utterance import UtteranceSettings
from edgevoice.storage.backups import KEPT_BACKUPS
from edgevoice.storage.events import MOST_EVENTS

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
"""Also holds for the rooms' dataclasses: pydantic passes it on to plain ones."""


@dataclass(frozen=True, config=STRICT)
class StorageSettings:
    """Where people and events are kept."""

    folder: Path | None = None
    """Folder of the database and its key; none: this user's state folder. --data on the command line goes first."""
    events_kept: Annotated[int, Field(ge=100, le=MOST_EVENTS)] = 100_000
    """Rows of the audit log, 100..200000; the oldest give way."""
    backups_kept: Annotated[int, Field(ge=0, le=365)] = KEPT_BACKUPS
    """Daily backups of people and audit log kept beside the database, 0..365; 0: none are made."""


@dataclass(frozen=True, config=STRICT)
class ModelSettings:
    """Which models, and where they lie."""

    folder: Path | None = None
    """Folder with the x-vector, its manifest and its cohort; none: the models that came with edgevoice."""
    xvector: Literal["xvector", "xvector-tiny"] = "xvector"
    """The x-vector; "xvector-tiny" is a quarter of the size and less sure. Each wants its own enrolments."""
    mood: Literal["off", "verified", "always"] = "verified"
    """Of whom the mood is told in the log: "verified" (whom the door knows, or nearly), "always" or "off"."""


@dataclass(frozen=True, config=STRICT)
class ListeningSections:
    """When sound counts as an utterance. Nothing here changes what a model is fed."""

    activity: ActivitySettings = ActivitySettings()
    utterance: UtteranceSettings = UtteranceSettings()


@dataclass(frozen=True, config=STRICT)
class RecognitionSettings:
    """How sure is sure."""

    false_accept_rate: Annotated[float, Field(gt=0, lt=0.5)] = 0.001
    """How often a stranger's utterance may be taken for somebody of the household, as a share, 0..0.5 (exclusive).

    The model's calibration turns it into the threshold; a rate that was never measured is refused. Of the models that
    came with edgevoice the share of each person (this, divided by the people) may be 0.00001 to 0.1.
    """


@dataclass(frozen=True, config=STRICT)
class ReplaySettings:
    """The replay guard: a recording of something that this door has heard before does not open it."""

    guard: bool = True
    """Whether such a recording is refused. Only `edgevoice run` has the guard; `identify` and `verify` do not."""
    keep_days: Annotated[float, Field(ge=0.01, le=3_650)] = 30.0
    """For how many days of serving the fingerprints of attempts and enrolments are kept, 0.01..3650; sound never is."""
    keep_most: Annotated[int, Field(ge=10, le=10_000)] = 1_500
    """How many of them at most, 10..10000; strangers' give way first, then the oldest. Each takes 2.3 kB of memory."""


@dataclass(frozen=True, config=STRICT)
class DoorSettings(Rules):
    """When the door opens, beside the threshold that the false-accept rate asks for, and for how long."""

    open_seconds: Annotated[float, Field(gt=0, le=LONGEST_PULSE_SECONDS)] = 5.0
    """How long the lock is released, more than 0 and at most 30 seconds."""
    held_seconds: Annotated[float, Field(ge=5, le=3_600)] = 30.0
    """How long the door may stand open until that is told, 5..3600 seconds; needs a door contact."""
    leave_seconds: Annotated[float, Field(ge=1, le=120)] = 10.0
    """How long after a request to exit, or after the pulse, an opened door is not called forced, 1..120 seconds."""
    intent_seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    """The door opens only to whoever pressed the button so many seconds before speaking, 0..60; 0: no press needed.
    With a relay it wants a real button."""
    second_factor: Literal["none", "pin", "challenge"] = "none"
    """What a known voice must give beside itself. "pin": its PIN, pressed at a button at the door; "challenge": digits
    that the sounder asks for. docs/second_factor.md tells what each protects against."""
    factor_seconds: Annotated[float, Field(ge=10, le=120)] = 30.0
    """How long the second factor is waited for, from the voice on, 10..120 seconds; no less than the pauses and some
    presses of a PIN take, or digits to be asked for and said."""
    challenge_digits: Annotated[int, Field(ge=3, le=6)] = 4
    """How many digits are asked for, 3..6."""


Driver = Literal["fake", "gpio"]


@dataclass(frozen=True, config=STRICT)
class LockSettings:
    """What the lock is."""

    driver: Driver = "fake"
    """``gpio``: a relay on the pins of a Raspberry Pi; ``fake``: a lock that only remembers, for a desk."""


@dataclass(frozen=True, config=STRICT)
class LightSettings:
    """What the lights are."""

    driver: Driver = "fake"
    """``gpio``: LEDs on the pins of a Raspberry Pi; ``fake``: lights that only remember."""


@dataclass(frozen=True, config=STRICT)
class ButtonSettings:
    """The button inside, for enrolment."""

    driver: Driver = "fake"
    """``gpio``: a button on gpio.button_pin; ``fake``: none, or one that a program presses."""
    hold_seconds: Annotated[float, Field(ge=0.5, le=10)] = 3.0
    """How long it must stay down to count as held, 0.5..10 seconds; shorter is a short press."""
    stuck_seconds: Annotated[float, Field(ge=15, le=600)] = 30.0
    """After how long it counts as stuck, 15..600 seconds."""


@dataclass(frozen=True, config=STRICT)
class PinSettings(RhythmRules):
    """The button at the door, outside, for a PIN: digits as counts of short presses with pauses between them."""

    driver: Driver = "fake"
    """``gpio``: a button on gpio.outside_button_pin; ``fake``: none, or one that a program presses."""


@dataclass(frozen=True, config=STRICT)
class ContactSettings:
    """The door contact, request-to-exit and the tamper switch."""

    driver: Driver = "fake"
    """``gpio``: those whose pins are set in [gpio]; ``fake``: a door that stays shut, nobody who wants out."""


@dataclass(frozen=True, config=STRICT)
class SounderSettings:
    """What is heard of the device."""

    driver: Literal["fake", "buzzer", "speaker"] = "fake"
    """``buzzer``: patterns on gpio.buzzer_pin; ``speaker``: spoken prompts; ``fake``: silence."""
    language: Literal["en", "es", "fr", "it"] = "en"
    """What the speaker speaks."""
    device: str | None = None
    """Name of the playback device, or a part of it; none: the default one."""
    volume_percent: Annotated[int, Field(ge=1, le=100)] = 100
    """Of the speaker, 1..100; 50 halves the amplitude."""


@dataclass(frozen=True, config=STRICT)
class Settings:
    """Everything that an owner may set; the defaults are a working door without hardware."""

    storage: StorageSettings = StorageSettings()
    models: ModelSettings = ModelSettings()
    microphone: MicrophoneSettings = MicrophoneSettings()
    listening: ListeningSections = ListeningSections()
    recognition: RecognitionSettings = RecognitionSettings()
    mood: MoodRules = MoodRules()
    replay: ReplaySettings = ReplaySettings()
    door: DoorSettings = DoorSettings()
    lockout: LockoutRules = LockoutRules()
    sounds: SoundRules = SoundRules()
    enrolment: EnrolmentRules = EnrolmentRules()
    adaptation: AdaptationRules = AdaptationRules()
    lock: LockSettings = LockSettings()
    lights: LightSettings = LightSettings()
    button: ButtonSettings = ButtonSettings()
    pin: PinSettings = PinSettings()
    contacts: ContactSettings = ContactSettings()
    sounder: SounderSettings = SounderSettings()
    gpio: GpioSettings = GpioSettings()

    def __post_init__(self) -> None:
        """Raises SettingsError where nobody could press the button, or give the second factor in time."""
        if self.door.intent_seconds > 0 and self.lock.driver != "fake" and self.button.driver == "fake":
            raise SettingsError(
                f"door.intent_seconds is {self.door.intent_seconds}, but nobody can press the button, which is a fake:"
                ' wire one, and set button.driver = "gpio"; or set it to 0'
            )
        chosen, seconds = self.door.second_factor, self.door.factor_seconds
        if chosen == "pin":
            refuse_too_short(seconds, *time_for_a_pin(self.pin))
        if chosen == "challenge":
            hangover_ms = self.listening.utterance.hangover_ms
            refuse_too_short(seconds, *time_for_a_challenge(self.door.challenge_digits, hangover_ms))
