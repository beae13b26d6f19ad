"""The whole way with the visit's voices: a new person enrols at the button, is let in then, and a stranger is not."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from edgevoice import app
from edgevoice.app import Device
from edgevoice.cli.serve import Service, StreamClock
from edgevoice.config import load
from edgevoice.hardware import Light
from edgevoice.hardware.fake import FakeLights, FakeLock, FakeMicrophone
from edgevoice.hardware.fake_inputs import FakeButton
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.listening.capture import SAMPLE_RATE, SAMPLES_PER_BLOCK, AudioBlock, Samples
from edgevoice.pipeline import Answer
from edgevoice.visit import FOLDER
from tests.cli.conftest import VISIT, Shell
from tests.cli.test_serve import Quiet
from tests.program import EDGEVOICE
from tests.sound import clip

HOLD, PRESS = "the button is held", "the button is pressed"
PAUSE = np.zeros(int(1.5 * SAMPLE_RATE), np.int16)


class Told(Quiet):
    """What the loop tells, in words."""

    def __init__(self) -> None:
        super().__init__()
        self.states: list[str] = []
        self.says: list[str] = []
        self.opened: list[str | None] = []

    def answered(self, answer: Answer, file: str | None, t_s: float) -> None:
        if answer.outcome.opened and answer.decision:
            self.opened.append(answer.decision.speaker)

    def moved(self, event: str, state: str, t_s: float) -> None:
        {"state": self.states, "says": self.says}.get(event, []).append(state)


class Evening(FakeMicrophone):
    """Clips with pauses between them; the button is used in the pauses."""

    def __init__(self, script: Sequence[str], button: FakeButton) -> None:
        super().__init__([])
        self._script, self._button = script, button

    def blocks(self) -> Iterator[AudioBlock]:
        at = 0
        for word in script_sounds(self._script):
            if isinstance(word, str):
                (self._button.hold if word is HOLD else self._button.press)()
                continue
            for start in range(0, len(word), SAMPLES_PER_BLOCK):
                yield AudioBlock(word[start : start + SAMPLES_PER_BLOCK], at)
                at += len(word[start : start + SAMPLES_PER_BLOCK])


def script_sounds(script: Sequence[str]) -> Iterator[Samples | str]:
    room = clip("room.flac")
    for number, word in enumerate(script):
        if word in (HOLD, PRESS):
            yield word
            yield np.concatenate([PAUSE] * 3)  # it is held for three seconds
        else:
            # No room sounds twice the same, and one that did would be taken for a recording.
            yield np.concatenate([np.roll(room, 1237 * number), clip(word), PAUSE, PAUSE])


def spend(folder: Path, *script: str) -> tuple[Told, Device]:
    """Serve an evening; what was told, and the device as it was at its end."""
    loaded = load(data=folder, system_file=folder / "none")
    clock, told = StreamClock(), Told()
    with app.house(loaded) as house, app.device(loaded.settings, house, clock) as device:
        assert isinstance(device.button, FakeButton)
        Service(device, told, lambda _: None, clock).serve(Evening(script, device.button))
    return told, device


def test_a_household_enrols_at_the_button_with_no_screen_and_the_door_knows_them(shell: Shell, models: Path) -> None:
    ada, ben = VISIT.enrolment["Ada"][:3], VISIT.enrolment["Ben"][:3]
    told, device = spend(
        shell.data,
        "ada-unlock-3.opus",  # nobody is enrolled yet
        HOLD,
        *ada,
        "ada-unlock-1.opus",
        HOLD,
        "ada-unlock-2.opus",  # the administrator allows it
        *ben,
        "ben-unlock-1.opus",
        "stranger-1-1.opus",
        HOLD,
        "ben-unlock-2.opus",  # is no administrator
        HOLD,
        "stranger-1-2.opus",  # nor is he
        HOLD,
        PRESS,  # changed her mind
    )
    assert told.opened == ["person 1", "person 2"]
    assert isinstance(device.lock, FakeLock) and device.lock.openings == [5.0, 5.0]
    people = shell.json("speakers", "list").records
    assert [(person["name"], person["administrator"]) for person in people] == [("person 1", True), ("person 2", False)]
    assert [said for said in told.says if said not in ("refused", "granted")] == [
        "claim ask-sentence",
        "take-good ask-sentence",
        "take-good ask-sentence",
        "done",
        "digit-1 ask-administrator",
        "ask-sentence",
        "take-good ask-sentence",
        "take-good ask-sentence",
        "done",
        "digit-1 ask-administrator",
        "not-administrator",
        "digit-1 ask-administrator",
        "not-administrator",
        "digit-1 ask-administrator",
        "cancelled",
    ]
    assert isinstance(device.lights, FakeLights) and device.lights.shares.count(1.0) == 2
    assert Light.ENROLLING in device.lights.shown
    with app.house(load(data=shell.data, system_file=shell.data / "none")) as house:
        kinds = [kept.kind for kept in house.heard.read(house.heard.ids().tolist())]
    assert kinds.count("enrolment") == len(ada) + len(ben)
    assert shell("speakers", "rename", "person 2", "Ben").status == 0
    assert "Ben" in shell("speakers", "list").out


@pytest.mark.parametrize("pressed", [False, True])
def test_what_is_left_of_a_sentence_that_was_cut_is_for_the_press_before_it_began(
    household: Shell, pressed: bool
) -> None:
    door, listening = "intent_seconds = 10\nmin_snr_db = 0", "early_pause_ms = 390\nlongest_ms = 2000"
    (household.data / "edgevoice.toml").write_text(f"[door]\n{door}\n[listening.utterance]\n{listening}\n")
    loaded, clock, told = load(data=household.data, system_file=household.data / "none"), StreamClock(), Told()
    with app.house(loaded) as house, app.device(loaded.settings, house, clock) as device:
        button = device.button
        assert isinstance(button, FakeButton)

        class Speaks(Evening):
            """Ada; the button is pressed before her, or once she speaks."""

            def blocks(self) -> Iterator[AudioBlock]:
                if pressed:
                    button.press()
                for block in super().blocks():
                    yield block
                    if device.pipeline.level.speaking and not button.taken:
                        button.press()

        Service(device, told, lambda _: None, clock).serve(Speaks(["ada-unlock-1.opus"], button))
    assert told.opened == (["Ada"] if pressed else [])


def test_what_the_device_says_itself_is_not_heard(tmp_path: Path, models: Path) -> None:
    """Its loudspeaker stands beside its microphone: while it speaks, blocks are dropped."""
    loaded = load(data=tmp_path, system_file=tmp_path / "none")
    clock = StreamClock()
    with app.house(loaded) as house, app.device(loaded.settings, house, clock) as device:
        assert isinstance(device.sounder, FakeSounder) and isinstance(device.button, FakeButton)
        sounder = FakeSounder(clock, seconds_each=8.0)
        device.kiosk._talk._act._sounder = sounder
        told = Told()
        takes = VISIT.enrolment["Ada"][:3]
        Service(device, told, lambda _: None, clock).serve(Evening([HOLD, takes[0]], device.button))
    assert told.says == ["claim ask-sentence"]
    assert told.states.count("enrolling") == 1


def test_keys_are_the_button_only_of_a_fake_lock(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "door.toml"
    file.write_text('[lock]\ndriver = "gpio"')
    said = shell("--config", file, "run", "--desk", "--fast", "--wav", FOLDER / "silence.flac")
    assert said.status == 1
    assert "only of a fake lock" in said.err


def test_a_key_of_the_desk_begins_an_enrolment(shell: Shell, models: Path) -> None:
    command = [*EDGEVOICE, "--json", "--data", shell.data, "run", "--desk", "--fast"]
    command += ["--wav", FOLDER / "room.flac"]
    done = subprocess.run(command, input="B", capture_output=True, text=True, timeout=120, check=True)
    states = [json.loads(line)["state"] for line in done.stdout.splitlines() if '"event": "state"' in line]
    assert "enrolling" in states


def test_without_a_keyboard_there_is_no_desk(tmp_path: Path) -> None:
    command = [*EDGEVOICE, "--data", tmp_path, "run", "--desk", "--fast"]
    command += ["--wav", FOLDER / "room.flac"]
    without_input = ["sh", "-c", 'exec "$@" <&-', "sh", *command]
    done = subprocess.run(without_input, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "no keyboard" in done.stderr
