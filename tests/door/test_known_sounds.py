"""What happens when a known sound is heard: a notice; and the lock moves for the owner's own fire alarm alone."""

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgevoice.door.known_sounds import Follows, SoundRules, SoundWatch, follows, opens_for_fire, unknown
from edgevoice.door.states import State
from edgevoice.hardware import Light, Prompt
from edgevoice.hardware.fake import FakeLights
from edgevoice.hardware.fake_sounder import FakeSounder
from edgevoice.listening.frames import Frames
from edgevoice.recognition.known_sounds import KnownSounds, Sounding
from edgevoice.recognition.recordings import Library
from tests.house import BrokenError, Door, Parts, block, door

ALARM = "smoke alarm"
OPENS = SoundRules(fire_alarm=ALARM)
LASTED = Sounding(ALARM, aligned_hashes=30, since_s=100.0, at_s=110.0, first=False)
FIRST = replace(LASTED, first=True)


class Hears(KnownSounds):
    """Finds these, block by block; an exception is raised."""

    def __init__(self, *found: Sounding | Exception) -> None:
        super().__init__(Library())
        self.found = list(found)

    def hear(self, spectrum: object) -> list[Sounding]:
        found = self.found.pop(0) if self.found else None
        if isinstance(found, Exception):
            raise found
        return [] if found is None else [found]


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as made:
        yield made


def watch(it: Door, rules: SoundRules, *found: Sounding | Exception) -> list[list[str]]:
    """What is told, block by block."""
    sounds = SoundWatch(Hears(*found), rules, it.kiosk, it.log, FakeSounder(it.clock))
    return [[each.name for each in sounds.hear(Frames.none())] for _ in range(len(found) + 1)]


def test_by_default_no_sound_opens_anything() -> None:
    assert SoundRules().fire_alarm is None
    assert not opens_for_fire(LASTED, SoundRules())


def test_the_owners_fire_alarm_opens_after_it_has_lasted() -> None:
    assert opens_for_fire(LASTED, OPENS)
    assert not opens_for_fire(replace(LASTED, at_s=109.5), OPENS)
    assert opens_for_fire(replace(LASTED, at_s=109.5), replace(OPENS, fire_alarm_s=5.0))


_times = st.floats(0, 20) | st.floats()
_names = st.sampled_from(["", "smoke alarm", "Smoke alarm"]) | st.text(max_size=20)


@given(name=_names, fire=st.none() | _names, since=_times, at=_times, first=st.booleans())
def test_nothing_but_the_name_that_the_owner_wrote_opens(
    name: str, fire: str | None, since: float, at: float, first: bool
) -> None:
    if opens_for_fire(Sounding(name, 10**6, since, at, first), SoundRules(fire_alarm=fire)):
        assert fire
        assert name == fire
        assert at - since >= 10.0


@pytest.mark.parametrize("name", ["Smoke alarm", "smoke alarm ", "smoke", "", "doorbell"])
def test_another_name_does_not_open(name: str) -> None:
    assert not opens_for_fire(replace(LASTED, name=name), OPENS)
    assert not opens_for_fire(replace(LASTED, name=""), replace(OPENS, fire_alarm=""))


@pytest.mark.parametrize("since_s", [math.nan, math.inf, 110.0])
def test_no_odd_time_opens(since_s: float) -> None:
    assert not opens_for_fire(replace(LASTED, since_s=since_s), OPENS)


def test_tones_that_anybody_can_whistle_never_open() -> None:
    assert not opens_for_fire(replace(LASTED, aligned_hashes=0, alike_percent=100), OPENS)


def test_a_watch_that_is_off_opens_for_nothing() -> None:
    assert not opens_for_fire(LASTED, replace(OPENS, listen=False))


def test_a_sound_is_written_down_and_told_once(it: Door) -> None:
    first = replace(LASTED, since_s=110.0, first=True)
    assert watch(it, SoundRules(), first, replace(LASTED, at_s=110.5)) == [[ALARM], [], []]
    assert [(event.kind, event.reason) for event in it.audit()] == [("sound", "smoke alarm was heard")]
    assert it.lock.openings == []


def test_the_sounder_tells_it_where_the_owner_wants_that(it: Door) -> None:
    said: dict[Follows, list[Prompt]] = {}
    for what in ("notice", "lights", "sounder", "lights and sounder"):
        sounder = FakeSounder(it.clock)
        sounds = SoundWatch(Hears(FIRST, LASTED), SoundRules(then=what), it.kiosk, it.log, sounder)
        assert [len(sounds.hear(Frames.none())) for _ in range(2)] == [1, 0]
        said[what] = sounder.said
    told = [Prompt.KNOWN_SOUND]
    assert said == {"notice": [], "lights": [], "sounder": told, "lights and sounder": told}
    assert it.lock.openings == []


def test_each_sound_follows_its_own_rule_whatever_its_case_and_all_others_the_one_for_all() -> None:
    rules = SoundRules(then="sounder", each={"Smoke Alarm": "lights and sounder", "doorbell": "notice"})
    assert [follows(name, rules) for name in (ALARM, "Doorbell", "the song next door")] == [
        "lights and sounder",
        "notice",
        "sounder",
    ]
    assert follows(ALARM, SoundRules()) == "notice"


def test_a_rule_for_a_sound_that_is_not_known_is_told_and_a_fire_alarm_must_be_named_to_the_letter() -> None:
    rules = SoundRules(each={"SMOKE ALARM": "lights", "dorbell": "lights"}, fire_alarm="Smoke alarm")
    misspelt, other_case = unknown(rules, [ALARM, "doorbell", ALARM])
    assert misspelt.startswith("sounds.each names 'dorbell', which is no known sound (smoke alarm, doorbell): correct")
    assert other_case.startswith("sounds.fire_alarm is 'Smoke alarm', which")
    assert unknown(replace(rules, each={}, fire_alarm=ALARM), [ALARM]) == []


LIGHTS = SoundRules(each={ALARM: "lights"})


def test_the_lights_show_it_while_it_sounds_and_for_a_while_after(it: Door) -> None:
    sounds = SoundWatch(Hears(FIRST, LASTED), LIGHTS, it.kiosk, it.log)
    it.kiosk.look()
    sounds.hear(Frames.none())
    assert (it.lights.light, it.kiosk.light, it.kiosk.state) == (
        Light.KNOWN_SOUND,
        Light.KNOWN_SOUND,
        State.KNOWN_SOUND,
    )
    it.clock.advance(9.0)
    sounds.hear(Frames.none())  # it still sounds
    it.clock.advance(9.9)
    assert it.kiosk.look() is State.KNOWN_SOUND
    it.clock.advance(0.2)
    assert it.kiosk.look() is State.LISTENING
    assert it.lights.shown == [Light.LISTENING, Light.KNOWN_SOUND, Light.LISTENING]  # once: it does not blink anew
    assert it.lock.openings == []


def test_what_the_door_has_to_show_goes_before_a_sound_and_the_voice_is_not_kept_waiting(it: Door) -> None:
    sounds = SoundWatch(Hears(FIRST, LASTED, LASTED), LIGHTS, it.kiosk, it.log)
    it.kiosk.look()
    sounds.hear(Frames.none())
    it.kiosk.hears(speaking=True)
    assert it.lights.light is Light.CHECKING
    sounds.hear(Frames.none())
    assert it.lights.light is Light.CHECKING
    assert [answer.outcome.opened for answer in it.pipeline.hear(block())] == [True]
    sounds.hear(Frames.none())
    assert it.lights.light is Light.OPEN
    it.clock.advance(5.0)
    assert it.kiosk.look() is State.KNOWN_SOUND
    assert not it.lock.is_open
    it.kiosk.lost("microphone", BrokenError("unplugged"))
    it.kiosk.sound()
    assert it.lights.light is Light.FAULT


def test_a_light_that_fails_is_a_fault_and_the_door_stays_shut(tmp_path: Path) -> None:
    class BrokenWhite(FakeLights):
        def show(self, light: Light) -> None:
            if light is Light.KNOWN_SOUND:
                raise BrokenError("the white light")
            super().show(light)

    with door(tmp_path, Parts(lights=BrokenWhite)) as it:
        assert watch(it, LIGHTS, FIRST) == [[ALARM], []]
        assert (it.lock.openings, it.lights.light) == ([], Light.FAULT)
        assert [event.kind for event in it.audit()] == ["sound", "fault"]


def test_the_fire_alarm_opens_with_an_audit_row_and_the_lock_shuts_itself(it: Door) -> None:
    watch(it, OPENS, replace(LASTED, at_s=105.0), LASTED)
    assert it.lock.openings == [5.0]
    assert [event.kind for event in it.audit()] == ["open"]
    assert it.audit()[0].reason == "the fire alarm smoke alarm has sounded for 10.0 s, 10 s wanted"
    it.clock.advance(5.0)
    assert not it.lock.is_open


def test_while_it_sounds_it_opens_again_and_not_at_every_look(it: Door) -> None:
    watch(it, OPENS, *[replace(LASTED, at_s=110.0 + number / 2) for number in range(21)])
    assert it.lock.openings == [5.0] * 3


def test_every_other_sound_leaves_the_lock_shut(it: Door) -> None:
    watch(it, OPENS, replace(LASTED, name="doorbell"), replace(LASTED, name="song next door", first=True))
    assert it.lock.openings == []


def test_with_a_device_lost_even_the_fire_alarm_does_not_open(it: Door) -> None:
    it.kiosk.lost("button and contacts", BrokenError("a wire"))
    watch(it, OPENS, LASTED)
    assert it.lock.openings == []
    assert [event.kind for event in it.audit()] == ["fault", "refused"]


def test_a_log_that_another_program_held_for_a_moment_does_not_end_the_watch(it: Door) -> None:
    it.database.wait_at_most(0.01)
    sounds = SoundWatch(Hears(FIRST, replace(LASTED, since_s=50.0)), OPENS, it.kiosk, it.log)
    with closing(sqlite3.connect(it.database.path, isolation_level=None)) as another:
        another.execute("begin immediate")
        assert [each.name for each in sounds.hear(Frames.none())] == [ALARM]
    sounds.hear(Frames.none())
    assert it.lock.openings == [5.0]
    it.clock.advance(60.0)
    it.kiosk.look()
    assert sorted(event.kind for event in it.audit()) == ["fault", "open"]


def test_a_failure_is_told_once_and_ends_the_watch_alone(it: Door) -> None:
    assert watch(it, OPENS, BrokenError("the library"), LASTED) == [[], [], []]
    assert it.lock.openings == []
    assert [event.reason for event in it.audit()] == ["BrokenError: the library"]
