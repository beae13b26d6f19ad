"""A voiceprint that follows its person: off by default, only from unlocks without doubt, bounded, undoable."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks._world import voice
from edgevoice.door.adaptation import Adaptation, AdaptationRules, moved
from edgevoice.door.decide import Cause, Decision
from edgevoice.recognition.embed import Embedding, Vector
from edgevoice.recognition.recognise import Evidence
from edgevoice.storage.database import Database
from edgevoice.storage.secrets import FILE_NAME, Secrets
from edgevoice.storage.speakers import Speakers
from edgevoice.storage.voiceprints import Voiceprint
from tests.door.evidence import evidence, score

MODEL = "xvector-1"
ENROLLED, HEARD = voice(1, 1), voice(1, 2)
RULES = AdaptationRules(enabled=True, surplus_llr=3.0, share=0.05, min_likeness=0.9)
OPEN = Decision(True, "Ada scored 9.0", "Ada", Cause.MATCH)


@pytest.fixture(name="speakers")
def _speakers(tmp_path: Path) -> Iterator[Speakers]:
    with Database.open(tmp_path) as database:
        speakers = Speakers(database, Secrets(tmp_path / FILE_NAME, database))
        speakers.add("Ada", ENROLLED, MODEL, 3)
        yield speakers


def heard(llr: float, vector: Vector = HEARD) -> Evidence:
    return replace(evidence(score("Ada", llr), score("Bo", -2.0)), embedding=Embedding(vector, MODEL))


def now(speakers: Speakers) -> Vector:
    return speakers.voiceprints(MODEL)[0].vector


def test_it_is_off_unless_the_owner_turns_it_on(speakers: Speakers) -> None:
    assert not Adaptation(AdaptationRules(), speakers).learn(OPEN, heard(20.0))
    np.testing.assert_array_equal(now(speakers), ENROLLED)


def test_an_unlock_without_doubt_moves_the_voiceprint_a_little_and_the_original_is_kept(speakers: Speakers) -> None:
    assert Adaptation(RULES, speakers).learn(OPEN, heard(6.2))
    after = now(speakers)
    assert float(ENROLLED @ HEARD) < float(after @ HEARD)
    assert 0.99 < float(after @ ENROLLED) < 1.0
    np.testing.assert_array_equal(speakers.enrolled_with("Ada").vector, ENROLLED)


@pytest.mark.parametrize("llr", [6.0, 3.2, float("nan")])
def test_an_unlock_with_a_doubt_moves_nothing(speakers: Speakers, llr: float) -> None:
    assert not Adaptation(RULES, speakers).learn(OPEN, heard(llr))


def test_a_refusal_moves_nothing(speakers: Speakers) -> None:
    refused = replace(OPEN, opens=False, cause=Cause.TOO_NOISY)
    assert not Adaptation(RULES, speakers).learn(refused, heard(20.0))


def test_an_unlock_without_the_voice_itself_moves_nothing(speakers: Speakers) -> None:
    assert not Adaptation(RULES, speakers).learn(OPEN, replace(heard(20.0), embedding=None))


def test_however_often_it_goes_no_further_than_its_bound(speakers: Speakers) -> None:
    other = voice(2, 1)
    adaptation = Adaptation(RULES, speakers)
    moves = sum(adaptation.learn(OPEN, heard(20.0, other)) for _ in range(100))
    assert 0 < moves < 100
    assert float(now(speakers) @ ENROLLED) >= 0.9 - 1e-6


def test_it_is_undone_as_a_whole(speakers: Speakers) -> None:
    for _ in range(3):
        Adaptation(RULES, speakers).learn(OPEN, heard(20.0))
    assert speakers.reset("ada")
    np.testing.assert_array_equal(now(speakers), ENROLLED)
    assert not speakers.reset("Ada")


def test_the_file_holds_neither_voiceprint_in_the_clear(speakers: Speakers, tmp_path: Path) -> None:
    Adaptation(RULES, speakers).learn(OPEN, heard(20.0))
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("edgevoice.sqlite*"))
    for vector in (ENROLLED, now(speakers)):
        assert vector.astype("<f4").tobytes() not in stored


def test_a_new_enrolment_forgets_the_one_before(speakers: Speakers) -> None:
    Adaptation(RULES, speakers).learn(OPEN, heard(20.0))
    speakers.renew("Ada", voice(1, 9), MODEL, 4)
    assert not speakers.reset("Ada")
    np.testing.assert_array_equal(speakers.enrolled_with("Ada").vector, voice(1, 9))


def test_an_enrolment_by_another_program_in_that_moment_is_not_undone(speakers: Speakers, tmp_path: Path) -> None:
    class Late(Speakers):
        """Somebody enrols Ada anew after her voiceprint was read."""

        def voiceprints(self, model: str) -> list[Voiceprint]:
            read = super().voiceprints(model)
            speakers.renew("Ada", voice(1, 9), MODEL, 4)
            return read

    with Database.open(tmp_path) as database:
        assert not Adaptation(RULES, Late(database, Secrets(tmp_path / FILE_NAME, database))).learn(OPEN, heard(20.0))
    np.testing.assert_array_equal(now(speakers), voice(1, 9))
    assert not speakers.reset("Ada")


def test_a_removed_person_leaves_no_original(speakers: Speakers, tmp_path: Path) -> None:
    Adaptation(RULES, speakers).learn(OPEN, heard(20.0))
    ((sealed,),) = speakers._database.rows("select sealed from originals")
    assert isinstance(sealed, bytes)
    speakers.remove("Ada")
    assert speakers._database.rows("select * from originals") == []
    assert sealed not in b"".join(path.read_bytes() for path in tmp_path.glob("edgevoice.sqlite*"))


def test_where_it_would_go_too_far_it_does_not_move() -> None:
    assert moved(ENROLLED, ENROLLED, -ENROLLED, replace(RULES, share=0.5, min_likeness=0.99)) is None
