"""A setting reaches the part of the door that it is about: each is set in a file, and not to its default."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from edgevoice import app
from edgevoice.config import Settings, load
from edgevoice.door.decide import Cause
from edgevoice.door.states import State
from edgevoice.hardware.fake import FakeMicrophone, ManualClock
from edgevoice.hardware.fake_inputs import FakeButton
from edgevoice.listening.quality import Quality
from edgevoice.recognition.embed import Embedding, unit
from edgevoice.recognition.recognise import Evidence
from edgevoice.visit import FOLDER
from tests.door.evidence import evidence, score
from tests.sound import clip

DAY_S = 24 * 3600.0
ADA, HEARD = unit(np.ones(8, np.float32)), unit(np.arange(8, dtype=np.float32) + 20)


@dataclass(frozen=True)
class Served:
    """A door that serves, the house behind it, and what a test turns."""

    home: app.House
    device: app.Device
    button: FakeButton
    clock: ManualClock

    def hold(self) -> None:
        """Hold the button inside until that counts."""
        self.button.hold()
        self.clock.advance(3.1)
        self.device.kiosk.look()


@contextmanager
def served(folder: Path, settings: str, ada: bool = True) -> Iterator[Served]:
    """A door by a file of settings; ``ada``: whether she lives there."""
    file, clock = folder / "edgevoice.toml", ManualClock()
    button = FakeButton(clock)
    file.write_text(settings)
    loaded = load(file, data=folder / "data")
    with app.house(loaded) as home:
        if ada:
            home.speakers.add("Ada", ADA, app.xvector(loaded.settings).manifest.name, 3)
        with app.device(loaded.settings, home, clock, pressed=button) as device:
            device.kiosk.look()
            yield Served(home, device, button, clock)


def known(it: Served, llr: float = 4.2) -> Evidence:
    model = it.home.speakers.list()[0].model
    return replace(evidence(score("Ada", llr)), embedding=Embedding(HEARD, model))


def stranger() -> Evidence:
    return evidence(score("Ada", -9.0), quality=Quality(net_speech_s=2.0, snr_db=20.0, clipped_share=0.0))


@pytest.mark.parametrize(
    ("section", "setting", "value", "limit"),
    [
        ("door", "open_seconds", 7.5, "open_s"),
        ("door", "held_seconds", 41.0, "held_s"),
        ("door", "leave_seconds", 33.0, "leave_s"),
        ("door", "intent_seconds", 12.0, "intent_s"),
        ("enrolment", "answer_seconds", 11.0, "answer_s"),
        ("sounds", "lights_seconds", 4.5, "sound_s"),
    ],
)
def test_how_long_things_take(
    tmp_path: Path, models: Path, section: str, setting: str, value: float, limit: str
) -> None:
    with served(tmp_path, f"[{section}]\n{setting} = {value}\n") as it:
        assert getattr(it.device.kiosk.machine.limits, limit) == value


def test_the_lock_is_released_for_as_long_as_is_set(tmp_path: Path, models: Path) -> None:
    with served(tmp_path, "[door]\nopen_seconds = 7.5\n") as it:
        it.device.kiosk.answer(known(it))
        it.clock.advance(7.4)
        assert it.device.lock.is_open
        it.clock.advance(0.2)
        assert not it.device.lock.is_open


def test_the_rules_of_the_door_and_of_its_lockout(tmp_path: Path, models: Path) -> None:
    with served(tmp_path, "[door]\nmin_net_speech_s = 1.7\n[lockout]\nattempts = 2\nfirst_s = 77.0\n") as it:
        answer = it.device.kiosk.answer(known(it))
        assert answer is not None
        assert answer[0].cause is Cause.TOO_SHORT
        for _ in range(2):
            it.device.kiosk.answer(stranger())
        it.clock.advance(76.0)
        it.device.kiosk.look()
        assert it.device.kiosk.state is State.LOCKED_OUT


@pytest.mark.parametrize(("minutes", "state"), [(0, State.REFUSED), (1, State.ENROLLING)])
def test_for_how_long_an_empty_house_may_be_claimed(tmp_path: Path, models: Path, minutes: int, state: State) -> None:
    with served(tmp_path, f"[enrolment]\nclaim_minutes = {minutes}\n", ada=False) as it:
        it.hold()
        assert it.device.kiosk.state is state


def test_how_many_sentences_an_enrolment_takes(tmp_path: Path, models: Path) -> None:
    with served(tmp_path, "[enrolment]\nutterances = 4\n", ada=False) as it:
        it.hold()
        assert it.device.kiosk.counted == "1 of 4"


@pytest.mark.parametrize("follows", [True, False])
def test_whether_a_voiceprint_follows_its_person(tmp_path: Path, models: Path, follows: bool) -> None:
    with served(tmp_path, f"[adaptation]\nenabled = {str(follows).lower()}\nmin_likeness = 0.5\n") as it:
        evidence = known(it, llr=15.0)
        assert it.device.kiosk.answer(evidence) is not None
        (now,) = it.home.speakers.voiceprints(it.home.speakers.list()[0].model)
        assert np.array_equal(now.vector, ADA) is not follows


def test_for_how_long_and_how_many_fingerprints_are_kept(tmp_path: Path, models: Path) -> None:
    with served(tmp_path, "[replay]\nkeep_days = 2.5\nkeep_most = 11\n") as it:
        heard = it.home.heard
        assert heard.most == 11
        (old,) = heard.add([b"peaks"], "attempt", None)
        for days, kept in ((2.4, True), (0.2, False)):
            it.home.database.rows("update heard set served_s = served_s - ?", (days * DAY_S,))
            heard.drop_old()
            assert (old in heard.ids()) is kept


def test_how_many_rows_the_audit_log_keeps(tmp_path: Path, models: Path) -> None:
    with served(tmp_path, "[storage]\nevents_kept = 100\n") as it:
        for _ in range(300):
            it.home.events.write("refused", "nobody")
        assert 100 <= len(it.home.events.last(1_000)) < 300


@pytest.mark.parametrize("kept", [True, False])
def test_whether_it_is_kept_how_a_person_usually_sounds(tmp_path: Path, models: Path, kept: bool) -> None:
    with served(tmp_path, f"[mood]\nhabits = {str(kept).lower()}\n", ada=False) as it:
        clips = [FOLDER / f"ada-enrol-{number}.opus" for number in (1, 2, 3, 4)]
        app.enroll_files(Settings(), it.home, "Ada", clips)
        answers = [
            answer
            for block in FakeMicrophone.of(clip("ada-unlock-1.opus")).blocks()
            for answer in it.device.pipeline.hear(block)
        ]
        assert [answer.outcome.opened for answer in answers] == [True]
        it.device.pipeline.finish()
        assert bool(it.home.database.rows("select * from habits")) is kept


def test_who_was_enrolled_with_another_model_is_told_when_the_door_begins_to_serve(tmp_path: Path) -> None:
    loaded = load(data=tmp_path / "data", system_file=tmp_path / "none")
    with app.house(loaded) as home:
        model = app.xvector(loaded.settings).manifest.name
        for name, enrolled_with in (("Ada", model), ("Ben", "xvector-00000000"), ("Cy", "xvector-00000000")):
            home.speakers.add(name, ADA, enrolled_with, 3)
        with app.device(loaded.settings, home, ManualClock()) as device:
            assert device.kiosk.state is State.FAULT
        (fault,) = [event for event in home.events.last(9) if event.kind == "fault"]
        assert f"Ben, Cy cannot get in: enrolled with another model than {model}" in fault.reason
