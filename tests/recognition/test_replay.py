"""The replay guard: a recording that was heard before is known again, and nothing else is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soxr

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.errors import StorageError
from edgevoice.identify import hear_all
from edgevoice.listening.capture import Samples
from edgevoice.listening.utterance import Utterance
from edgevoice.recognition.landmarks import LANDMARKS, landmarks
from edgevoice.recognition.recognise import Evidence
from edgevoice.recognition.recordings import keep
from edgevoice.recognition.replay import Memory, ReplayGuard, from_bytes, to_bytes
from edgevoice.storage.database import Database
from edgevoice.storage.heard import Heard
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from edgevoice.visit import load_visit
from tests.door.evidence import evidence, score
from tests.house import Recogniser
from tests.sound import clip

VISIT = load_visit()
ONE, OTHER = "ada-unlock-1.opus", "ada-unlock-2.opus"


@dataclass(frozen=True)
class Home:
    """A guard, the database that it keeps things in, and the people."""

    database: Database
    speakers: Speakers
    heard: Heard

    def guard(self, llr: float = 4.2) -> ReplayGuard:
        """As after a start: it knows what is on the disk."""
        return ReplayGuard(Recogniser(llr), Memory(self.heard))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Database.open(tmp_path) as database:
        speakers = Speakers(database, Secrets(tmp_path / "key", database))
        speakers.add("Ada", np.ones(4, np.float32), "xvector", 3)
        yield Home(database, speakers, Heard(database, Secrets(tmp_path / "key", database), days=30, most=100))


def utterances(samples: Samples, early: bool = False) -> list[Utterance]:
    return hear_all(app.ear(Settings(), early), samples)


def whole(name: str) -> Utterance:
    """The one utterance of a clip of the visit."""
    (found,) = utterances(clip(name))
    return found


def later(utterance: Utterance, start_s: float = 100.0) -> Utterance:
    """The same sound at another time of the stream."""
    return replace(utterance, start_s=start_s, end_s=start_s + utterance.end_s - utterance.start_s)


def test_the_same_recording_is_known_again_and_another_sentence_is_not(home: Home) -> None:
    guard, one = home.guard(), whole(ONE)
    assert guard.recognise(one).recording is None
    assert guard.recognise(later(whole(OTHER), 50)).recording is None
    again = guard.recognise(later(one)).recording
    assert again is not None
    assert again.name.startswith("attempt 1 of 2")
    assert abs(again.offset_s) < 0.03


def test_it_is_known_however_loud_it_is_and_wherever_a_frame_begins(home: Home) -> None:
    guard = home.guard()
    guard.recognise(whole(ONE))
    softer = np.concatenate([np.zeros(5_077, np.int16), clip(ONE) // 3])
    assert [guard.recognise(later(each)).recording is None for each in utterances(softer)] == [False]


@pytest.mark.parametrize("speed", [0.955, 0.97, 1.03, 1.045])
def test_a_tape_that_runs_too_fast_or_too_slow_is_known_where_it_might_open(home: Home, speed: float) -> None:
    guard = home.guard()
    guard.recognise(whole(ONE))
    tape = np.rint(soxr.resample(clip(ONE).astype(np.float64), 16_000 * speed, 16_000)).astype(np.int16)
    (replayed,) = utterances(tape)
    assert guard.recognise(later(replayed)).recording is not None


def test_no_two_clips_of_the_visit_are_one_recording(home: Home) -> None:
    guard = home.guard()
    speech = [entry.file for entry in VISIT.clips]
    found = {name: guard.recognise(later(whole(name), number)).recording for number, name in enumerate(speech)}
    assert {name: match for name, match in found.items() if match is not None} == {}
    assert len(home.heard.ids()) == len(speech)


def test_the_looks_at_one_utterance_never_match_each_other_and_are_kept_as_one(home: Home) -> None:
    guard, looks = home.guard(), utterances(clip(ONE), early=True)
    assert [look.final for look in looks][-2:] == [False, True]
    assert [guard.recognise(look).recording for look in looks] == [None] * len(looks)
    assert len(home.heard.ids()) == 1
    assert all(guard.recognise(replace(look, start_s=50.0)).recording for look in looks)


def test_a_look_that_cannot_open_is_not_kept_until_it_is_whole(home: Home) -> None:
    guard, (early, *_, final) = home.guard(llr=0.0), utterances(clip(ONE), early=True)
    guard.recognise(early)
    assert not len(home.heard.ids())
    guard.recognise(final)
    assert len(home.heard.ids()) == 1


def test_a_look_that_scores_just_as_much_as_is_wanted_is_kept(home: Home) -> None:
    early = utterances(clip(ONE), early=True)[0]
    home.guard(llr=evidence().threshold).recognise(early)
    assert len(home.heard.ids()) == 1


def test_of_several_people_one_who_matches_is_enough_to_be_kept(home: Home) -> None:
    class Household(Recogniser):
        def recognise(self, utterance: Utterance, front_end_ms: float) -> Evidence:
            return evidence(score("Ada", 4.2), score("Ben", -3.0))

    early = utterances(clip(ONE), early=True)[0]
    ReplayGuard(Household(), Memory(home.heard)).recognise(early)
    assert len(home.heard.ids()) == 1


def test_what_opens_is_on_the_disk_before_anybody_can_decide(home: Home) -> None:
    early = utterances(clip(ONE), early=True)[0]
    assert not early.final
    home.guard().recognise(early)
    with Database.open(home.database.path.parent) as after_a_power_cut:
        memory = Memory(
            Heard(after_a_power_cut, Secrets(home.database.path.parent / "key", after_a_power_cut), 30, 100)
        )
        assert memory.lookup(landmarks(early.frames.spectrum), 0.0) is not None


def test_the_rest_of_what_opened_early_is_kept_in_the_place_of_its_beginning(home: Home) -> None:
    guard, (early, *_, final) = home.guard(), utterances(clip(ONE), early=True)
    guard.recognise(early)
    (before,) = home.heard.read(home.heard.ids().tolist())
    guard.heard_out(final)
    (after,) = home.heard.read(home.heard.ids().tolist())
    assert before.id == after.id
    assert len(after.plain) > len(before.plain)
    assert guard.recognise(later(final)).recording is not None


def test_what_opened_early_and_was_cut_off_is_known_again(home: Home) -> None:
    guard, early = home.guard(), utterances(clip(ONE), early=True)[0]
    assert not early.final
    guard.recognise(early)
    assert guard.recognise(later(early)).recording is not None


def test_the_same_recording_at_the_same_time_of_another_stream_is_known_again(home: Home) -> None:
    guard, one = home.guard(), whole(ONE)
    guard.recognise(one)
    assert guard.recognise(one).recording is not None


def test_what_is_older_than_is_kept_is_forgotten_at_the_start(home: Home) -> None:
    home.guard().recognise(whole(ONE))
    home.database.rows("update heard set served_s = served_s - 31 * 24 * 3600")
    assert home.guard().recognise(later(whole(ONE))).recording is None


def test_a_stranger_is_remembered_too(home: Home) -> None:
    guard = home.guard(llr=-9.0)
    guard.recognise(whole(ONE))
    assert guard.recognise(later(whole(ONE))).recording is not None


def test_after_a_restart_it_is_still_known(home: Home) -> None:
    home.guard().recognise(whole(ONE))
    assert home.guard().recognise(later(whole(ONE))).recording is not None


def test_an_enrolment_in_another_program_is_known_without_a_restart(home: Home) -> None:
    guard, one = home.guard(), whole(ONE)
    with Database.open(home.database.path.parent) as other:
        enrolled = to_bytes(keep("", landmarks(one.frames.spectrum)))
        Heard(other, Secrets(home.database.path.parent / "key", other), 30, 100).add([enrolled], "enrolment", "Ada")
    match = guard.recognise(one).recording
    assert match is not None
    assert match.name.startswith("enrolment 1 of 2")


def test_who_is_removed_is_forgotten_at_once(home: Home) -> None:
    guard = home.guard()
    guard.recognise(whole(ONE))
    home.speakers.remove("Ada")
    assert guard.recognise(later(whole(ONE))).recording is None


def test_what_opened_early_goes_with_its_person_once_it_is_whole(home: Home) -> None:
    guard, (early, *_, final) = home.guard(), utterances(clip(ONE), early=True)
    guard.recognise(early)
    guard.heard_out(final)
    home.speakers.remove("Ada")
    assert not len(home.heard.ids())


def test_what_cannot_be_kept_is_an_error_and_no_evidence(home: Home) -> None:
    guard = home.guard()
    home.database.rows("pragma query_only = on")
    with pytest.raises(StorageError):
        guard.recognise(whole(ONE))


def test_the_time_it_takes_is_told(home: Home) -> None:
    timing = home.guard().recognise(whole(ONE)).ms
    assert timing.lookup > 0
    assert timing.total == pytest.approx(timing.front_end + timing.embed + timing.score + timing.lookup)


def test_what_another_version_kept_is_left_out(home: Home) -> None:
    recording = keep("Ada", landmarks(whole(ONE).frames.spectrum))
    plain = to_bytes(recording)
    assert from_bytes("Ada", plain) == recording
    others = [plain.replace(LANDMARKS.encode(), b"edgevoice-landmarks-0"), b"", b"x", plain[:-1], plain[:5]]
    assert [from_bytes("Ada", other) for other in others] == [None] * 5
    home.heard.add(others, "attempt", None)
    assert len(Memory(home.heard)) == 0
