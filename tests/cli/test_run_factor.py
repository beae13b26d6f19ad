"""The whole way with the visit's voices and a second factor: files are the microphone, fakes the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from edgevoice import app
from edgevoice.cli.serve import Service, StreamClock
from edgevoice.config import Loaded, load
from edgevoice.errors import EdgevoiceError, HardwareError, SettingsError
from edgevoice.hardware.fake import FakeLock, FakeMicrophone
from edgevoice.hardware.fake_inputs import FakeButton
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, AudioBlock
from edgevoice.storage.events import Event
from tests.cli.conftest import Shell
from tests.cli.test_run_button import Told
from tests.fake_digits import FakeDigits
from tests.sound import clip

ADA, ADA_TOO, ADA_AGAIN = "ada-unlock-1.opus", "ada-unlock-2.opus", "ada-unlock-3.opus"
BEN, STRANGER = "ben-unlock-1.opus", "stranger-1-1.opus"
PIN = '[door]\nsecond_factor = "pin"\nfactor_seconds = 30\n'
CHALLENGE = '[door]\nsecond_factor = "challenge"\nchallenge_digits = 3\nfactor_seconds = 20\n'


@dataclass(frozen=True)
class Taps:
    """Digits, pressed at the door."""

    digits: str


@dataclass(frozen=True)
class Waits:
    seconds: float


class Visitor(FakeMicrophone):
    """Says clips, and presses the button at the door."""

    def __init__(self, script: Sequence[str | Taps | Waits], outside: FakeButton | None) -> None:
        super().__init__([])
        self._script, self._outside, self._at, self._clips = script, outside, 0, 0

    def blocks(self) -> Iterator[AudioBlock]:
        for word in self._script:
            if isinstance(word, str):
                yield from self._cut(np.concatenate([self._room(), clip(word), self._room(2.5)]))
            elif isinstance(word, Waits):
                yield from self._cut(self._room(word.seconds))
            else:
                yield from self._tap(word.digits)

    def _tap(self, digits: str) -> Iterator[AudioBlock]:
        assert self._outside is not None
        for digit in digits:
            for _ in range(int(digit) or 10):
                self._outside.press(0.1)
                yield from self._cut(self._room(0.4))
            yield from self._cut(self._room(1.2))
        yield from self._cut(self._room(3.0))

    def _room(self, seconds: float = 1.0) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
        """No room sounds twice the same, and one that did would be taken for a recording."""
        self._clips += 1
        room = np.roll(clip("room.flac"), 1237 * self._clips)
        return np.resize(room, int(seconds * SAMPLE_RATE))

    def _cut(self, samples: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> Iterator[AudioBlock]:
        for start in range(0, len(samples), SAMPLES_PER_BLOCK):
            block = samples[start : start + SAMPLES_PER_BLOCK]
            yield AudioBlock(block, self._at)
            self._at += len(block)


@dataclass(frozen=True)
class Evening:
    told: Told
    openings: list[float]
    events: list[Event]

    @property
    def kinds(self) -> list[tuple[str, str | None]]:
        wanted = ("asked", "open", "refused", "fault")
        return [(event.kind, event.speaker) for event in self.events if event.kind in wanted]


def settings(home: Shell, toml: str) -> Loaded:
    file = home.data / "door.toml"
    file.write_text(toml)
    return load(file, home.data)


def spend(
    home: Shell, toml: str, *script: str | Taps | Waits, digits: FakeDigits | None = None, drawn: str = "314"
) -> Evening:
    loaded, clock, told = settings(home, toml), StreamClock(), Told()
    parts = app.FactorParts(digits, lambda count: drawn[:count])
    with app.house(loaded) as house:
        if '"pin"' in toml:
            house.pins.put("Ada", "2131")
        with app.device(loaded.settings, house, clock, parts=parts) as device:
            assert isinstance(device.lock, FakeLock)
            outside = device.outside if isinstance(device.outside, FakeButton) else None
            Service(device, told, lambda _: None, clock).serve(Visitor(script, outside))
            return Evening(told, list(device.lock.openings), house.events.last(100))


def test_a_voice_and_its_pin_open_and_the_voice_alone_does_not(household: Shell) -> None:
    evening = spend(household, PIN, ADA, Taps("2131"), ADA_TOO, Waits(31.0))
    assert evening.openings == [5.0]
    assert evening.kinds == [("asked", "Ada"), ("open", "Ada"), ("asked", "Ada"), ("refused", "Ada")]
    assert "second factor" in evening.told.states
    assert evening.told.says == ["ask-press", "granted", "ask-press", "timed-out"]


def test_a_wrong_pin_a_strangers_voice_and_a_pin_without_a_voice_open_nothing(household: Shell) -> None:
    evening = spend(household, PIN, Taps("2131"), ADA, Taps("2132"), ADA_TOO, STRANGER, Taps("2131"))
    assert evening.openings == []
    assert [kind for kind, _ in evening.kinds] == ["asked", "refused", "asked", "refused"]


def test_somebody_without_a_pin_is_not_let_in(household: Shell) -> None:
    evening = spend(household, PIN, BEN, Taps("2131"))
    assert evening.openings == []
    assert "Ben has no PIN" in evening.events[-1].reason


def test_the_digits_that_were_asked_for_said_by_the_same_voice_open(household: Shell) -> None:
    digits = FakeDigits(["314"])
    evening = spend(household, CHALLENGE, ADA, ADA_TOO, digits=digits)
    assert evening.openings == [5.0]
    assert evening.told.says == ["ask-digits digit-3 digit-1 digit-4", "granted"]
    assert digits.asked == ["314"]


@pytest.mark.parametrize(
    ("answer", "row"), [(ADA_TOO, "341"), (BEN, "314"), (STRANGER, "314"), (ADA, "314"), (Waits(21.0), "314")]
)
def test_other_digits_another_voice_the_same_recording_and_silence_open_nothing(
    household: Shell, answer: str | Waits, row: str
) -> None:
    evening = spend(household, CHALLENGE, ADA, answer, digits=FakeDigits([row]))
    assert evening.openings == []
    assert [kind for kind, _ in evening.kinds] == ["asked", "refused"]


def test_a_sentence_is_no_answer_to_the_model_that_ships(household: Shell) -> None:
    evening = spend(household, CHALLENGE, ADA, ADA_TOO, drawn="905")
    assert evening.told.says == ["ask-digits digit-9 digit-0 digit-5", "refused"]
    assert evening.openings == []
    assert "these were not the digits" in evening.events[-1].reason


def test_failed_answers_lock_the_door(household: Shell) -> None:
    toml = CHALLENGE + "[replay]\nguard = false\n[lockout]\nattempts = 2\n"
    evening = spend(household, toml, ADA, ADA_TOO, ADA_AGAIN, ADA, ADA_TOO, digits=FakeDigits(["999", "999", "314"]))
    assert evening.openings == []
    assert "locked-out" in evening.told.says


@pytest.mark.parametrize("factor", ["pin", "challenge"])
def test_a_lock_that_moves_does_not_serve_with_a_factor_that_cannot_work(household: Shell, factor: str) -> None:
    toml = (
        f'[door]\nsecond_factor = "{factor}"\n[lock]\ndriver = "gpio"\n[gpio]\nsimulated = "{household.data}/board"\n'
    )
    loaded = settings(household, toml)
    with (
        app.house(loaded) as house,
        pytest.raises(HardwareError, match="is a fake"),
        app.device(loaded.settings, house, StreamClock()),
    ):
        pass


def test_without_its_model_a_challenge_refuses_to_start(household: Shell, tmp_path: Path, models: Path) -> None:
    for path in models.iterdir():
        if not path.name.startswith("digits"):
            (tmp_path / path.name).symlink_to(path)
    loaded = settings(household, f'{CHALLENGE}[models]\nfolder = "{tmp_path}"\n')
    with (
        app.house(loaded) as house,
        pytest.raises(EdgevoiceError, match="digits"),
        app.device(loaded.settings, house, StreamClock()),
    ):
        pass


def test_a_stand_in_for_the_model_serves_no_lock_that_moves(household: Shell) -> None:
    toml = f'[lock]\ndriver = "gpio"\n[gpio]\nsimulated = "{household.data}/board"\n'
    loaded = settings(household, toml)
    with (
        app.house(loaded) as house,
        pytest.raises(SettingsError, match="only beside a fake lock"),
        app.device(loaded.settings, house, StreamClock(), parts=app.FactorParts(FakeDigits(["314"]))),
    ):
        pass
