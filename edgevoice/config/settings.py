"""All settings: one dataclass a section. The rooms define their own; here stand only those that no room owns."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from edgevoice.config.ranges import consistent, within
from edgevoice.door.aftermath import MoodRules
from edgevoice.door.decide import Rules
from edgevoice.door.enrolment import EnrolmentRules
from edgevoice.door.lockout import LockoutRules
from edgevoice.hardware.microphone_settings import MicrophoneSettings
from edgevoice.hardware.pins import GpioSettings
from edgevoice.hardware.pulse import LONGEST_PULSE_SECONDS
from edgevoice.listening.activity import ActivitySettings
from edgevoice.listening.utterance import UtteranceSettings

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
"""Also holds for the rooms' dataclasses: pydantic passes it on to plain ones."""


@dataclass(frozen=True, config=STRICT)
class StorageSettings:
    """Where people and events are kept."""

    folder: Path | None = None
    """Folder of the database and its key; none: this user's state folder. --data on the command line goes first."""
    events_kept: Annotated[int, Field(ge=100, le=10_000_000)] = 100_000
    """Rows of the audit log, 100..10000000; the oldest give way."""


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

    activity: Annotated[ActivitySettings, AfterValidator(within("listening.activity"))] = ActivitySettings()
    utterance: Annotated[
        UtteranceSettings,
        AfterValidator(within("listening.utterance")),
        AfterValidator(consistent),
    ] = UtteranceSettings()


@dataclass(frozen=True, config=STRICT)
class RecognitionSettings:
    """How sure is sure."""

    false_accept_rate: Annotated[float, Field(gt=0, lt=0.5)] = 0.001
    """How often a stranger's utterance may be taken for somebody of the household, as a share, 0..0.5 (exclusive).

    The model's calibration turns it into the threshold; a rate that was never measured is refused.
    """


@dataclass(frozen=True, config=STRICT)
class DoorSettings(Rules):
    """When the door opens, beside the threshold that the false-accept rate asks for, and for how long."""

    open_seconds: Annotated[float, Field(gt=0, le=LONGEST_PULSE_SECONDS)] = 5.0
    """How long the lock is released, more than 0 and at most 30 seconds."""


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
class Settings:
    """Everything that an owner may set; the defaults are a working door without hardware."""

    storage: StorageSettings = StorageSettings()
    models: ModelSettings = ModelSettings()
    microphone: MicrophoneSettings = MicrophoneSettings()
    listening: ListeningSections = ListeningSections()
    recognition: RecognitionSettings = RecognitionSettings()
    mood: MoodRules = MoodRules()
    door: DoorSettings = DoorSettings()
    lockout: LockoutRules = LockoutRules()
    enrolment: EnrolmentRules = EnrolmentRules()
    lock: LockSettings = LockSettings()
    lights: LightSettings = LightSettings()
    gpio: GpioSettings = GpioSettings()
